/**
 * @file
 * Lesson 6: blocks of 64 pages that are given out one by one: see page_alloc.h.
 *
 * The idea: 64 pages are 64 bits, and a word tells in a few instructions which
 * blocks they hold.  Where the largest has order k, one page more can make one
 * of order k + 1, and only around that page.  So nothing is searched, and few
 * frees do more than set a bit.
 */
#include "page_group.h"
#include "phys.h"

/* Where a block of order k can start in a group: at each bit that is set. */
static const uint64_t starts[] = {
	UINT64_MAX,
	UINT64_C(0x5555555555555555),
	UINT64_C(0x1111111111111111),
	UINT64_C(0x0101010101010101),
	UINT64_C(0x0001000100010001),
	UINT64_C(0x0000000100000001),
};

/* Where blocks of order @k + 1 start, if those of order @k do at @blocks. */
static inline uint64_t join(uint64_t blocks, unsigned k)
{
	return blocks & blocks >> (1U << k) & starts[k + 1];
}

unsigned page_bits_order(uint64_t free)
{
	unsigned k = 0;

	while (k + 1 < PAGE_GROUP_ORDER && (free = join(free, k)) != 0)
		k++;
	return k;
}

/* All pages of the group around @pfn, which is on no shelf, are free: they are a
 * block of the lists again. */
static void to_lists(struct page_alloc *pages, pfn_t pfn)
{
	pfn_t first = pfn / PAGE_GROUP * PAGE_GROUP;

	*page_group_of(pages, first) = (struct page_group){ 0 };
	page_describe(pages->page + first, PAGE_GROUP, 0);
	page_put(pages, first, PAGE_GROUP_ORDER);
}

/* Put the group around @pfn onto shelf @k. */
static inline void onto_shelf(struct page_alloc *pages,
                              struct page_cache *cache, pfn_t pfn, unsigned k)
{
	uint32_t           number = (uint32_t)(pfn / PAGE_GROUP);
	struct page_group *group = &pages->group[number];

	page_group_wait(group, k + 1);
	group->next = cache->shelf[k];
	if (group->next != 0)
		pages->group[group->next].before = number;
	cache->shelf[k] = number;
	cache->shelves |= UINT32_C(1) << k;
}

void page_group_sort(struct page_alloc *pages, struct page_cache *cache,
                     pfn_t pfn)
{
	struct page_group *group = page_group_of(pages, pfn);

	if (group->free == 0)
		page_group_wait(group, 0);
	else if (group->free == page_bits(PAGE_GROUP_ORDER))
		to_lists(pages, pfn);
	else
		onto_shelf(pages, cache, pfn, page_bits_order(group->free));
}

/* Whether no group is current, or one of which all is free but the batch. Who
 * then frees two neighbours in another is likely to free all of that. */
static bool is_done(const struct page_alloc *pages,
                    const struct page_cache *cache)
{
	pfn_t    batch = cache->batch;
	uint64_t bits = page_bits(PAGE_BATCH_ORDER) << batch % PAGE_GROUP;

	return cache->batch_pages == 0 || (page_group_of(pages, batch)->free |
	                                   bits) == page_bits(PAGE_GROUP_ORDER);
}

enum page_status page_group_grow(struct page_alloc *pages, pfn_t pfn,
                                 uint64_t free)
{
	struct page_cache *cache = page_cache_of(pages, pfn);
	struct page_group *group = page_group_of(pages, pfn);

	pages->page[pfn].word = MSADSC_GROUPED;
	group->free = free;
	if (page_group_is_current(cache, pfn)) {
		page_batch_none(cache);
		to_lists(pages, pfn);
	} else if (group->order == 1 && is_done(pages, cache)) {
		page_group_enter(pages, cache, pfn);
	} else {
		page_group_off_shelf(pages, cache, group);
		if (group->order == PAGE_GROUP_ORDER)
			to_lists(pages, pfn);
		else
			onto_shelf(pages, cache, pfn, group->order);
	}
	return PAGE_OK;
}

enum page_status page_group_put_one(struct page_alloc *pages, pfn_t pfn)
{
	struct page_cache *cache = page_cache_of(pages, pfn);
	struct page_group *group = page_group_of(pages, pfn);

	if (group->want == 0) {
		page_put(pages, pfn, 0);
	} else if (pages->page[pfn ^ 1].word == MSADSC_CACHED) {
		if (!page_in_batch(cache, pfn))
			page_group_enter(pages, cache, pfn);
		page_cache_push(cache, pages->page, pfn);
	} else {
		pages->page[pfn].word = MSADSC_GROUPED;
		group->free = UINT64_C(1) << pfn % PAGE_GROUP;
		if (!page_group_is_current(cache, pfn))
			onto_shelf(pages, cache, pfn, 0);
	}
	return PAGE_OK;
}

