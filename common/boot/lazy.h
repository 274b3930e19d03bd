/**
 * @file
 * Memory that is cleared when it is first written: the word "lazy".
 *
 * phys_to_virt_zeroed() clears what it lends, and for the descriptors of
 * 1 TiB that is 2 GiB.  Hardly any of them is ever written: a block of 1 GiB
 * has 262,144 descriptors, and all but its first say nothing, which is zero.
 *
 * So the range appears in a window where all of its pages are, at first, one
 * page of zeros that cannot be written.  A write faults; then the real page
 * is cleared, takes its place in the window, and the write happens again.
 *
 *     window   | 0 | 0 | d | 0 | 0 | 0 |    reads never fault
 *                |   |   |   |   |   |
 *     memory     +---+---|---+---+---+--> the page of zeros
 *                        +--------------> the range's own third page
 *
 * The tables of the window are shared in the same way, so that making it
 * costs some thousand instructions, whatever its length.
 *
 * Source: Intel SDM volume 3, "4-Level Paging" and "Page-Fault Exception".
 */
#ifndef LAZY_H
#define LAZY_H

#include "boot_info.h"

/**
 * From now on be lazy.  Takes pages for the window's tables, as many as it
 * would need if all of it were written, from the lowest RAM that nothing
 * occupies: 4.3 MiB for 1 TiB.
 *
 * @param boot       its map is used as it is
 * @param occupants  says what is taken; gets what we take, "lazy-tables"
 */
void lazy_init(const struct boot_info *boot, struct occupants *occupants);

/**
 * A window of zeros onto [paddr, paddr + bytes), whole pages.  There are two:
 * for the descriptors, and for what lesson 6 knows of groups.  A third call, or
 * one for memory that has a window, begins anew: all windows before it end.
 *
 * @return its first byte, or NULL, with nothing changed, if nobody is lazy or
 *         the range is larger than any that this machine can need
 */
void *lazy_zeroed(paddr_t paddr, uint64_t bytes);

/** Bytes that were cleared behind the windows, and that its tables take. */
uint64_t lazy_bytes(void);

/**
 * On a page fault: put memory where it wrote.
 *
 * @param address  that was touched
 * @param error    the fault's error code
 * @return whether the instruction can be tried again
 */
bool lazy_fault(uint64_t address, uint64_t error);

/** The page fault's handler that asks lazy_fault() first; lazy.S. */
void lazy_entry(void);

#endif
