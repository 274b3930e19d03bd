/**
 * @file
 * Lesson 6: how blocks are given out: see page_alloc.h.
 *
 * The idea: take the smallest block that is large enough, and put the upper
 * half of it back until what is left has the order wanted.  The word of
 * orders in each area says in one instruction which block that is.
 */
#include "page_block.h"

enum page_status page_alloc_init(struct page_alloc   *pages,
                                 struct msadsc_array *array,
                                 struct memareas     *areas)
{
	if (array->phase != MSADSC_MERGED)
		return PAGE_TOO_EARLY;
	*pages = (struct page_alloc){ .page = array->page,
		                      .pages = array->pages,
		                      .array = array,
		                      .areas = areas };
	return PAGE_OK;
}

/* Take a block of @order off the lists, which have one as large or larger. */
static pfn_t split(struct memarea *area, struct msadsc *page, unsigned order)
{
	unsigned k = order + (unsigned)__builtin_ctz(area->orders >> order);
	pfn_t    pfn = area->list[k].first;

	free_list_remove(area, page, pfn);
	while (k > order) {
		k--;
		free_list_push(area, page, pfn + (UINT64_C(1) << k), k);
	}
	return pfn;
}

/* Fill the empty cache by a batch, from the smallest blocks that there are:
 * a large block is broken only where no smaller one is left. */
static void refill(struct page_cache *cache, struct memarea *area,
                   struct msadsc *page)
{
	while (cache->count < PAGE_BATCH && area->orders != 0) {
		unsigned smallest = (unsigned)__builtin_ctz(area->orders);
		unsigned batch = (unsigned)__builtin_ctz(PAGE_BATCH);
		unsigned order = smallest < batch ? smallest : batch;
		pfn_t    first = split(area, page, order);

		for (pfn_t past = first + (UINT64_C(1) << order);
		     past > first;) {
			page[--past].word = MSADSC_CACHED;
			cache->page[cache->count++] = (uint32_t)past;
		}
	}
}

/* Whether all of the block of @order at @base is free, listed or cached. */
static bool can_gather(const struct msadsc *page, pfn_t base, unsigned order)
{
	pfn_t end = base + (UINT64_C(1) << order);

	for (pfn_t pfn = base; pfn < end; pfn += msadsc_pages(page[pfn])) {
		enum msadsc_state state = msadsc_state(page[pfn]);

		if (state != MSADSC_FREE && state != MSADSC_CACHED)
			return false;
	}
	return true;
}

/* Take all parts of that block off the lists and out of the cache. */
static void gather(struct page_cache *cache, struct memarea *area,
                   struct msadsc *page, pfn_t base, unsigned order)
{
	pfn_t    end = base + (UINT64_C(1) << order);
	uint32_t kept = 0;

	for (pfn_t pfn = base, next; pfn < end; pfn = next) {
		next = pfn + msadsc_pages(page[pfn]);
		if (msadsc_state(page[pfn]) == MSADSC_FREE)
			free_list_remove(area, page, pfn);
		page[pfn].word = 0;
	}
	for (uint32_t i = 0; i < cache->count; i++)
		if (cache->page[i] < base || cache->page[i] >= end)
			cache->page[kept++] = cache->page[i];
	cache->count = kept;
}

/* A block that is free but for pages in the cache, or 0.  Its area holds all
 * of it, as an area's bounds are multiples of its blocks: see page_free.c. */
static pfn_t find_gatherable(const struct page_cache *cache,
                             const struct page_alloc *pages, unsigned order)
{
	for (uint32_t i = 0; i < cache->count; i++) {
		pfn_t base = cache->page[i] >> order << order;

		if (pages->pages - base >= UINT64_C(1) << order &&
		    can_gather(pages->page, base, order))
			return base;
	}
	return 0;
}

/* page_take() from one area. */
static pfn_t take_from(struct page_alloc *pages, enum memarea_kind kind,
                       unsigned order)
{
	struct page_cache *cache = &pages->cache[kind];
	struct memarea    *area = &pages->areas->area[kind];
	pfn_t              pfn;

	if (order == 0) {
		if (cache->count == 0)
			refill(cache, area, pages->page);
		return cache->count == 0 ? 0 : cache->page[--cache->count];
	}
	if (area->orders >> order != 0)
		return split(area, pages->page, order);
	pfn = find_gatherable(cache, pages, order);
	if (pfn != 0)
		gather(cache, area, pages->page, pfn, order);
	return pfn;
}

pfn_t page_take(struct page_alloc *pages, enum memarea_kind kind,
                unsigned order)
{
	pfn_t pfn;

	do
		pfn = take_from(pages, kind, order);
	while (pfn == 0 && memarea_fall_back(&kind));
	return pfn;
}

enum page_status page_alloc_block(struct page_alloc *pages,
                                  enum memarea_kind kind, unsigned order,
                                  pfn_t *first)
{
	pfn_t pfn;

	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if ((unsigned)kind >= MEMAREAS)
		return PAGE_BAD_AREA;
	pfn = page_take(pages, kind, order);
	if (pfn == 0)
		return PAGE_NO_MEMORY;
	pages->page[pfn] = page_used(order, 1, 0);
	*first = pfn;
	return PAGE_OK;
}