enum page_status page_group_put(struct page_alloc *pages, pfn_t pfn,
                                uint64_t free)
{
	struct page_cache *cache = page_cache_of(pages, pfn);
	struct page_group *group = page_group_of(pages, pfn);
	bool               current = page_group_is_current(cache, pfn);

	if (group->free != 0 && !current)
		page_group_off_shelf(pages, cache, group);
	group->free |= free << pfn % PAGE_GROUP;
	for (; free != 0; free &= free - 1)
		pages->page[pfn + (unsigned)__builtin_ctzll(free)].word =
			MSADSC_GROUPED;
	if (current && group->free != page_bits(PAGE_GROUP_ORDER))
		return PAGE_OK;
	if (current)
		page_batch_none(cache);
	page_group_sort(pages, cache, pfn);
	return PAGE_OK;
}

pfn_t page_group_find(const struct page_alloc *pages,
                      const struct page_cache *cache, unsigned order,
                      uint64_t *stacked)
{
	uint32_t shelves = cache->shelves >> order;
	pfn_t    first;
	uint64_t free;

	*stacked = 0;
	if (shelves != 0) {
		first = page_shelf_first(
			cache, order + (unsigned)__builtin_ctz(shelves));
	} else if (cache->batch_pages != 0) {
		first = cache->batch / PAGE_GROUP * PAGE_GROUP;
		*stacked = page_batch_stacked(pages, cache);
	} else {
		return 0;
	}
	free = page_group_of(pages, first)->free |
	       *stacked << cache->batch % PAGE_GROUP;
	if (order == PAGE_GROUP_ORDER)
		return free == page_bits(order) ? first : 0;
	for (unsigned k = 0; k < order; k++)
		free = join(free, k);
	return free == 0 ? 0 : first + (unsigned)__builtin_ctzll(free);
}

void page_group_cut(struct page_alloc *pages, struct page_cache *cache,
                    pfn_t pfn, unsigned order, uint64_t stacked)
{
	struct page_group *group = page_group_of(pages, pfn);
	bool               current = page_group_is_current(cache, pfn);

	if (current)
		page_batch_off_stack(pages, cache, stacked);
	else
		page_group_off_shelf(pages, cache, group);
	group->free ^= page_bits(order) << pfn % PAGE_GROUP;
	page_describe(pages->page + pfn, UINT64_C(1) << order, 0);
	if (order == PAGE_GROUP_ORDER) {
		*group = (struct page_group){ 0 };
		page_batch_none(cache);
	} else if (!current) {
		page_group_sort(pages, cache, pfn);
	}
}

void page_group_empty(struct page_alloc *pages, struct page_cache *cache)
{
	page_group_leave(pages, cache);
	while (cache->count > 0)
		page_group_put(pages, cache->page[--cache->count], 1);
	while (cache->shelves != 0) {
		pfn_t first = page_shelf_first(
			cache, (unsigned)__builtin_ctz(cache->shelves));
		struct page_group *group = page_group_of(pages, first);
		uint64_t           free = group->free;

		page_group_off_shelf(pages, cache, group);
		*group = (struct page_group){ 0 };
		for (; free != 0; free &= free - 1)
			page_put(pages, first + (unsigned)__builtin_ctzll(free),
			         0);
	}
}

/* Whether a block of an area can become a group. */
static bool can_group(const struct memarea *area)
{
	return area->orders >> PAGE_GROUP_ORDER != 0 ||
	       area->run_pages >= PAGE_GROUP;
}

static bool any_can_group(const struct memareas *areas)
{
	return can_group(&areas->area[MEMAREA_HARDWARE]) ||
	       can_group(&areas->area[MEMAREA_KERNEL]) ||
	       can_group(&areas->area[MEMAREA_USER]);
}

void page_group_init(struct page_alloc *pages)
{
	uint64_t bytes = page_groups(pages->pages) * sizeof(struct page_group);
	uint64_t count = bytes_to_pages(bytes);
	pfn_t    first;

	if (!any_can_group(pages->areas) ||
	    (pages_alloc_exact(pages, MEMAREA_KERNEL, count, &first) !=
	             PAGE_OK &&
	     pages_alloc_exact(pages, MEMAREA_USER, count, &first) != PAGE_OK))
		return;
	/* That may have broken the only block that could become a group. */
	if (!any_can_group(pages->areas)) {
		pages_free_exact(pages, first, count);
		return;
	}
	/* Nobody can free them. */
	page_row(pages, first, first + count, MSADSC_OCCUPIED, 0);
	page_cache_of(pages, first)->area->occupied_pages += count;
	pages->group = phys_to_virt_zeroed(pfn_to_paddr(first), bytes);
	pages->grouped = pages->pages;
}
