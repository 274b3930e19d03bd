/**
 * @file
 * Lesson 5: free pages merged into blocks of 2^order pages.
 *
 * A run of free pages is cut at the bounds of areas and decomposed into the
 * largest blocks that are naturally aligned: a block of 2^k pages starts at a
 * multiple of 2^k.  Then the buddy of a block, with which it was one block
 * twice as large, has a frame number that differs in one bit.
 *
 * Blocks of one order in one area are a list, linked through their first
 * pages' descriptors; all other descriptors in a block are zero.
 *
 * Source: K. C. Knowlton, "A fast storage allocator".
 */
#ifndef MERGE_H
#define MERGE_H

#include "memarea.h"

/** Why nothing was merged. */
enum merge_status {
	MERGE_OK,    /**< All free pages are in blocks. */
	MERGE_ORDER, /**< Nothing is marked yet: occupied pages would be lost. */
};

/** Put the block of 2^order pages at @p pfn first on its list.  Takes constant
 * time. */
static inline void free_list_push(struct memarea *area, struct msadsc *page,
                                  pfn_t pfn, unsigned order)
{
	struct free_list *list = &area->list[order];

	if (list->first != 0)
		page[list->first].word |= pfn << MSADSC_LOW_SHIFT;
	page[pfn] = msadsc_make(MSADSC_FREE, order, 0, list->first);
	list->first = pfn;
	area->orders |= UINT32_C(1) << order;
	area->free_pages += UINT64_C(1) << order;
}

/**
 * Take the free block at @p pfn off its list, wherever it stands there.  Its
 * descriptor still says FREE: the caller writes what it is now.  Takes
 * constant time.
 */
static inline void free_list_remove(struct memarea *area, struct msadsc *page,
                                    pfn_t pfn)
{
	struct msadsc     d = page[pfn];
	unsigned          order = msadsc_order(d);
	struct free_list *list = &area->list[order];
	pfn_t             previous = msadsc_low(d), next = msadsc_high(d);

	if (next != 0)
		page[next].word ^= (pfn ^ previous) << MSADSC_LOW_SHIFT;
	if (previous != 0)
		page[previous].word ^= (pfn ^ next) << MSADSC_HIGH_SHIFT;
	else if ((list->first = next) == 0)
		area->orders &= ~(UINT32_C(1) << order);
	area->free_pages -= UINT64_C(1) << order;
}

/**
 * Turn all runs into blocks on the lists of their areas, the lowest block
 * first on each list.
 *
 * @param array,areas  unchanged unless MERGE_OK is returned
 * @return MERGE_OK or MERGE_ORDER.  Takes O(blocks) time: a block of 1 GiB
 *         costs what a page costs.
 */
enum merge_status merge_runs(struct msadsc_array *array,
                             struct memareas     *areas);

/**
 * merge_runs() for what lies below frame @p from.  What lies above stays in
 * runs until merge_more() is called, so that its descriptors are not touched:
 * the word "lazy" on the kernel's command line asks for it.
 *
 * @param array,areas  unchanged unless MERGE_OK is returned
 * @param from         in the highest area that has pages: where that begins,
 *                     or where a block of ORDER_MAX can begin; or above all
 *                     pages: then nothing stays
 * @return MERGE_OK or MERGE_ORDER.  Takes O(runs + blocks below from) time.
 */
enum merge_status merge_lazily(struct msadsc_array *array,
                               struct memareas *areas, pfn_t from);

/**
 * Cut blocks off the end of the highest run that merge_lazily() left, and then
 * of the next, until there is one of @p order or more.
 *
 * @param array  whose highest run gets shorter
 * @param area   gets the blocks; its run_pages say whether there are any
 * @param order  that a block must have at least
 * @return whether there is such a block now; false, and nothing has changed,
 *         where no run that is left holds one.  Takes O(runs) time, and
 *         O(ORDERS) for each run that is used up.
 */
bool merge_more(struct msadsc_array *array, struct memarea *area,
                unsigned order);

/**
 * NULL, or the sentence of the first broken invariant: lists, counts and
 * descriptors agree, blocks are aligned and inside their area, no two free
 * buddies stand side by side.  Takes O(blocks) time, and O(pages) for what
 * msadsc_check() sees.
 */
const char *merge_check(const struct msadsc_array *array,
                        const struct memareas     *areas);

/** How many blocks are on @p list.  Takes O(blocks) time: nobody needs the
 * number so often that each push should keep it. */
uint64_t free_list_blocks(const struct free_list *list,
                          const struct msadsc    *page);

/** Print blocks by order and area, with the pages they sum to.  Takes O(blocks)
 * time. */
void merge_print(const struct msadsc_array *array,
                 const struct memareas     *areas);

/** Print the lists: `free NAME order K blocks N`, none that is empty.  Takes
 * O(blocks) time. */
void merge_list(const struct msadsc_array *array, const struct memareas *areas);

#endif
