/**
 * @file
 * Access to physical memory, for stages that must touch it.
 *
 * Most stages only count frames.  Those that write (the descriptors, objects,
 * page tables) ask for a pointer here.  The kernel has all memory mapped at a
 * fixed distance; the host lends only what a test put there, and stops when a
 * stage reaches past it.
 */
#ifndef PHYS_H
#define PHYS_H

#include "types.h"

/**
 * Platform: a pointer to [paddr, paddr + bytes), a byte at least, which must
 * be memory that the caller may touch.  A range that is not mapped or not lent
 * is a mistake of ours: panic.  Takes a step for each GiB of the range, or on
 * the host for each piece of memory that was lent.
 */
void *phys_to_virt(paddr_t paddr, uint64_t bytes);

/**
 * Platform: phys_to_virt() of memory that reads as zero.  Clears it, at a
 * cost by its length, unless the platform knows that it is zero already.
 */
void *phys_to_virt_zeroed(paddr_t paddr, uint64_t bytes);

/** For phys_lend(): wherever it is. */
#define PHYS_ANY UINT64_MAX

/**
 * Tests: from now on [base, base + bytes) stands for @p memory, in the kernel
 * as on the host, in place of what was lent before.  @p base PHYS_ANY: any
 * range of at most as many bytes does.  @p bytes 0 ends it.
 */
void phys_lend(paddr_t base, uint64_t bytes, void *memory);

/** The lent memory that holds [paddr, paddr + bytes), or NULL. */
void *phys_lent(paddr_t paddr, uint64_t bytes);

#endif
