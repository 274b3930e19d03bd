/**
 * @file
 * Lesson 6: what must hold of the page allocator: see page_alloc.h.
 */
#include "page_block.h"

/* Pages of one area by what the descriptors say. */
struct account {
	uint64_t used, cached, occupied;
};

/* Each entry of a cache is a cached page of its area, and there once: as many
 * entries as descriptors, and no entry is twice there. */
static const char *check_cache(const struct page_alloc *pages, int kind)
{
	const struct page_cache *cache = &pages->cache[kind];

	if (cache->count > PAGE_CACHE_PAGES)
		return "a cache has room for its pages";
	for (uint64_t i = 0; i < cache->count; i++) {
		pfn_t pfn = cache->page[i];

		if (pfn >= pages->pages || (int)memarea_of(pfn) != kind)
			return "a cached page lies in the area of its cache";
		if (pages->page[pfn].word != MSADSC_CACHED)
			return "a page in a cache is described as cached";
		for (uint64_t k = 0; k < i; k++)
			if (cache->page[k] == pfn)
				return "a page is in a cache once";
	}
	return NULL;
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
	for (int i = 0; broken == NULL && i < MEMAREAS; i++)
		broken = check_cache(pages, i);
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
		                                  a->occupied)
			return "each page is free, occupied, used or cached";
	}
	return broken;
}
