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
	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas->area[i];

		pages->cache[i].pages = min_u64(area->end, array->pages) -
		                        min_u64(area->base, array->pages);
	}
	return PAGE_OK;
}

/* Take the first block off its list, which is not empty. */
static inline pfn_t pop(struct memarea *area, struct msadsc *page,
                        unsigned order)
{
	struct free_list *list = &area->list[order];
	pfn_t             pfn = list->first, next = msadsc_high(page[pfn]);

	list->first = next;
	list->blocks--;
	area->free_pages -= UINT64_C(1) << order;
	if (next != 0)
		page[next].word ^= pfn << MSADSC_LOW_SHIFT;
	else
		area->orders ^= UINT32_C(1) << order;
	return pfn;
}

/* Take the smallest block above @order, which must be there, and halve it
 * until it has @order.  The lists of the orders between are empty, so each
 * upper half is the first on its list. */
static __attribute__((noinline)) pfn_t
split(struct memarea *area, struct msadsc *page, unsigned order)
{
	unsigned k = order + (unsigned)__builtin_ctz(area->orders >> order);
	pfn_t    pfn = pop(area, page, k);
	uint32_t halves = (UINT32_C(1) << k) - (UINT32_C(1) << order);

	area->orders |= halves; /* also: their pages, all in all */
	area->free_pages += halves;
	while (k-- > order) {
		pfn_t half = pfn + (UINT64_C(1) << k);

		page[half] = msadsc_make(MSADSC_FREE, k, 0, 0);
		area->list[k] = (struct free_list){ half, 1 };
	}
	return pfn;
}

/* Take a block of @order; there is one as large or larger. */
static inline pfn_t pop_or_split(struct memarea *area, struct msadsc *page,
                                 unsigned order)
{
	return area->list[order].first != 0 ? pop(area, page, order)
	                                    : split(area, page, order);
}

/* Fill the empty cache by a batch, from the smallest blocks that there are:
 * a large block is broken only where no smaller one is left. */
static __attribute__((noinline)) void
refill(struct page_cache *cache, struct memarea *area, struct msadsc *page)
{
	uint32_t *top = cache->page;

	while (top < cache->page + PAGE_BATCH && area->orders != 0) {
		unsigned order =
			(unsigned)__builtin_ctz(area->orders | PAGE_BATCH);
		pfn_t first = pop_or_split(area, page, order);
		pfn_t pfn = first + (UINT64_C(1) << order);

		do {
			page[--pfn].word = MSADSC_CACHED;
			*top++ = (uint32_t)pfn;
		} while (pfn > first);
	}
	cache->count = (uint64_t)(top - cache->page);
}

/* Whether all of the block of @order at @base is free, listed or cached, and
 * @cached is the first of its pages that is cached: asked for each of them,
 * the answer is yes once, and the others cost little. */
static bool can_gather(const struct msadsc *page, pfn_t base, unsigned order,
                       pfn_t cached)
{
	pfn_t end = base + (UINT64_C(1) << order);

	for (pfn_t pfn = base; pfn < end; pfn += msadsc_pages(page[pfn])) {
		enum msadsc_state state = msadsc_state(page[pfn]);

		if (state == MSADSC_CACHED ? pfn < cached
		                           : state != MSADSC_FREE)
			return false;
	}
	return true;
}

/* Take all parts of that block off the lists and out of the cache. */
static void gather(struct page_cache *cache, struct memarea *area,
                   struct msadsc *page, pfn_t base, unsigned order)
{
	pfn_t    end = base + (UINT64_C(1) << order);
	uint64_t kept = 0;

	for (pfn_t pfn = base, next; pfn < end; pfn = next) {
		next = pfn + msadsc_pages(page[pfn]);
		if (msadsc_state(page[pfn]) == MSADSC_FREE)
			free_list_remove(area, page, pfn);
		page[pfn].word = 0;
	}
	for (uint64_t i = 0; i < cache->count; i++)
		if (cache->page[i] < base || cache->page[i] >= end)
			cache->page[kept++] = cache->page[i];
	cache->count = kept;
}

