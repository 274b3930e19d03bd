/**
 * @file
 * Lesson 6: how groups and stacks lose nothing: see page_alloc.h.
 *
 * The idea: a free page whose buddy is in use is no part of a larger block,
 * so it may wait on the stack.  Only the pages of one batch wait there without
 * that condition, and they are of the current group.  All other groups stand
 * on the shelf of the largest block that they hold.  So one look at the
 * shelves, and one at the current group, find each block that is withheld.
 */
#include "page_group.h"

/* Whether a free block at @pfn, of order @k, would join up to @order. */
static bool would_join(const struct page_alloc *pages, pfn_t pfn, unsigned k,
                       unsigned order)
{
	uint64_t word = page_free_word(k);

	for (pfn_t bit = UINT64_C(1) << k; k < order; k++) {
		pfn_t buddy = pfn ^ bit;

		if (buddy >= pages->pages ||
		    (uint8_t)pages->page[buddy].word != (uint8_t)word)
			return false;
		pfn &= buddy;
		word += UINT64_C(1) << MSADSC_ORDER_SHIFT;
		bit += bit;
	}
	return true;
}

/* Take the buddies off their lists with which the block at @pfn, of order @k,
 * has @order. */
static pfn_t take_buddies(struct memarea *area, struct msadsc *page, pfn_t pfn,
                          unsigned k, unsigned order)
{
	pfn_t bit = UINT64_C(1) << k;

	area->free_pages -= (UINT64_C(1) << order) - bit;
	for (; k < order; k++) {
		pfn_t buddy = pfn ^ bit;

		page_unlink(area, &area->list[k], page, buddy, bit);
		page[buddy].word = 0;
		pfn &= buddy;
		bit += bit;
	}
	return pfn;
}

pfn_t page_gather(struct page_alloc *pages, enum memarea_kind kind,
                  unsigned order)
{
	struct page_cache *cache = &pages->cache[kind];
	unsigned k = order < PAGE_GROUP_ORDER ? order : PAGE_GROUP_ORDER;
	uint64_t stacked;
	pfn_t    pfn = page_group_find(pages, cache, k, &stacked);

	if (pfn == 0 || !would_join(pages, pfn, k, order))
		return 0;
	page_group_cut(pages, cache, pfn, k, stacked);
	return take_buddies(cache->area, pages->page, pfn, k, order);
}

void page_empty_caches(struct page_alloc *pages)
{
	for (int i = 0; i < MEMAREAS; i++)
		page_group_empty(pages, &pages->cache[i]);
}
