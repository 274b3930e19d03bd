/**
 * @file
 * Lesson 6: what the stacks hold, and how they lose nothing: see page_alloc.h.
 *
 * The idea: a free page whose buddy is in use is no part of a larger block,
 * so it may wait on the stack.  Only the pages of one batch wait there without
 * that condition; and so one look around the batch finds each block that the
 * stack withholds.
 */
#include "page_block.h"

/* Pages of a block that is free, listed or cached: a cached one has order 0. */
static pfn_t free_pages(struct msadsc d)
{
	enum msadsc_state state = msadsc_state(d);

	return state == MSADSC_FREE || state == MSADSC_CACHED
	               ? UINT64_C(1) << msadsc_order(d)
	               : 0;
}

/* Whether all pages [first, end) are free, listed or cached. */
static bool are_free(const struct msadsc *page, pfn_t first, pfn_t end)
{
	while (first < end && free_pages(page[first]) != 0)
		first += free_pages(page[first]);
	return first == end;
}

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

/* Take out all that is in [first, end), listed or cached. */
static void take_out(struct memarea *area, struct msadsc *page, pfn_t first,
                     pfn_t end)
{
	while (first < end) {
		unsigned order = msadsc_order(page[first]);
		pfn_t    bit = UINT64_C(1) << order;

		if (msadsc_state(page[first]) == MSADSC_FREE)
			page_unlink(area, &area->list[order], page, first, bit);
		page[first].word = 0;
		first += bit;
	}
}

/* Take out all of the block of @order around @pfn, of which a block of order
 * @k lies in the batch.  The other parts are the buddies that would join. */
static pfn_t gather(struct page_cache *cache, struct msadsc *page, pfn_t pfn,
                    unsigned k, unsigned order)
{
	struct memarea *area = cache->area;
	pfn_t           bit = UINT64_C(1) << k;
	uint64_t        before = cache->count;

	page_cache_drop(cache, pfn, bit);
	area->free_pages -= (UINT64_C(1) << order) - (before - cache->count);
	take_out(area, page, pfn, pfn + bit);
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
	unsigned k = order < PAGE_BATCH_ORDER ? order : PAGE_BATCH_ORDER;
	pfn_t    bit = UINT64_C(1) << k, pfn = cache->batch;
	pfn_t    end = pfn + cache->batch_pages;

	for (; bit <= end - pfn; pfn += bit)
		if (are_free(pages->page, pfn, pfn + bit) &&
		    would_join(pages, pfn, k, order))
			return gather(cache, pages->page, pfn, k, order);
	return 0;
}

void page_empty_caches(struct page_alloc *pages)
{
	for (int i = 0; i < MEMAREAS; i++) {
		struct page_cache *cache = &pages->cache[i];

		while (cache->count > 0)
			page_give_back(pages, cache->page[--cache->count], 0);
	}
}
