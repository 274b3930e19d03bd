/**
 * @file
 * The kernel's page tables.
 *
 * tables.S has the first ones, with which the kernel starts; here they get
 * their final shape: code cannot be written, data cannot run, a stack that
 * overflows faults, and so does a null pointer.  All physical memory that a
 * memory map calls RAM appears at DIRECT_MAP, which phys_to_virt() lends out.
 *
 * The direct map lets the kernel write to its own code by another name.  It
 * is for memory that is handed out; the kernel's image is not.
 *
 * Source: Intel SDM volume 3, "4-Level Paging".
 */
#ifndef PAGING_H
#define PAGING_H

#define PTE_PRESENT   0x1                /**< The entry says something. */
#define PTE_WRITE     0x2                /**< May be written. */
#define PTE_LARGE     0x80               /**< Ends the walk: 2 MiB or 1 GiB. */
#define PTE_LARGE_PAT 0x1000             /**< Of a large page: see PAT. */
#define PTE_NX        0x8000000000000000 /**< Not to be executed. */
#define PTE_ADDRESS   0x000ffffffffff000 /**< Of a table or a page. */

#ifndef __ASSEMBLER__

#include "boot_info.h"

/**
 * Give the kernel's image its rights, page by page, and take away address 0.
 *
 * The first 4 GiB stay mapped in pages of 2 MiB, as tables.S does it: devices
 * lie among the RAM there, with other rules for caches (MTRRs), and what a CPU
 * makes of a page of 1 GiB over several of these is undefined.
 *
 * Source: Intel SDM volume 3, "Large Page Size Considerations".
 */
void paging_init(void);

/**
 * Map each GiB that RAM of the loader's map touches, up to 1 TiB and the
 * width of the CPU's addresses; holes in it are mapped, too.  CPUs without 1 GiB pages need a page of
 * tables for each; it is taken from the lowest RAM from 1 MiB to 4 GiB that
 * nothing occupies.
 *
 * @param boot       its map is used as it is: unsorted, overlapping
 * @param occupants  says what is taken; gets what we take, "page-tables"
 */
void paging_map_ram(const struct boot_info *boot, struct occupants *occupants);

/**
 * The lowest place on whole pages from 1 MiB to 4 GiB that is RAM by the
 * loader's map and that no occupant touches.
 *
 * @param boot          its map is used as it is: unsorted, overlapping
 * @param occupants     says what is taken; unchanged
 * @param bytes         wanted, at least 1
 * @param largest       raised to the longest gap met, in bytes
 * @param[out] place    unchanged if there is none
 * @return whether there is one.  Takes O(n^2) time for n ranges.
 */
bool paging_find_ram(const struct boot_info *boot,
                     const struct occupants *occupants, uint64_t bytes,
                     uint64_t *largest, paddr_t *place);

/** What the page tables say of an address. */
struct paging_view {
	bool     present;    /**< Something is mapped there. */
	bool     writable;   /**< By the kernel. */
	bool     executable; /**< By the kernel. */
	paddr_t  paddr;      /**< Where the address leads, if present. */
	uint64_t page_bytes; /**< 4 KiB, 2 MiB or 1 GiB, if present. */
};

/** Whether the direct map holds all of [paddr, paddr + bytes). */
bool paging_is_mapped(paddr_t paddr, uint64_t bytes);

/** Walk the page tables as the CPU does.  They may be damaged: an entry that
 *  leads to where no table can be ends the walk, and nothing is present. */
struct paging_view paging_look(uint64_t address);

#endif
#endif
