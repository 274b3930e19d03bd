/**
 * @file
 * See paging.h and phys.h: all of RAM, at a fixed distance.
 */
#include "phys.h"

#include "check.h"
#include "cpu.h"
#include "layout.h"
#include "lazy.h"
#include "paging.h"

#define ENTRIES     512
#define LARGE_BYTES (2 * MiB)

extern uint64_t direct_pdpt[DIRECT_GIB]; /* tables.S */

/** Page frames [base, end). */
struct run {
	pfn_t base;
	pfn_t end;
};

/* RAM rounds inward, anything else outward. */
static struct run run_of(struct boot_range range)
{
	paddr_t end = boot_range_end(range);

	if (range.bytes == 0)
		return (struct run){ 0, 0 };
	if (range.type == BOOT_RAM)
		return (struct run){ pfn_up(range.base), pfn_down(end) };
	return (struct run){ pfn_down(range.base), pfn_up(end) };
}

static struct run run_at(const struct boot_info *boot, uint32_t index, bool ram)
{
	struct boot_range range = boot_info_range(boot, index);

	if ((range.type == BOOT_RAM) != ram)
		return (struct run){ 0, 0 };
	return run_of(range);
}

/* The next RAM from frame @from on: a run that no other type touches.  Or an
 * empty run, and the search goes on at its end. */
static struct run next_run(const struct boot_info *boot, pfn_t from)
{
	struct run next = { UINT64_MAX, UINT64_MAX };

	for (uint32_t i = 0; i < boot->range_count; i++) {
		struct run ram = run_at(boot, i, true);

		ram.base = max_u64(ram.base, from);
		if (ram.base < ram.end && ram.base < next.base)
			next = ram;
	}
	for (uint32_t i = 0; i < boot->range_count; i++) {
		struct run other = run_at(boot, i, false);

		if (other.base >= other.end || other.end <= next.base)
			continue;
		if (other.base <= next.base)
			return (struct run){ other.end, other.end };
		next.end = min_u64(next.end, other.base);
	}
	return next;
}

bool paging_find_ram(const struct boot_info *boot,
                     const struct occupants *occupants, uint64_t bytes,
                     uint64_t *largest, paddr_t *place)
{
	const pfn_t past = pfn_down(DIRECT_GIB_ALWAYS * GiB);
	struct run  run = next_run(boot, pfn_down(MiB));

	while (run.base < past) {
		if (run.base < run.end &&
		    occupants_find_gap(occupants, pfn_to_paddr(run.base),
		                       pfn_to_paddr(min_u64(run.end, past)),
		                       bytes, largest, place))
			return true;
		run = next_run(boot, run.end);
	}
	return false;
}

/* Take up to @pages pages, as many in one piece as there are.  Returns how
 * many, at *place. */
static uint64_t take_tables(const struct boot_info *boot,
                            struct occupants *occupants, uint64_t pages,
                            paddr_t *place)
{
	uint64_t              wanted = pages, largest = 0;
	enum occupants_status status;

	if (!paging_find_ram(boot, occupants, wanted * PAGE_SIZE, &largest,
	                     place)) {
		wanted = largest / PAGE_SIZE;
		if (wanted == 0 ||
		    !paging_find_ram(boot, occupants, wanted * PAGE_SIZE,
		                     &largest, place))
			panic("no RAM from 1 MiB to 4 GiB for %llu KiB of page "
			      "tables; try a CPU with 1 GiB pages",
			      (unsigned long long)(pages * PAGE_SIZE / KiB));
	}
	status = occupants_add(occupants, *place, *place + wanted * PAGE_SIZE,
	                       OCCUPANT_OWN, "page-tables");
	if (status != OCCUPANTS_OK)
		panic("page tables in too many pieces: raise OCCUPANTS_MAX "
		      "(%d)",
		      OCCUPANTS_MAX);
	return wanted;
}

