/**
 * @file
 * Lesson 6: blocks below the calls of page_alloc.h, which the files of this
 * allocator share.
 */
#ifndef PAGE_BLOCK_H
#define PAGE_BLOCK_H

#include "page_alloc.h"

/**
 * Take a free block of @p order out of area @p kind or one below it.  Its
 * first descriptor is stale, and the caller's to write; the others are zero.
 *
 * @return its first page, or 0 with nothing changed: no such block is free
 */
pfn_t page_take(struct page_alloc *pages, enum memarea_kind kind,
                unsigned order);

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
