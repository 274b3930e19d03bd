/**
 * @file
 * Lesson 6: where mistakes with memory for processes are made.
 */
#ifndef MEMM_MISTAKES_H
#define MEMM_MISTAKES_H

#include "memm.h"
#include "mistakes.h"
#include "page_alloc.h"

/** Pages of the arena. */
#define MEMM_MISTAKE_PAGES 16

/** A manager on pages of an allocator. */
struct memm_mistake {
	struct memm        memm;  /**< On these pages; no tables. */
	struct page_alloc *pages; /**< Whose pages it has. */
	pfn_t              first; /**< The first of them. */
};

/** Take the pages, which must be there, and make the manager. */
void memm_mistake_begin(struct memm_mistake *mistake, struct page_alloc *pages);

/** Its check holds, and the pages go back, whatever lies there. */
void memm_mistake_end(struct memm_mistake *mistake);

#endif
