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

/** The batch is the one around @p pfn, of a group that is not on a shelf. */
static inline void page_batch_set(struct page_cache *cache, pfn_t pfn)
{
	cache->batch = pfn / PAGE_BATCH * PAGE_BATCH;
	cache->batch_pages = PAGE_BATCH;
}

/** There is no batch. */
static inline void page_batch_none(struct page_cache *cache)
{
	cache->batch = PFN_LIMIT;
	cache->batch_pages = 0;
}

/** Put a single page onto the stack, where there is room. */
static inline void page_cache_push(struct page_cache *cache,
                                   struct msadsc *page, pfn_t pfn)
{
	cache->page[cache->count++] = (uint32_t)pfn;
	page[pfn].word = MSADSC_CACHED;
}

/** Groups that frames [0, @p pages) can be of. */
static inline uint64_t page_groups(pfn_t pages)
{
	return pieces_for(pages, PAGE_GROUP);
}

/** The group that frame @p pfn is of, if it is of one: see @c want. */
static inline struct page_group *page_group_of(const struct page_alloc *pages,
                                               pfn_t                    pfn)
{
	return &pages->group[pfn / PAGE_GROUP];
}

/** Whether frame @p pfn is of a group. */
static inline bool page_is_grouped(const struct page_alloc *pages, pfn_t pfn)
{
	return pfn < pages->grouped && page_group_of(pages, pfn)->want != 0;
}

/** The first frame of the first group on shelf @p k, which is not empty. */
static inline pfn_t page_shelf_first(const struct page_cache *cache, unsigned k)
{
	return (pfn_t)cache->shelf[k] * PAGE_GROUP;
}

/** Bits of a block of @p order, up to PAGE_GROUP_ORDER, that starts at bit 0. */
static inline uint64_t page_bits(unsigned order)
{
	return UINT64_MAX >> (64 - (1U << order));
}

/** page_alloc_check() of groups and shelves. */
const char *page_group_check(const struct page_alloc *pages);

/**
 * Find a block that is not on a list only because pages of it are in groups or
 * on the stack of area @p kind, and take it.
 *
 * @return its first page, or 0 with nothing changed: no such block is free
 */
pfn_t page_gather(struct page_alloc *pages, enum memarea_kind kind,
                  unsigned order);

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
 * Put a block that is of no group onto its list, joined with its buddy as often
 * as that is free.  Its first descriptor may be stale; the others are zero.
 */
void page_put(struct page_alloc *pages, pfn_t pfn, unsigned order);

/** page_put(), or if the block is of a group, put it there. */
void page_give_back(struct page_alloc *pages, pfn_t pfn, unsigned order);

/**
 * Whether a used block starts at @p first: PAGE_OK, PAGE_FOREIGN,
 * PAGE_OCCUPIED, PAGE_IS_FREE or PAGE_INSIDE.
 */
enum page_status page_look(const struct page_alloc *pages, pfn_t first);

/** Describe [first, end) as a row of blocks, each as large as its place allows,
 * in @p state; @p low is theirs, twice. */
void page_row(struct page_alloc *pages, pfn_t first, pfn_t end,
              enum msadsc_state state, uint64_t low);

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