/* The first page of a block that is free but for pages in the cache, or 0.
 * It lies in one area, as areas start where such blocks do: page_free.c. */
static pfn_t find_gatherable(const struct page_cache *cache,
                             const struct page_alloc *pages, unsigned order)
{
	for (uint64_t i = 0; i < cache->count; i++) {
		pfn_t base = cache->page[i] >> order << order;

		if (pages->pages - base >= UINT64_C(1) << order &&
		    can_gather(pages->page, base, order, cache->page[i]))
			return base;
	}
	return 0;
}

static pfn_t take_one(struct page_alloc *pages, enum memarea_kind kind);

/* A page where area @kind has none on its lists: out of runs that lesson 5
 * has left there, or of an area below. */
static __attribute__((noinline)) pfn_t
take_one_elsewhere(struct page_alloc *pages, enum memarea_kind kind)
{
	return merge_more(pages->array, &pages->areas->area[kind], 0) ||
	                       memarea_fall_back(&kind)
	               ? take_one(pages, kind)
	               : 0;
}

/* A single page of area @kind or one below it, or 0. */
static pfn_t take_one(struct page_alloc *pages, enum memarea_kind kind)
{
	struct page_cache *cache = &pages->cache[kind];

	if (cache->count == 0)
		refill(cache, &pages->areas->area[kind], pages->page);
	if (cache->count > 0)
		return cache->page[--cache->count];
	return take_one_elsewhere(pages, kind);
}

/* A block of one area: from its lists, or gathered, or out of runs that lesson
 * 5 has left; or 0. */
static __attribute__((noinline)) pfn_t
take_from(struct page_alloc *pages, enum memarea_kind kind, unsigned order)
{
	struct page_cache *cache = &pages->cache[kind];
	struct memarea    *area = &pages->areas->area[kind];
	pfn_t              pfn;

	if (area->orders >> order != 0)
		return pop_or_split(area, pages->page, order);
	pfn = find_gatherable(cache, pages, order);
	if (pfn != 0)
		gather(cache, area, pages->page, pfn, order);
	else if (merge_more(pages->array, area, order))
		pfn = pop_or_split(area, pages->page, order);
	return pfn;
}

static inline pfn_t take(struct page_alloc *pages, enum memarea_kind kind,
                         unsigned order)
{
	pfn_t pfn;

	if (order == 0)
		return take_one(pages, kind);
	do
		pfn = take_from(pages, kind, order);
	while (pfn == 0 && memarea_fall_back(&kind));
	return pfn;
}

pfn_t page_take(struct page_alloc *pages, enum memarea_kind kind,
                unsigned order)
{
	return take(pages, kind, order);
}

/* page_alloc_block() of what is not the first on a list. */
static __attribute__((noinline)) enum page_status
alloc_elsewhere(struct page_alloc *pages, enum memarea_kind kind,
                unsigned order, pfn_t *first)
{
	pfn_t pfn;

	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if ((unsigned)kind >= MEMAREAS)
		return PAGE_BAD_AREA;
	pfn = take(pages, kind, order);
	if (pfn == 0)
		return PAGE_NO_MEMORY;
	pages->page[pfn] = page_used(order, 1, 0);
	*first = pfn;
	return PAGE_OK;
}

enum page_status page_alloc_block(struct page_alloc *pages,
                                  enum memarea_kind kind, unsigned order,
                                  pfn_t *first)
{
	struct memarea *area = pages->areas->area;
	pfn_t           pfn;

	if (order - 1 >= ORDER_MAX || (unsigned)kind >= MEMAREAS ||
	    area[kind].list[order].first == 0)
		return alloc_elsewhere(pages, kind, order, first);
	pfn = pop(&area[kind], pages->page, order);
	pages->page[pfn] = page_used(order, 1, 0);
	*first = pfn;
	return PAGE_OK;
}
