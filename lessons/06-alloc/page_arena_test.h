/**
 * @file
 * A small machine for the tests of lesson 6: lessons 1 to 5 have run on it,
 * and its descriptors lie in memory of the test's own.
 */
#ifndef PAGE_ARENA_TEST_H
#define PAGE_ARENA_TEST_H

#include "occupy.h"
#include "page_alloc.h"

/** Frames that an arena can describe: it ends a little above 32 MiB. */
#define ARENA_FRAMES (MEMAREA_KERNEL_BASE + 256)

/** Descriptors that a snapshot keeps: those below must be holes. */
#define ARENA_KEPT 512

/** Groups that an arena can have. */
#define ARENA_GROUPS (ARENA_FRAMES / PAGE_GROUP + 1)
extern struct page_group arena_groups[ARENA_GROUPS];

/** Frames [first, past). */
struct arena_range {
	pfn_t first, past;
};

/** All state of a machine's page allocator, and what it was made of. */
struct arena {
	struct e820_map     map;
	struct occupants    occupants;
	struct msadsc_array array;
	struct memareas     areas;
	struct page_alloc   pages;
};

/** One at a time: the memory of tests is the kernel's too. */
extern struct arena arena;

/**
 * Make a machine.  Its descriptors take up the first pages of the RAM that
 * lies highest below or lowest above 32 MiB.
 *
 * @param ram       ranges from low to high that do not touch; the last has
 *                  past 0
 * @param occupied  the same, of what lies in them
 */
void arena_make(const struct arena_range *ram,
                const struct arena_range *occupied);

/**
 * arena_make(), but what lies above frame @p from is left in runs: see
 * merge_lazily().
 */
void arena_make_lazily(const struct arena_range *ram,
                       const struct arena_range *occupied, pfn_t from);

/** Whether the page at @p pfn is one that holds what is known of groups. */
bool arena_holds_groups(pfn_t pfn);

/** Keep a copy of all state. */
void arena_keep(void);

/** Whether all state is what it was at arena_keep(), byte for byte. */
bool arena_is_as_kept(void);

/** Take a block, which must succeed. */
pfn_t arena_take(enum memarea_kind kind, unsigned order);

/** Free a block, which must succeed. */
void arena_give(pfn_t first, unsigned order);

/** Ask for a block and be refused: no byte changes. */
void arena_refuse_alloc(enum memarea_kind kind, unsigned order,
                        enum page_status status);

/** Free a block and be refused: no byte changes. */
void arena_refuse_free(pfn_t first, unsigned order, enum page_status status);

/** page_alloc_check() finds nothing. */
void arena_whole(void);

/** How many blocks of @p order are on the free list of area @p kind. */
uint64_t arena_blocks(enum memarea_kind kind, unsigned order);

/** Whether the free lists hold the same blocks as at arena_keep(). */
bool arena_lists_are_as_kept(void);

#endif
