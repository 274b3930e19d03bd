/**
 * @file
 * Lesson 6: pages that a workout holds.
 *
 * They are a chain through their own first words, so a workout needs no memory
 * but what it takes.  Each page is filled when it comes and read when it goes:
 * one that two hold at once, or that is no memory, is found.
 */
#ifndef WORKOUT_CHAIN_H
#define WORKOUT_CHAIN_H

#include "page_alloc.h"

/** Pages that are held; the last that came is the first. */
struct chain {
	pfn_t    first; /**< Or 0. */
	uint64_t pages; /**< How many. */
};

/** Put a page that was given out before the others, and fill it. */
void chain_add(struct chain *chain, pfn_t pfn);

/** Give back all pages.  NULL, or the sentence of what went wrong. */
const char *chain_return(struct page_alloc *pages, struct chain *chain);

/** The same of every second page, from the first one on. */
const char *chain_return_every_second(struct page_alloc *pages,
                                      struct chain      *chain);

#endif
