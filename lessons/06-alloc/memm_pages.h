/**
 * @file
 * Lesson 6: the pages of memm's arena: bits, and the table of free runs.
 *
 * Used by memm's own files.  Pages are named by frame number.  What takes or
 * gives pages takes O(log runs) time, and a step for each 64 pages; the check
 * takes O(pages).
 */
#ifndef MEMM_PAGES_H
#define MEMM_PAGES_H

#include "memm.h"

/** What a page is in use for. */
enum memm_use {
	MEMM_OWN,           /**< The bits. */
	MEMM_TABLE,         /**< A page table. */
	MEMM_ALLOCATOR,     /**< Of an allocator. */
	MEMM_WAS_ALLOCATOR, /**< Of a destroyed one. */
};

/** Where a page is. */
static inline void *memm_page(const struct memm *memm, pfn_t pfn)
{
	return memm->memory + (pfn - memm->first) * PAGE_SIZE;
}

/** The page that holds @p address, which is in the arena. */
static inline pfn_t memm_pfn(const struct memm *memm, const void *address)
{
	uint64_t offset = (uint64_t)((const char *)address - memm->memory);

	return memm->first + pfn_down(offset);
}

/** The page's bit. */
static inline bool memm_bit(const struct memm *memm, const uint64_t *bits,
                            pfn_t pfn)
{
	uint64_t i = pfn - memm->first;

	return bits[i / 64] >> (i % 64) & 1;
}

/** Pages that the bits of so many pages take. */
static inline uint64_t memm_bits_pages(uint64_t pages)
{
	return bytes_to_pages(3 * pieces_for(pages, 64) * sizeof(uint64_t));
}

/** Lay the bits into the arena's first pages; the rest is a free run. */
void memm_pages_init(struct memm *memm);

/** How many of these pages have the bit.  O(pages / 64). */
uint64_t memm_count_bits(const struct memm *memm, const uint64_t *bits,
                         pfn_t first, uint64_t pages);

/**
 * A run of free pages.
 *
 * @param memm   unchanged
 * @param pages  how many, at least 1
 * @param lead   pages before the one that is to be aligned
 * @param align  a power of two, in pages
 * @param first  set if there is one: the lowest of those so long that they
 *               must hold it, else the lowest long enough, where it fits
 * @return whether there is one.  O(log runs).
 */
bool memm_pages_find(const struct memm *memm, uint64_t pages, uint64_t lead,
                     uint64_t align, pfn_t *first);

/** memm_pages_find() where nothing needs to be aligned. */
static inline bool memm_pages_find_any(const struct memm *memm, uint64_t pages,
                                       pfn_t *first)
{
	return memm_pages_find(memm, pages, 0, 1, first);
}

/** Whether the run is in the arena and free. */
bool memm_pages_are_free(const struct memm *memm, pfn_t first, uint64_t pages);

/** Take free pages into use. */
void memm_pages_take(struct memm *memm, pfn_t first, uint64_t pages,
                     enum memm_use use);

/** Pages in use become free; what was in their first bytes is lost. */
void memm_pages_give(struct memm *memm, pfn_t first, uint64_t pages,
                     enum memm_use use);

/** An allocator's pages become a destroyed one's. */
void memm_pages_mark(struct memm *memm, pfn_t first, uint64_t pages);

/** And the other way. */
void memm_pages_unmark(struct memm *memm, pfn_t first, uint64_t pages);

/** NULL, or the sentence of the first broken invariant of runs and bits. */
const char *memm_pages_check(const struct memm *memm);

#endif
