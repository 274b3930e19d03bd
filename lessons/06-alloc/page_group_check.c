/**
 * @file
 * Lesson 6: what must hold of groups: see page_alloc.h.
 */
#include "page_group.h"

/* Whether a group waits for a block of @order, and says so in each field. */
static bool waits_for(const struct page_group *group, unsigned order)
{
	return group->order == order && group->want == page_bits(order) &&
	       group->at == ((PAGE_GROUP - 1) & -(1U << order));
}

static bool is_none(const struct page_group *group)
{
	return (group->free | group->want | group->order | group->at |
	        group->next | group->before) == 0;
}

/* The pages of a group, from @first on, as the descriptors show them. */
static const char *check_pages(const struct page_alloc *pages, pfn_t first,
                               uint64_t free)
{
	if (pages->pages - first < PAGE_GROUP)
		return "a group has all of its pages";
	if (pages->page[first].word == 0)
		return "all pages of a group are its own";
	for (unsigned i = 0; i < PAGE_GROUP; i++) {
		struct msadsc d = pages->page[first + i];

		if ((msadsc_state(d) == MSADSC_GROUPED) != (free >> i & 1))
			return "a group's bits are its free pages";
		if (msadsc_pages(d) >= PAGE_GROUP ||
		    msadsc_state(d) == MSADSC_FREE ||
		    msadsc_state(d) == MSADSC_RUN ||
		    msadsc_state(d) == MSADSC_OCCUPIED)
			return "all pages of a group are its own";
	}
	return NULL;
}

/* The pages from @first on, which are of no group. */
static const char *check_none(const struct page_alloc *pages, pfn_t first)
{
	pfn_t end = min_u64(first + PAGE_GROUP, pages->pages);

	for (pfn_t pfn = first; pfn < end; pfn++)
		if (msadsc_state(pages->page[pfn]) == MSADSC_GROUPED ||
		    msadsc_state(pages->page[pfn]) == MSADSC_CACHED)
			return "a free single page is of a group";
	return NULL;
}

/* The group, if it is one, from @first on; @shelved counts it, by area. */
static const char *check_group(const struct page_alloc *pages, pfn_t first,
                               uint64_t shelved[MEMAREAS])
{
	const struct page_group *group = page_group_of(pages, first);
	enum memarea_kind        kind = memarea_of(first);
	bool     is_current = page_group_is_current(&pages->cache[kind], first);
	unsigned order = page_bits_order(group->free) + 1;
	const char *broken;

	if (group->want == 0)
		return is_none(group) ? check_none(pages, first)
		                      : "what is no group is zero";
	broken = check_pages(pages, first, group->free);
	if (broken != NULL)
		return broken;
	if (is_current)
		order = PAGE_GROUP_ORDER;
	else if (group->free == 0)
		order = 0;
	else
		shelved[kind]++;
	if ((order == 0 || is_current) && (group->next | group->before) != 0)
		return "a group on no shelf has no links";
	if (group->free == page_bits(PAGE_GROUP_ORDER))
		return "a group that is free is a block of the lists";
	if (!waits_for(group, order))
		return "a group waits for the next larger block";
	return NULL;
}

/* Shelf @k: its groups, of which @shelved are still to come.  It ends: each
 * names the one before it, so that none comes twice. */
static const char *check_shelf(const struct page_alloc *pages, int kind,
                               unsigned k, uint64_t *shelved)
{
	const struct page_cache *cache = &pages->cache[kind];
	uint32_t                 before = 0, number = cache->shelf[k];

	if ((cache->shelves >> k & 1) != (number != 0))
		return "a shelf that is not empty is noted";
	while (number != 0) {
		const struct page_group *group = &pages->group[number];
		pfn_t                    first = (pfn_t)number * PAGE_GROUP;

		if (first >= pages->grouped || (int)memarea_of(first) != kind)
			return "a shelf has groups of its area";
		if (group->order != k + 1 || group->before != before ||
		    cache->batch / PAGE_GROUP == number)
			return "a shelf links its groups, both ways";
		--*shelved;
		before = number;
		number = group->next;
	}
	return NULL;
}

const char *page_group_check(const struct page_alloc *pages)
{
	uint64_t    shelved[MEMAREAS] = { 0 };
	const char *broken = NULL;

	for (pfn_t first = 0; broken == NULL && first < pages->grouped;
	     first += PAGE_GROUP)
		broken = check_group(pages, first, shelved);
	for (int i = 0; broken == NULL && i < MEMAREAS; i++) {
		for (unsigned k = 0; broken == NULL && k < PAGE_GROUP_ORDER;
		     k++)
			broken = check_shelf(pages, i, k, &shelved[i]);
		if (broken == NULL && shelved[i] != 0)
			return "a group with free pages is on a shelf";
		if (broken == NULL &&
		    pages->cache[i].shelves >> PAGE_GROUP_ORDER != 0)
			return "a shelf that is not empty is noted";
	}
	return broken;
}
