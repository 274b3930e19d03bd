/**
 * @file
 * See lazy.h.
 */
#include "lazy.h"

#include "check.h"
#include "cpu.h"
#include "layout.h"
#include "paging.h"
#include "phys.h"
#include "trap.h"

#define ENTRIES     512
#define FAULT_WRITE 0x3 /* the page is there, and was written */

extern uint64_t pml4[ENTRIES]; /* tables.S */

/* What all windows begin with: a page of zeros, a table whose entries all
 * lead to it, and a table whose entries all lead to that one. */
enum { ZEROS, TABLE, DIRECTORY, GIBS, SHARED = GIBS + DIRECT_GIB / ENTRIES };

#define WINDOWS 2

struct window {
	paddr_t base, end; /* It is onto these. */
};

static struct {
	struct window window[WINDOWS];
	unsigned      windows;
	uint64_t      most; /* Pages of the pool that they can need. */
	paddr_t  pool; /* Pages for tables: the shared ones, then others. */
	uint64_t pool_pages; /* 0: nobody is lazy. */
	uint64_t tables;     /* Pages of the pool in use. */
	uint64_t pages;      /* Of the range, cleared so far. */
} lazy;

static uint64_t *page_at(paddr_t paddr)
{
	return (uint64_t *)(DIRECT_MAP + paddr);
}

static void fill(paddr_t page, uint64_t word)
{
	void    *at = page_at(page);
	uint64_t words = ENTRIES;

	__asm__ volatile("rep stosq"
	                 : "+D"(at), "+c"(words)
	                 : "a"(word)
	                 : "memory");
}

static paddr_t shared(unsigned which)
{
	return lazy.pool + which * PAGE_SIZE;
}

/* Bytes that a machine can need for descriptors, of a page each, and groups, of
 * 64: up to its highest RAM. */
static uint64_t most_bytes(const struct boot_info *boot)
{
	paddr_t highest = 0;

	for (uint32_t i = 0; i < boot->range_count; i++) {
		struct boot_range range = boot_info_range(boot, i);

		if (range.type == 1 && range.bytes <= DIRECT_GIB * GiB &&
		    range.base <= DIRECT_GIB * GiB - range.bytes)
			highest = max_u64(highest, range.base + range.bytes);
	}
	return highest / PAGE_SIZE * 8 +
	       pieces_for(highest / PAGE_SIZE, 64) * 32;
}

/* Tables that a window of so many bytes can need. */
static uint64_t tables_of(uint64_t bytes)
{
	return bytes / (2 * MiB) + 2 + bytes / GiB + 2;
}

void lazy_init(const struct boot_info *boot, struct occupants *occupants)
{
	uint64_t bytes = most_bytes(boot), largest = 0;
	uint64_t pages = SHARED + tables_of(bytes) + tables_of(0);

	if (!paging_find_ram(boot, occupants, pages * PAGE_SIZE, &largest,
	                     &lazy.pool) ||
	    occupants_add(occupants, lazy.pool, lazy.pool + pages * PAGE_SIZE,
	                  OCCUPANT_OWN, "lazy-tables") != OCCUPANTS_OK) {
		kprintf("boot: warning: no %llu KiB to be lazy with\n",
		        (unsigned long long)(pages * PAGE_SIZE / KiB));
		return;
	}
	lazy.pool_pages = pages;
	cpu_set_page_fault((uintptr_t)lazy_entry);
}

static void share_all(void)
{
	uint64_t right = PTE_PRESENT | (cpu_has_nx() ? PTE_NX : 0);

	fill(shared(ZEROS), 0);
	fill(shared(TABLE), shared(ZEROS) | right);
	fill(shared(DIRECTORY), shared(TABLE) | PTE_PRESENT | PTE_WRITE);
	for (unsigned i = GIBS; i < SHARED; i++) {
		fill(shared(i), 0);
		pml4[(LAZY_MAP >> 39 & (ENTRIES - 1)) + i - GIBS] =
			shared(i) | PTE_PRESENT | PTE_WRITE;
	}
	lazy.tables = SHARED;
	lazy.pages = 0;
	lazy.windows = 0;
	lazy.most = SHARED;
}

/* Whether a window has a byte of [base, end). */
static bool is_seen(paddr_t base, paddr_t end)
{
	for (unsigned i = 0; i < lazy.windows; i++)
		if (base < lazy.window[i].end && lazy.window[i].base < end)
			return true;
	return false;
}

/* The CPU forgets what it knows of a window before. */
static void forget(void)
{
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0\n\t"
	                 "mov %0, %%cr3"
	                 : "=r"(cr3)
	                 :
	                 : "memory");
}

void *lazy_zeroed(paddr_t paddr, uint64_t bytes)
{
	uint64_t *gib = page_at(shared(GIBS));
	paddr_t   end = paddr + bytes;
	bool      anew = lazy.windows % WINDOWS == 0 || is_seen(paddr, end);

	if ((anew ? SHARED : lazy.most) + tables_of(bytes) > lazy.pool_pages)
		return NULL;
	if (anew)
		share_all();
	lazy.most += tables_of(bytes);
	lazy.window[lazy.windows++] = (struct window){ paddr, end };
	for (uint64_t i = paddr / GiB; i * GiB < end; i++)
		if (gib[i] == 0)
			gib[i] = shared(DIRECTORY) | PTE_PRESENT | PTE_WRITE;
	forget();
	return (void *)(LAZY_MAP + paddr);
}

uint64_t lazy_bytes(void)
{
	return (lazy.pages + lazy.tables) * PAGE_SIZE;
}

/* The table that @entry leads to: if that is the shared one, from now on a
 * copy of it. */
static uint64_t *own_table(uint64_t *entry, paddr_t common)
{
	if ((*entry & PTE_ADDRESS) == common) {
		paddr_t page = lazy.pool + lazy.tables * PAGE_SIZE;

		ASSERT(lazy.tables < lazy.pool_pages, "%llu tables",
		       (unsigned long long)lazy.tables);
		lazy.tables++;
		fill(page, *page_at(common));
		*entry = page | PTE_PRESENT | PTE_WRITE;
	}
	return page_at(*entry & PTE_ADDRESS);
}

bool lazy_fault(uint64_t address, uint64_t error)
{
	paddr_t   paddr = address - LAZY_MAP;
	uint64_t *entry = page_at(shared(GIBS)) + paddr / GiB;

	if (error != FAULT_WRITE || !is_seen(paddr, paddr + 1))
		return false;
	entry = own_table(entry, shared(DIRECTORY)) +
	        (paddr / (2 * MiB) & (ENTRIES - 1));
	entry = own_table(entry, shared(TABLE)) +
	        (pfn_down(paddr) & (ENTRIES - 1));
	fill(paddr & PTE_ADDRESS, 0);
	*entry = (*entry ^ shared(ZEROS)) | (paddr & PTE_ADDRESS) | PTE_WRITE;
	lazy.pages++;
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
	return true;
}
