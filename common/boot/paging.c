/**
 * @file
 * See paging.h: the kernel's own pages, and the walk.
 */
#include "paging.h"

#include "cpu.h"
#include "layout.h"

#define ENTRIES 512

/* tables.S */
extern uint64_t pml4[ENTRIES];
extern uint64_t direct_pdpt[DIRECT_GIB];
extern uint64_t kernel_pd[ENTRIES];
extern uint64_t kernel_pt[KERNEL_TABLES * ENTRIES];

/* Entries of the PML4 for an address. */
#define PML4_INDEX(address) ((address) >> 39 & (ENTRIES - 1))

static void load_tables(void)
{
	__asm__ volatile("mov %0, %%cr3"
	                 :
	                 : "r"((uint64_t)(uintptr_t)pml4 - KERNEL_VIRT)
	                 : "memory");
}

/* The rights of the image's page at @address; 0: not mapped. */
static uint64_t image_rights(uint64_t address, uint64_t nx)
{
	if (cpu_guard_of(address) != NULL)
		return 0;
	if (address >= (uintptr_t)text_base && address < (uintptr_t)text_end)
		return PTE_PRESENT;
	if (address >= (uintptr_t)data_base && address < (uintptr_t)data_end)
		return PTE_PRESENT | PTE_WRITE | nx;
	return PTE_PRESENT | nx;
}

static void map_image(uint64_t nx)
{
	for (uint64_t address = (uintptr_t)kernel_base;
	     address < (uintptr_t)kernel_end; address += PAGE_SIZE) {
		paddr_t  paddr = address - KERNEL_VIRT;
		uint64_t rights = image_rights(address, nx);

		kernel_pt[pfn_down(paddr)] = rights != 0 ? paddr | rights : 0;
	}
	for (unsigned i = 0; i < KERNEL_TABLES; i++) {
		paddr_t table =
			(uintptr_t)&kernel_pt[i * ENTRIES] - KERNEL_VIRT;

		kernel_pd[i] = table | PTE_PRESENT | PTE_WRITE;
	}
}

void paging_init(void)
{
	uint64_t nx = cpu_has_nx() ? PTE_NX : 0;

	map_image(nx);
	/* NX at the top holds for everything below. */
	pml4[PML4_INDEX(DIRECT_MAP)] |= nx;
	pml4[PML4_INDEX(DIRECT_MAP) + 1] |= nx;
	pml4[0] = 0;
	load_tables();
}

struct paging_view paging_look(uint64_t address)
{
	struct paging_view view = { .writable = true, .executable = true };
	const uint64_t    *table = pml4;

	for (unsigned shift = 39; shift >= PAGE_SHIFT; shift -= 9) {
		uint64_t entry = table[address >> shift & (ENTRIES - 1)];
		uint64_t bytes = UINT64_C(1) << shift;
		bool     leaf = shift == PAGE_SHIFT || (entry & PTE_LARGE);

		if (!(entry & PTE_PRESENT))
			break;
		view.writable = view.writable && (entry & PTE_WRITE);
		view.executable = view.executable && !(entry & PTE_NX);
		if (leaf) {
			view.present = true;
			view.page_bytes = bytes;
			view.paddr = (entry & PTE_ADDRESS & ~(bytes - 1)) |
			             (address & (bytes - 1));
			return view;
		}
		if (!paging_is_mapped(entry & PTE_ADDRESS, PAGE_SIZE))
			break;
		table = (const uint64_t *)(DIRECT_MAP + (entry & PTE_ADDRESS));
	}
	return (struct paging_view){ 0 };
}