/* Mark each GiB that RAM touches; what is mapped already stays unmarked. */
static uint64_t mark_ram(const struct boot_info *boot, bool wanted[DIRECT_GIB])
{
	uint64_t limit = min_u64(DIRECT_GIB * GiB,
	                         UINT64_C(1) << min_u64(boot->phys_bits, 52));
	uint64_t marks = 0;

	for (uint32_t i = 0; i < boot->range_count; i++) {
		struct boot_range range = boot_info_range(boot, i);
		paddr_t           end = min_u64(boot_range_end(range), limit);

		if (range.type != BOOT_RAM || end <= range.base)
			continue;
		for (uint64_t gib = range.base / GiB; gib * GiB < end; gib++) {
			marks += !wanted[gib] && direct_pdpt[gib] == 0;
			wanted[gib] = wanted[gib] || direct_pdpt[gib] == 0;
		}
	}
	return marks;
}

static void map_huge(uint64_t gib)
{
	direct_pdpt[gib] = gib * GiB | PTE_PRESENT | PTE_WRITE | PTE_LARGE;
}

static void map_large(uint64_t gib, paddr_t table)
{
	uint64_t *entry = phys_to_virt(table, PAGE_SIZE);

	for (uint64_t i = 0; i < ENTRIES; i++)
		entry[i] = (gib * GiB + i * LARGE_BYTES) | PTE_PRESENT |
		           PTE_WRITE | PTE_LARGE;
	direct_pdpt[gib] = table | PTE_PRESENT | PTE_WRITE;
}

/* Nothing was mapped where we map, so the CPU has nothing to forget. */
void paging_map_ram(const struct boot_info *boot, struct occupants *occupants)
{
	bool     wanted[DIRECT_GIB] = { false };
	bool     huge = cpu_has_huge_pages();
	uint64_t tables = mark_ram(boot, wanted), taken = 0;
	paddr_t  place = 0;

	for (uint64_t gib = 0; gib < DIRECT_GIB; gib++) {
		if (!wanted[gib])
			continue;
		if (huge) {
			map_huge(gib);
			continue;
		}
		if (taken == 0)
			taken = take_tables(boot, occupants, tables, &place);
		map_large(gib, place);
		place += PAGE_SIZE;
		taken--;
		tables--;
	}
}

bool paging_is_mapped(paddr_t paddr, uint64_t bytes)
{
	uint64_t last = paddr + (bytes != 0 ? bytes - 1 : 0);

	if (last < paddr || last >= DIRECT_GIB * GiB)
		return false;
	for (uint64_t gib = paddr / GiB; gib <= last / GiB; gib++) {
		if (direct_pdpt[gib] == 0)
			return false;
	}
	return true;
}

void *phys_to_virt(paddr_t paddr, uint64_t bytes)
{
	void *lent = phys_lent(paddr, bytes);

	if (lent != NULL)
		return lent;
	if (!paging_is_mapped(paddr, bytes))
		panic("phys_to_virt: 0x%llx bytes at 0x%llx are not mapped",
		      (unsigned long long)bytes, (unsigned long long)paddr);
	return (void *)(DIRECT_MAP + paddr);
}

static void clear(char *at, uint64_t bytes)
{
	uint64_t words = bytes / 8, rest = bytes % 8;

	__asm__ volatile("rep stosq"
	                 : "+D"(at), "+c"(words)
	                 : "a"(UINT64_C(0))
	                 : "memory");
	__asm__ volatile("rep stosb"
	                 : "+D"(at), "+c"(rest)
	                 : "a"(UINT64_C(0))
	                 : "memory");
}

/* So much is cleared in silence; an emulator needs about a second for it. */
#define CLEAR_STEP (512 * MiB)

void *phys_to_virt_zeroed(paddr_t paddr, uint64_t bytes)
{
	char *memory = lazy_zeroed(paddr, bytes);
	char  all[BYTES_TEXT_BYTES], done[BYTES_TEXT_BYTES];

	if (memory != NULL)
		return memory;
	memory = phys_to_virt(paddr, bytes);
	for (uint64_t at = 0; at < bytes; at += CLEAR_STEP) {
		clear(memory + at, min_u64(CLEAR_STEP, bytes - at));
		if (bytes > CLEAR_STEP)
			kprintf("boot: clearing memory: %s of %s\n",
			        bytes_text(done,
			                   min_u64(at + CLEAR_STEP, bytes)),
			        bytes_text(all, bytes));
	}
	return memory;
}
