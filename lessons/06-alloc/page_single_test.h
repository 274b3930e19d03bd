/**
 * @file
 * A machine with groups, for the tests of lesson 6's single pages.
 *
 * It has 448 pages from frame 64 on.  The first holds descriptors, the second
 * groups; the blocks of 64 pages or more are 128 (of 128 pages) and 256 (of
 * 256), which are six groups: 128, 192, ... 448.
 */
#ifndef PAGE_SINGLE_TEST_H
#define PAGE_SINGLE_TEST_H

#include "page_arena_test.h"

#define FIRST 64
#define PAST  512
#define ALL   (PAST - FIRST - 2) /**< Pages that can be given out. */
#define AREA  MEMAREA_HARDWARE

/** FIRST to PAST. */
extern const struct arena_range single_ram[2];

/** Of AREA. */
extern struct page_cache *const cache;
extern struct memarea *const    area;

/** The group around @p pfn. */
struct page_group *group(pfn_t pfn);

/** All is in use, page by page. */
void take_all(void);

/** Free pages one by one. */
void give_range(pfn_t first, pfn_t past);

/**
 * All is in use, but on the stack are as many lone pages as may be, sixteen of
 * each of four groups: 216 to 246, 280 to 310, 344 to 374 and 408 to 438, the
 * even ones.  The current group is 448, and the batch 496: they came last.
 */
void fill_stack(void);

/** The same, and of group 128 the pages of [first, past), which is two or more:
 * as the stack has no room, they are on a shelf. */
void shelve(pfn_t first, pfn_t past);

/** The lists are empty.  Of group 128 all is free but page 128: 129 to 143 are
 * on the stack, 144 to 191 are not. */
void hold_one(void);

#endif
