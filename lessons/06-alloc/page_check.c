/**
 * @file
 * Lesson 6: what must hold of the page allocator: see page_alloc.h.
 */
#include "page_block.h"

/* Pages of one area by what the descriptors say. */
struct account {
	uint64_t used, cached, grouped, occupied;
};

/* Whether the batch of a cache is one, where there is one. */
static bool batch_is_sound(const struct page_alloc *pages, int kind)
{
	const struct page_cache *cache = &pages->cache[kind];
	pfn_t                    batch = cache->batch;

	if (batch == PFN_LIMIT)
		return cache->batch_pages == 0;
	return batch % PAGE_BATCH == 0 && page_is_grouped(pages, batch) &&
	       (int)memarea_of(batch) == kind &&
	       cache->batch_pages == PAGE_BATCH;
}

/* One page on a stack; @lone counts those that are not of the batch. */
static const char *check_cached(const struct page_alloc *pages, int kind,
                                pfn_t pfn, unsigned *lone)
{
	uint64_t buddy;

	if (!page_is_grouped(pages, pfn) || (int)memarea_of(pfn) != kind)
		return "a cached page is of a group, in the area of its cache";
	if (pages->page[pfn].word != MSADSC_CACHED)
		return "a page in a cache is described as cached";
	if (page_in_batch(&pages->cache[kind], pfn))
		return NULL;
	buddy = pages->page[pfn ^ 1].word;
	if (buddy == MSADSC_CACHED || buddy == MSADSC_GROUPED)
		return "a cached page with a free buddy is of the batch";
	return ++*lone <= PAGE_LONE ? NULL : "a cache has room for its batch";
}

/* Each entry of a cache is a cached page of its area, and there once: as many
 * entries as descriptors, and no entry is twice there. */
static const char *check_cache(const struct page_alloc *pages, int kind)
{
	const struct page_cache *cache = &pages->cache[kind];
	const char              *broken = NULL;
	unsigned                 lone = 0;

	if (cache->area != &pages->areas->area[kind])
		return "a cache is that of its area";
	if (cache->count > PAGE_LONE + PAGE_BATCH)
		return "a cache has room for its pages";
	if (!batch_is_sound(pages, kind))
		return "a batch is an aligned part of a group of its area";
	for (uint64_t i = 0; broken == NULL && i < cache->count; i++) {
		for (uint64_t k = 0; k < i; k++)
			if (cache->page[k] == cache->page[i])
				return "a page is in a cache once";
		broken = check_cached(pages, kind, cache->page[i], &lone);
	}
	return broken;
}

/* Add one descriptor to the account of its area. */
static const char *count_page(struct account *account, struct msadsc d)
{
	switch (msadsc_state(d)) {
	case MSADSC_USED:
		if (page_word_shares(d) == 0)
			return "a used block has a share";
		account->used += msadsc_pages(d);
		return NULL;
	case MSADSC_CACHED:
		account->cached++;
		return NULL;
	case MSADSC_GROUPED:
		account->grouped++;
		return NULL;
	case MSADSC_OCCUPIED:
		account->occupied += msadsc_pages(d);
		return NULL;
	default:
		return NULL;
	}
}

/* Walk all blocks, which msadsc_check() found to touch each other. */
static const char *count_pages(const struct msadsc_array *array,
                               struct account             account[MEMAREAS])
{
	const char *broken = NULL;

	for (uint32_t i = 0; i < array->map->count; i++) {
		const struct e820_range *r = &array->map->range[i];
		pfn_t past = min_u64(e820_past_page(r), array->pages);
		pfn_t pfn = e820_first_page(r);

		while (r->type == E820_RAM && pfn < past && broken == NULL) {
			struct msadsc d = array->page[pfn];

			if (msadsc_state(d) == MSADSC_USED &&
			    (pfn & (msadsc_pages(d) - 1)) != 0)
				return "a used block starts at a multiple of "
				       "its pages";
			broken = count_page(&account[memarea_of(pfn)], d);
			pfn += msadsc_pages(d);
		}
	}
	return broken;
}

const char *page_alloc_check(const struct page_alloc *pages)
{
	struct account account[MEMAREAS] = { 0 };
	const char    *broken = merge_check(pages->array, pages->areas);

	if (broken == NULL && (pages->page != pages->array->page ||
	                       pages->pages != pages->array->pages))
		return "the allocator is that of its descriptors";
	if (broken == NULL &&
	    pages->grouped != (pages->group == NULL ? 0 : pages->pages))
		return "all pages can be of groups, or none";
	for (int i = 0; broken == NULL && i < MEMAREAS; i++)
		broken = check_cache(pages, i);
	if (broken == NULL)
		broken = page_group_check(pages);
	if (broken == NULL)
		broken = count_pages(pages->array, account);
	for (int i = 0; broken == NULL && i < MEMAREAS; i++) {
		const struct memarea *area = &pages->areas->area[i];
		const struct account *a = &account[i];

		if (a->cached != pages->cache[i].count)
			return "a page described as cached is in a cache";
		if (a->occupied != area->occupied_pages)
			return "an area counts its occupied pages";
		if (area->usable_pages != area->free_pages + area->run_pages +
		                                  a->used + a->cached +
		                                  a->grouped + a->occupied)
			return "each page is free, occupied, used, cached or "
			       "grouped";
	}
	return broken;
}
