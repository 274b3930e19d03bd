/**
 * @file
 * Lesson 6: how blocks are given out: see page_alloc.h.
 *
 * The idea: take the smallest block that is large enough, and put the upper
 * half of it back until what is left has the order wanted.  The word of
 * orders in each area says in one instruction which block that is.
 */
#include "page_group.h"

/* Take the first block off its list, which is not empty. */
static inline pfn_t pop(struct memarea *area, struct msadsc *page,
                        unsigned order)
{
	struct free_list *list = &area->list[order];
	pfn_t             pfn = list->first, next = msadsc_high(page[pfn]);

	if (next != 0)
		page[next].word ^= pfn << MSADSC_LOW_SHIFT;
	else
		area->orders ^= UINT32_C(1) << order;
	list->first = next;
	area->free_pages -= UINT64_C(1) << order;
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

		page[half].word = page_free_word(k);
		area->list[k].first = half;
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

/* Fill the empty stack: from the current group, or with lone pages of others,
 * or from another group or block that becomes the current one. */
static inline bool refill(struct page_alloc *pages, struct page_cache *cache)
{
	struct memarea *area = cache->area;
	pfn_t           group = cache->batch;

	if (group == PFN_LIMIT || page_group_of(pages, group)->free == 0) {
		if (cache->shelf[0] != 0) {
			page_group_take_lone(pages, cache);
			return true;
		}
		if (cache->shelves != 0) {
			group = page_shelf_first(
				cache, (unsigned)__builtin_ctz(cache->shelves));
			page_group_enter(pages, cache, group);
		} else if (area->orders >> PAGE_GROUP_ORDER != 0 &&
		           pages->grouped != 0) {
			group = pop_or_split(area, pages->page,
			                     PAGE_GROUP_ORDER);
			page_group_open(pages, cache, group);
		} else {
			return false;
		}
	}
	page_group_take_batch(pages, cache, group);
	return true;
}

/* A block of one area: from its lists, or gathered, or out of runs that lesson
 * 5 has left; or 0. */
static __attribute__((noinline)) pfn_t
take_from(struct page_alloc *pages, enum memarea_kind kind, unsigned order)
{
	struct memarea *area = pages->cache[kind].area;
	pfn_t           pfn = 0;

	if (area->orders >> order == 0) {
		pfn = page_gather(pages, kind, order);
		if (pfn != 0 || !merge_more(pages->array, area, order))
			return pfn;
	}
	return pop_or_split(area, pages->page, order);
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

/* Give out the block that was taken, if one was. */
static inline enum page_status use(struct page_alloc *pages, pfn_t pfn,
                                   unsigned order, pfn_t *first)
{
	if (pfn == 0)
		return PAGE_NO_MEMORY;
	pages->page[pfn] = page_used(order, 1, 0);
	*first = pfn;
	return PAGE_OK;
}

/* page_alloc() of a single page where the lists of the area have none: out of
 * runs that lesson 5 has left there, or of an area below. */
static __attribute__((noinline)) enum page_status
alloc_elsewhere(struct page_alloc *pages, enum memarea_kind kind, pfn_t *first)
{
	return merge_more(pages->array, pages->cache[kind].area, 0) ||
	                       memarea_fall_back(&kind)
	               ? page_alloc(pages, kind, 0, first)
	               : PAGE_NO_MEMORY;
}

enum page_status page_alloc_one(struct page_alloc *pages,
                                enum memarea_kind kind, pfn_t *first)
{
	struct page_cache *cache;

	if ((unsigned)kind >= MEMAREAS)
		return PAGE_BAD_AREA;
	cache = &pages->cache[kind];
	if (refill(pages, cache))
		return use(pages, cache->page[--cache->count], 0, first);
	if (cache->area->orders == 0)
		return alloc_elsewhere(pages, kind, first);
	return use(pages, pop_or_split(cache->area, pages->page, 0), 0, first);
}

/* page_alloc() of a block that is not the first on a list. */
static __attribute__((noinline)) enum page_status
alloc_block(struct page_alloc *pages, enum memarea_kind kind, unsigned order,
            pfn_t *first)
{
	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if ((unsigned)kind >= MEMAREAS)
		return PAGE_BAD_AREA;
	return use(pages, page_take(pages, kind, order), order, first);
}

enum page_status page_alloc_block(struct page_alloc *pages,
                                  enum memarea_kind kind, unsigned order,
                                  pfn_t *first)
{
	struct memarea *area;

	if (order > ORDER_MAX || (unsigned)kind >= MEMAREAS)
		return alloc_block(pages, kind, order, first);
	area = pages->cache[kind].area;
	if (area->list[order].first == 0)
		return alloc_block(pages, kind, order, first);
	return use(pages, pop(area, pages->page, order), order, first);
}

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
		pages->cache[i].area = &areas->area[i];
		page_batch_none(&pages->cache[i]);
	}
	page_group_init(pages);
	return PAGE_OK;
}
