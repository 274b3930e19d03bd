/**
 * @file
 * Lesson 6: what must hold of the arena's bits and free runs: see
 * memm_pages.h.
 */
#include "memm_pages.h"

/* Bits agree with the counts, and with each other. */
static const char *check_bits(const struct memm *memm)
{
	pfn_t    first = memm->first;
	uint64_t words = pieces_for(memm->pages, 64);
	uint64_t used = memm->pages - memm_free_pages(memm);

	for (uint64_t i = 0; i < words; i++) {
		uint64_t held = memm->with_allocator[i];
		uint64_t was = memm->with_destroyed[i];

		if ((held & was) != 0)
			return "no page is held by an allocator and by a "
			       "destroyed one";
		if (((held | was) & ~memm->mapped[i]) != 0)
			return "a page with an allocator is mapped";
	}
	if (memm_count_bits(memm, memm->mapped, first, words * 64) != used)
		return "as many pages are mapped as are not free";
	if (memm_count_bits(memm, memm->with_allocator, first, words * 64) !=
	    memm->allocator_pages)
		return "pages held by allocators are counted";
	if (memm_count_bits(memm, memm->with_destroyed, first, words * 64) !=
	    memm->destroyed_pages)
		return "pages held by destroyed allocators are counted";
	return NULL;
}

const char *memm_pages_check(const struct memm *memm)
{
	const char             *broken = memm_tree_check(memm->runs);
	uint64_t                sum = 0;
	pfn_t                   past = memm->first;
	const struct memm_node *run;

	if (broken != NULL)
		return broken;
	for (run = memm_tree_first(memm->runs); run != NULL;
	     run = memm_tree_next(memm->runs, run)) {
		if (run != memm_page(memm, run->key) || run->weight == 0)
			return "a free run's node stands in its first page";
		if (run->key <= past)
			return "free runs that touch are one run";
		past = run->key + run->weight;
		if (past > memm->first + memm->pages)
			return "free runs are inside the arena";
		if (memm_count_bits(memm, memm->mapped, run->key,
		                    run->weight) != 0)
			return "no page of a free run is mapped";
		sum += run->weight;
	}
	if (sum != memm_free_pages(memm))
		return "each page that is not in use is in a free run";
	return check_bits(memm);
}
