/**
 * @file
 * Lesson 6: pages come and go: see workout.h.
 *
 * The idea: pages that are held are a chain through their own first words, so
 * the workout needs no memory but what it takes.
 */
#include "kstring.h"
#include "phys.h"
#include "workout.h"

/* Pages that are held; the last that came is the first. */
struct chain {
	pfn_t    first;
	uint64_t pages;
};

/* What a page holds while it is held. */
struct held {
	pfn_t    next;
	uint64_t word[PAGE_SIZE / 8 - 2];
	uint64_t own; /* its frame's number, disguised */
};

_Static_assert(sizeof(struct held) == PAGE_SIZE, "it is the whole page");

#define DISGUISE UINT64_C(0x5061676577697365) /* "Pagewise" */

/* How many free blocks there are of each order in each area. */
struct shape {
	uint64_t blocks[MEMAREAS][ORDERS];
};

static struct held *held_page(pfn_t pfn)
{
	return phys_to_virt(pfn_to_paddr(pfn), PAGE_SIZE);
}

static void take_shape(struct page_alloc *pages, struct shape *shape)
{
	page_empty_caches(pages);
	for (int i = 0; i < MEMAREAS; i++)
		for (unsigned k = 0; k < ORDERS; k++)
			shape->blocks[i][k] =
				pages->areas->area[i].list[k].blocks;
}

/* A page more, written at both ends; false: none is left. */
static bool take_page(struct page_alloc *pages, struct chain *chain)
{
	struct held *held;
	pfn_t        pfn;

	if (page_alloc(pages, MEMAREA_USER, 0, &pfn) != PAGE_OK)
		return false;
	held = held_page(pfn);
	held->next = chain->first;
	held->own = pfn ^ DISGUISE;
	chain->first = pfn;
	chain->pages++;
	return true;
}

/* Take the page behind @link out of the chain and give it back. */
static const char *return_page(struct page_alloc *pages, struct chain *chain,
                               pfn_t *link)
{
	pfn_t        pfn = *link;
	struct held *held = held_page(pfn);

	if (held->own != (pfn ^ DISGUISE))
		return "a page holds what its owner wrote";
	*link = held->next;
	chain->pages--;
	if (page_free(pages, pfn, 0) != PAGE_OK)
		return "a page that was given out is taken back";
	return NULL;
}

static const char *return_every_second(struct page_alloc *pages,
                                       struct chain      *chain)
{
	const char *broken = NULL;
	pfn_t      *link = &chain->first;

	while (broken == NULL && *link != 0) {
		broken = return_page(pages, chain, link);
		if (*link != 0)
			link = &held_page(*link)->next;
	}
	return broken;
}

static void show(struct page_alloc *pages, const struct chain *chain,
                 const char *what)
{
	page_empty_caches(pages);
	kprintf("workout: %llu pages %s\n", (unsigned long long)chain->pages,
	        what);
	merge_print(pages->areas);
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
	while (chain.pages < most && take_page(pages, &chain))
		if (chain.pages % 4096 == 0)
			kprintf("workout: %llu pages taken\n",
			        (unsigned long long)chain.pages);
	broken = return_every_second(pages, &chain);
	if (broken != NULL)
		return broken;
	show(pages, &chain, "held, each between two that are free:");
	while (broken == NULL && chain.first != 0)
		broken = return_page(pages, &chain, &chain.first);
	if (broken != NULL)
		return broken;
	show(pages, &chain, "held, and the others are one again:");

	take_shape(pages, &after);
	if (memcmp(&before, &after, sizeof(before)) != 0)
		return "the blocks are those of before";
	return page_alloc_check(pages);
}
