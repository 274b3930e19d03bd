/**
 * @file
 * Lesson 6: pages come and go: see workout.h.
 */
#include "kstring.h"
#include "workout.h"
#include "workout_chain.h"

/* How many free blocks there are of each order in each area. */
struct shape {
	uint64_t blocks[MEMAREAS][ORDERS];
};

static void take_shape(struct page_alloc *pages, struct shape *shape)
{
	page_empty_caches(pages);
	for (int i = 0; i < MEMAREAS; i++)
		for (unsigned k = 0; k < ORDERS; k++)
			shape->blocks[i][k] = free_list_blocks(
				&pages->areas->area[i].list[k], pages->page);
}

static void take(struct page_alloc *pages, struct chain *chain, uint64_t most)
{
	pfn_t pfn;

	while (chain->pages < most &&
	       page_alloc(pages, MEMAREA_USER, 0, &pfn) == PAGE_OK) {
		chain_add(chain, pfn);
		if (chain->pages % 4096 == 0)
			kprintf("workout: %llu pages taken\n",
			        (unsigned long long)chain->pages);
	}
}

static void show(struct page_alloc *pages, const struct chain *chain,
                 const char *what)
{
	page_empty_caches(pages);
	kprintf("workout: %llu pages %s\n", (unsigned long long)chain->pages,
	        what);
	merge_print(pages->array, pages->areas);
}

const char *workout_pages(struct page_alloc *pages, uint64_t most)
{
	struct memarea *user = &pages->areas->area[MEMAREA_USER];
	struct chain    chain = { 0 };
	struct shape    before, after;
	const char     *broken;

	/* What lesson 5 left in runs for later: the blocks that are needed. */
	while (user->free_pages < most && merge_more(pages->array, user, 0))
		continue;
	take_shape(pages, &before);
	take(pages, &chain, most);
	broken = chain_return_every_second(pages, &chain);
	if (broken != NULL)
		return broken;
	show(pages, &chain, "held, each between two that are free:");
	broken = chain_return(pages, &chain);
	if (broken != NULL)
		return broken;
	show(pages, &chain, "held, and the others are one again:");

	take_shape(pages, &after);
	if (memcmp(&before, &after, sizeof(before)) != 0)
		return "the blocks are those of before";
	return page_alloc_check(pages);
}
