/**
 * @file
 * Lesson 6: blocks below the calls of page_alloc.h, which the files of this
 * allocator share.
 */
#ifndef PAGE_BLOCK_H
#define PAGE_BLOCK_H

#include "page_alloc.h"

/** The cache that frame @p pfn can lie in: the kernel's, which most are in, is
 * found by one comparison.  By way of memarea_of() a free would take six
 * instructions more. */
static inline struct page_cache *page_cache_of(struct page_alloc *pages,
                                               pfn_t              pfn)
{
	struct page_cache *cache = pages->cache;

	return pfn - MEMAREA_KERNEL_BASE <
	                       MEMAREA_USER_BASE - MEMAREA_KERNEL_BASE
	               ? &cache[MEMAREA_KERNEL]
	       : pfn < MEMAREA_KERNEL_BASE ? &cache[MEMAREA_HARDWARE]
	                                   : &cache[MEMAREA_USER];
}

/** A free block of @p order: its descriptor but for the links. */
static inline uint64_t page_free_word(unsigned order)
{
	return msadsc_make(MSADSC_FREE, order, 0, 0).word;
}

/** Whether frame @p pfn is one of the batch of @p cache. */
static inline bool page_in_batch(const struct page_cache *cache, pfn_t pfn)
{
	return pfn - cache->batch < cache->batch_pages;
}

/** The pages around @p pfn are the batch: no page of another needs to be. */
static inline void page_batch_start(const struct page_alloc *pages,
                                    struct page_cache *cache, pfn_t pfn)
{
	cache->batch = pfn / PAGE_BATCH * PAGE_BATCH;
	cache->batch_pages = min_u64(PAGE_BATCH, pages->pages - cache->batch);
}

/**
 * Find a block that is not on a list only because pages of it are in the
 * cache of area @p kind, and take its parts off lists and out of the cache.
 *
 * @return its first page, or 0 with nothing changed: no such block is free
 */
pfn_t page_gather(struct page_alloc *pages, enum memarea_kind kind,
                  unsigned order);

/** Take @p pages pages from @p first on out of @p cache, but leave CACHED. */
static inline void page_cache_drop(struct page_cache *cache, pfn_t first,
                                   uint64_t pages)
{
	uint32_t *kept = cache->page, *end = kept + cache->count;

	for (const uint32_t *entry = kept; entry < end; entry++)
		if (*entry - first >= pages)
			*kept++ = *entry;
	cache->count = (uint64_t)(kept - cache->page);
}

/**
 * Take a free block of @p order, 1 or more, out of area @p kind or one below
 * it.  Its first descriptor is stale, and the caller's to write; the others
 * are zero.
 *
 * @return its first page, or 0 with nothing changed: no such block is free
 */
pfn_t page_take(struct page_alloc *pages, enum memarea_kind kind,
                unsigned order);

/**
 * Take the free block at @p pfn off its @p list, of blocks of @p bit pages:
 * free_list_remove() for callers that know list and size and count the free
 * pages themselves.  Joining spends most of its time here.
 */
static inline void page_unlink(struct memarea *area, struct free_list *list,
                               struct msadsc *page, pfn_t pfn, pfn_t bit)
{
	pfn_t next = msadsc_high(page[pfn]), previous = msadsc_low(page[pfn]);

	if (next != 0)
		page[next].word ^= (pfn ^ previous) << MSADSC_LOW_SHIFT;
	if (previous != 0)
		page[previous].word ^= (pfn ^ next) << MSADSC_HIGH_SHIFT;
	else if ((list->first = next) == 0)
		area->orders ^= (uint32_t)bit;
}

/**
 * Put a block onto its list, joined with its buddy as often as that is free.
 * Its first descriptor may be stale; the others are zero.
 */
void page_give_back(struct page_alloc *pages, pfn_t pfn, unsigned order);

/**
 * Whether a used block starts at @p first: PAGE_OK, PAGE_FOREIGN,
 * PAGE_OCCUPIED, PAGE_IS_FREE or PAGE_INSIDE.
 */
enum page_status page_look(const struct page_alloc *pages, pfn_t first);

/** Shares of a used block's descriptor. */
static inline uint64_t page_word_shares(struct msadsc d)
{
	return msadsc_low(d) & PAGE_SHARES_MAX;
}

/** Owner of a used block's descriptor. */
static inline uint64_t page_word_owner(struct msadsc d)
{
	return msadsc_low(d) >> PAGE_OWNER_SHIFT;
}

#endif
