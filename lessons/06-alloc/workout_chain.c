/**
 * @file
 * Lesson 6: pages that a workout holds: see workout_chain.h.
 */
#include "workout_chain.h"
#include "phys.h"

/* What a page holds while it is held. */
struct held {
	pfn_t    next;
	uint64_t word[PAGE_SIZE / 8 - 1]; /* its frame's number, disguised */
};

_Static_assert(sizeof(struct held) == PAGE_SIZE, "it is the whole page");

#define DISGUISE UINT64_C(0x5061676577697365) /* "Pagewise" */

static struct held *held_page(pfn_t pfn)
{
	return phys_to_virt(pfn_to_paddr(pfn), PAGE_SIZE);
}

void chain_add(struct chain *chain, pfn_t pfn)
{
	struct held *held = held_page(pfn);

	held->next = chain->first;
	for (unsigned i = 0; i < PAGE_SIZE / 8 - 1; i++)
		held->word[i] = pfn ^ DISGUISE;
	chain->first = pfn;
	chain->pages++;
}

/* Take the page behind @link out of the chain and give it back. */
static const char *return_page(struct page_alloc *pages, struct chain *chain,
                               pfn_t *link)
{
	pfn_t        pfn = *link;
	struct held *held = held_page(pfn);

	for (unsigned i = 0; i < PAGE_SIZE / 8 - 1; i++)
		if (held->word[i] != (pfn ^ DISGUISE))
			return "a page holds what its owner wrote";
	*link = held->next;
	chain->pages--;
	if (page_free(pages, pfn, 0) != PAGE_OK)
		return "a page that was given out is taken back";
	return NULL;
}

const char *chain_return(struct page_alloc *pages, struct chain *chain)
{
	const char *broken = NULL;

	while (broken == NULL && chain->first != 0)
		broken = return_page(pages, chain, &chain->first);
	return broken;
}

const char *chain_return_every_second(struct page_alloc *pages,
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
