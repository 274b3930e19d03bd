/**
 * @file
 * Lesson 6: whose a block is, and of how many: see page_alloc.h.
 */
#include "page_block.h"

enum page_status page_share(struct page_alloc *pages, pfn_t first)
{
	enum page_status status = page_look(pages, first);
	struct msadsc    d;

	if (status != PAGE_OK)
		return status;
	d = pages->page[first];
	if (page_word_shares(d) == PAGE_SHARES_MAX)
		return PAGE_SHARES;
	pages->page[first] = page_used(msadsc_order(d), page_word_shares(d) + 1,
	                               page_word_owner(d));
	return PAGE_OK;
}

enum page_status page_set_owner(struct page_alloc *pages, pfn_t first,
                                uint16_t owner)
{
	enum page_status status = page_look(pages, first);
	struct msadsc    d;

	if (status != PAGE_OK)
		return status;
	d = pages->page[first];
	pages->page[first] =
		page_used(msadsc_order(d), page_word_shares(d), owner);
	return PAGE_OK;
}

/* The descriptor of the used block at @first, or zero. */
static struct msadsc used_at(const struct page_alloc *pages, pfn_t first)
{
	if (first < pages->pages &&
	    msadsc_state(pages->page[first]) == MSADSC_USED)
		return pages->page[first];
	return (struct msadsc){ 0 };
}

uint16_t page_owner(const struct page_alloc *pages, pfn_t first)
{
	return (uint16_t)page_word_owner(used_at(pages, first));
}

unsigned page_shares(const struct page_alloc *pages, pfn_t first)
{
	return (unsigned)page_word_shares(used_at(pages, first));
}

uint64_t page_own(const struct page_alloc *pages)
{
	return bytes_to_pages(page_groups(pages->grouped) *
	                      sizeof(struct page_group));
}

uint64_t page_cached(const struct page_alloc *pages)
{
	uint64_t cached = 0;

	for (int i = 0; i < MEMAREAS; i++)
		cached += pages->cache[i].count;
	for (pfn_t pfn = 0; pfn < pages->grouped; pfn += PAGE_GROUP)
		cached += (uint64_t)__builtin_popcountll(
			page_group_of(pages, pfn)->free);
	return cached;
}
