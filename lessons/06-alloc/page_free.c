/**
 * @file
 * Lesson 6: how blocks come back: see page_alloc.h.
 *
 * The idea: the buddy of a block is one exclusive-or away, and its descriptor
 * says whether it is free and whole.  No list is searched.
 */
#include "page_block.h"

/* Buddies never meet across a bound of areas, so nobody has to ask.  The user
 * area starts at a multiple of the largest block.  The kernel area starts at
 * a power of two: from there, the only buddy below would start at frame 0,
 * which is never free. */
_Static_assert(MEMAREA_USER_BASE % (UINT64_C(1) << ORDER_MAX) == 0,
               "no block crosses into the user area");
_Static_assert((MEMAREA_KERNEL_BASE & (MEMAREA_KERNEL_BASE - 1)) == 0,
               "no block crosses into the kernel area");

unsigned page_give_back(struct page_alloc *pages, pfn_t pfn, unsigned order)
{
	struct memarea *area = &pages->areas->area[memarea_of(pfn)];
	struct msadsc  *page = pages->page;

	for (; order < ORDER_MAX; order++) {
		pfn_t bit = UINT64_C(1) << order, buddy = pfn ^ bit;

		if (buddy >= pages->pages ||
		    (page[buddy].word & (MSADSC_STATE | MSADSC_ORDER)) !=
		            msadsc_make(MSADSC_FREE, order, 0, 0).word)
			break;
		free_list_remove(area, page, buddy);
		page[pfn | bit].word = 0;
		pfn &= ~bit;
	}
	free_list_push(area, page, pfn, order);
	return order;
}

/* Put cached pages back until @keep are left or there was work enough: the
 * time that one call may take is bounded, also where each page joins. */
static void drain(struct page_alloc *pages, struct page_cache *cache,
                  uint32_t keep)
{
	for (unsigned joins = 0; cache->count > keep && joins < ORDER_MAX;)
		joins += page_give_back(pages, cache->page[--cache->count], 0);
}

/* The block at @first, whose descriptor is stale, is nobody's any more. */
static void release(struct page_alloc *pages, pfn_t first, unsigned order)
{
	struct page_cache *cache = &pages->cache[memarea_of(first)];

	if (order != 0) {
		page_give_back(pages, first, order);
		return;
	}
	if (cache->count == PAGE_CACHE_PAGES)
		drain(pages, cache, PAGE_CACHE_PAGES - PAGE_BATCH);
	cache->page[cache->count++] = (uint32_t)first;
	pages->page[first].word = MSADSC_CACHED;
}

enum page_status page_look(const struct page_alloc *pages, pfn_t first)
{
	pfn_t holder = msadsc_find(pages->array, first);

	if (first >= pages->pages || !msadsc_is_ram(pages->array, first))
		return PAGE_FOREIGN;
	switch (msadsc_state(pages->page[holder])) {
	case MSADSC_USED:
		return holder == first ? PAGE_OK : PAGE_INSIDE;
	case MSADSC_FREE:
	case MSADSC_CACHED:
		return PAGE_IS_FREE;
	default:
		/* Page 0 comes here too, as nothing holds it. */
		return PAGE_OCCUPIED;
	}
}

/* A free that is a share's, an owner's, or a mistake. */
static enum page_status free_other(struct page_alloc *pages, pfn_t first,
                                   unsigned order)
{
	enum page_status status = page_look(pages, first);
	struct msadsc    d;

	if (status == PAGE_FOREIGN)
		return status;
	if ((first & ((UINT64_C(1) << order) - 1)) != 0)
		return PAGE_MISALIGNED;
	if (status != PAGE_OK)
		return status;
	d = pages->page[first];
	if (msadsc_order(d) != order)
		return PAGE_WRONG_ORDER;
	ASSERT(msadsc_is_twice(d) && page_word_shares(d) > 0,
	       "page 0x%llx: descriptor 0x%016llx was overwritten",
	       (unsigned long long)first, (unsigned long long)d.word);
	if (page_word_shares(d) > 1)
		pages->page[first] = page_used(order, page_word_shares(d) - 1,
		                               page_word_owner(d));
	else
		release(pages, first, order);
	return PAGE_OK;
}

enum page_status page_free_block(struct page_alloc *pages, pfn_t first,
                                 unsigned order)
{
	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if (first >= pages->pages ||
	    pages->page[first].word != page_used(order, 1, 0).word)
		return free_other(pages, first, order);
	release(pages, first, order);
	return PAGE_OK;
}

void page_empty_caches(struct page_alloc *pages)
{
	for (int i = 0; i < MEMAREAS; i++)
		while (pages->cache[i].count > 0)
			drain(pages, &pages->cache[i], 0);
}
