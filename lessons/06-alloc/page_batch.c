/**
 * @file
 * Lesson 6: the current group, and the batch of it that is on the stack: see
 * page_alloc.h.
 *
 * The idea: pages of one batch come and go as they like.  When another takes
 * its place, those that are on the stack go back to their group, and nothing
 * that could be joined stays behind.
 */
#include "page_group.h"

uint64_t page_batch_stacked(const struct page_alloc *pages,
                            const struct page_cache *cache)
{
	const struct msadsc *page = pages->page + cache->batch;
	uint64_t             found = 0, bit = 1;

	for (unsigned i = 0; i < PAGE_BATCH; i++, bit += bit)
		if (page[i].word == MSADSC_CACHED)
			found |= bit;
	return found;
}

/* Take the pages @found of the batch off the stack, wherever they lie there:
 * the top takes the place of each. */
void page_batch_off_stack(struct page_alloc *pages, struct page_cache *cache,
                          uint64_t found)
{
	pfn_t          batch = cache->batch;
	struct msadsc *page = pages->page;
	uint32_t      *top = cache->page + cache->count, *entry = top;

	page_group_of(pages, batch)->free |= found << batch % PAGE_GROUP;
	for (; found != 0; found &= found - 1) {
		do
			entry--;
		while ((*entry ^ (uint32_t)batch) >= PAGE_BATCH);
		page[*entry].word = MSADSC_GROUPED;
		*entry = *--top;
	}
	cache->count = (uint64_t)(top - cache->page);
}

void page_group_leave(struct page_alloc *pages, struct page_cache *cache)
{
	pfn_t batch = cache->batch;

	if (batch == PFN_LIMIT)
		return;
	if (cache->count != 0)
		page_batch_off_stack(pages, cache,
		                     page_batch_stacked(pages, cache));
	page_batch_none(cache);
	page_group_sort(pages, cache, batch);
}

void page_group_enter(struct page_alloc *pages, struct page_cache *cache,
                      pfn_t pfn)
{
	struct page_group *group = page_group_of(pages, pfn);

	if (page_group_is_current(cache, pfn)) {
		page_batch_off_stack(pages, cache,
		                     page_batch_stacked(pages, cache));
	} else {
		page_group_leave(pages, cache);
		if (group->free != 0)
			page_group_off_shelf(pages, cache, group);
		page_group_wait(group, PAGE_GROUP_ORDER);
	}
	page_batch_set(cache, pfn);
}

void page_group_open(struct page_alloc *pages, struct page_cache *cache,
                     pfn_t first)
{
	struct page_group *group = page_group_of(pages, first);

	page_group_leave(pages, cache);
	page_describe(pages->page + first, PAGE_GROUP, MSADSC_GROUPED);
	group->free = page_bits(PAGE_GROUP_ORDER);
	page_group_wait(group, PAGE_GROUP_ORDER);
}

void page_group_take_lone(struct page_alloc *pages, struct page_cache *cache)
{
	page_group_leave(pages, cache);
	do {
		pfn_t              first = page_shelf_first(cache, 0);
		struct page_group *group = page_group_of(pages, first);

		page_group_off_shelf(pages, cache, group);
		for (; group->free != 0; group->free &= group->free - 1) {
			unsigned i = (unsigned)__builtin_ctzll(group->free);

			page_cache_push(cache, pages->page, first + i);
		}
		page_group_wait(group, 0);
	} while (cache->count < PAGE_BATCH && cache->shelf[0] != 0);
}

void page_group_take_batch(struct page_alloc *pages, struct page_cache *cache,
                           pfn_t pfn)
{
	struct page_group *group = page_group_of(pages, pfn);
	unsigned at = (unsigned)__builtin_ctzll(group->free) / PAGE_BATCH *
	              PAGE_BATCH;
	uint64_t       free = group->free >> at;
	struct msadsc *page = pages->page;
	uint32_t      *top = cache->page;

	page_batch_set(cache, pfn / PAGE_GROUP * PAGE_GROUP + at);
	for (pfn = cache->batch + PAGE_BATCH; pfn-- > cache->batch;)
		if ((free >> pfn % PAGE_BATCH & 1) != 0) {
			page[pfn].word = MSADSC_CACHED;
			*top++ = (uint32_t)pfn;
		}
	cache->count = (uint64_t)(top - cache->page);
	group->free &= ~(page_bits(PAGE_BATCH_ORDER) << at);
}
