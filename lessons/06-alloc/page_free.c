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

/* Take the free block at @pfn off its @list, of blocks of @bit pages.  As
 * free_list_remove() does it, for callers that know list and size and have
 * counted the free pages; joining spends most of its time here. */
static inline void unlink(struct memarea *area, struct free_list *list,
                          struct msadsc *page, pfn_t pfn, pfn_t bit)
{
	pfn_t next = msadsc_high(page[pfn]), previous = msadsc_low(page[pfn]);

	if (next != 0)
		page[next].word ^= (pfn ^ previous) << MSADSC_LOW_SHIFT;
	if (previous != 0)
		page[previous].word ^= (pfn ^ next) << MSADSC_HIGH_SHIFT;
	else if ((list->first = next) == 0)
		area->orders ^= (uint32_t)bit;
	list->blocks--;
}

/* Put the block at @pfn onto its list, joined as often as possible.  The free
 * pages of the area are the caller's to count: joining leaves them as many.
 * list, bit and word go up the orders together; word is the descriptor of a
 * free block but for its links.  Returns the pages of the block. */
static inline pfn_t join(struct memarea *area, struct msadsc *page, pfn_t pages,
                         pfn_t pfn, unsigned order)
{
	struct free_list *list = &area->list[order];
	pfn_t             bit = UINT64_C(1) << order;
	uint64_t          word = msadsc_make(MSADSC_FREE, order, 0, 0).word;

	while (bit < UINT64_C(1) << ORDER_MAX) {
		pfn_t buddy = pfn ^ bit;

		if (buddy >= pages ||
		    (uint8_t)page[buddy].word != (uint8_t)word)
			break;
		unlink(area, list, page, buddy, bit);
		page[pfn | bit].word = 0;
		pfn &= buddy;
		word += UINT64_C(1) << MSADSC_ORDER_SHIFT;
		bit += bit;
		list++;
	}
	if (list->first != 0)
		page[list->first].word |= pfn << MSADSC_LOW_SHIFT;
	page[pfn].word = word | list->first << MSADSC_HIGH_SHIFT;
	list->first = pfn;
	list->blocks++;
	area->orders |= (uint32_t)bit;
	return bit;
}

void page_give_back(struct page_alloc *pages, pfn_t pfn, unsigned order)
{
	struct memarea *area = &pages->areas->area[memarea_of(pfn)];

	area->free_pages += UINT64_C(1) << order;
	join(area, pages->page, pages->pages, pfn, order);
}

/* Put back the pages at @top that were freed in ascending order and lie in
 * one aligned batch, as the few blocks that they are; none is at @end or
 * below.  Returns what is then the top, by @block the last block's pages. */
static __attribute__((noinline)) const uint32_t *
put_back_run(struct page_alloc *pages, const uint32_t *top, const uint32_t *end,
             pfn_t *block)
{
	struct memarea *area = &pages->areas->area[memarea_of(*top)];
	pfn_t           pfn = *top, past = pfn + 1;

	while (top > end && pfn % PAGE_BATCH != 0 && top[-1] == pfn - 1) {
		pages->page[pfn].word = 0;
		pfn = *--top;
	}
	while (pfn < past) {
		unsigned order = msadsc_order_at(pfn, past - pfn);

		*block = join(area, pages->page, pages->pages, pfn, order);
		pfn += UINT64_C(1) << order;
	}
	return top;
}

/* Put a batch of the full cache back, but stop after a page that went far up:
 * the time that one call may take is bounded, also where each page would. */
static __attribute__((noinline)) void
drain(struct page_alloc *pages, struct page_cache *cache, struct memarea *area)
{
	const uint32_t *top = &cache->page[PAGE_CACHE_PAGES];
	const uint32_t *end = top - PAGE_BATCH;
	struct msadsc  *page = pages->page;
	pfn_t           block;

	do {
		pfn_t pfn = *--top;

		if (top[-1] == pfn - 1)
			top = put_back_run(pages, top, end, &block);
		else
			block = join(area, page, pages->pages, pfn, 0);
	} while (top > end && block < PAGE_BATCH);
	cache->count = (uint64_t)(top - cache->page);
	area->free_pages += PAGE_CACHE_PAGES - cache->count;
}

/* A single page, whose descriptor is stale, goes into its cache. */
static void cache_page(struct page_alloc *pages, pfn_t pfn)
{
	enum memarea_kind  kind = memarea_of(pfn);
	struct page_cache *cache = &pages->cache[kind];

	if (cache->count == PAGE_CACHE_PAGES)
		drain(pages, cache, &pages->areas->area[kind]);
	cache->page[cache->count++] = (uint32_t)pfn;
	pages->page[pfn].word = MSADSC_CACHED;
}

enum page_status page_look(const struct page_alloc *pages, pfn_t first)
{
	pfn_t holder = msadsc_find(pages->array, first);

	if (first >= pages->pages || !msadsc_is_ram(pages->array, first))
		return PAGE_FOREIGN;
	switch (msadsc_state(pages->page[holder])) {
	case MSADSC_USED:
		return holder == first ? PAGE_OK : PAGE_INSIDE;
	case MSADSC_RUN:
	case MSADSC_FREE:
	case MSADSC_CACHED:
		return PAGE_IS_FREE;
	default:
		/* Page 0 comes here too, as nothing holds it. */
		return PAGE_OCCUPIED;
	}
}

/* A free that is a share's, an owner's, or a mistake. */
static __attribute__((noinline)) enum page_status
free_other(struct page_alloc *pages, pfn_t first, unsigned order)
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
	else if (order == 0)
		cache_page(pages, first);
	else
		page_give_back(pages, first, order);
	return PAGE_OK;
}

/* A single page that did not go into a cache, or an order that cannot be. */
static __attribute__((noinline)) enum page_status
free_page(struct page_alloc *pages, pfn_t first, unsigned order)
{
	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if (first >= pages->pages ||
	    pages->page[first].word != page_used(0, 1, 0).word)
		return free_other(pages, first, 0);
	cache_page(pages, first);
	return PAGE_OK;
}

enum page_status page_free_block(struct page_alloc *pages, pfn_t first,
                                 unsigned order)
{
	struct memarea *area;

	if (order - 1 >= ORDER_MAX)
		return free_page(pages, first, order);
	if (first >= pages->pages ||
	    pages->page[first].word != page_used(order, 1, 0).word)
		return free_other(pages, first, order);
	area = &pages->areas->area[memarea_of(first)];
	area->free_pages += UINT64_C(1) << order;
	join(area, pages->page, pages->pages, first, order);
	return PAGE_OK;
}

void page_empty_caches(struct page_alloc *pages)
{
	for (int i = 0; i < MEMAREAS; i++) {
		struct page_cache *cache = &pages->cache[i];

		while (cache->count > 0)
			page_give_back(pages, cache->page[--cache->count], 0);
	}
}
