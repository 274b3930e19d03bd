/**
 * @file
 * Lesson 6: pages by the exact count: see page_alloc.h.
 *
 * The idea: any range of pages is a row of blocks, each as large as its place
 * allows (lesson 5).  So a block that was taken is a row of used blocks and
 * behind it a row of free ones; and a used block can be cut at any page by
 * describing it as two rows.
 */
#include "page_block.h"

void page_row(struct page_alloc *pages, pfn_t first, pfn_t end,
              enum msadsc_state state, uint64_t low)
{
	while (first < end) {
		unsigned order = msadsc_order_at(first, end - first);

		pages->page[first] = msadsc_twice(state, order, low);
		first += UINT64_C(1) << order;
	}
}

/* Describe [first, end) as used blocks of @owner, with one share. */
static void use(struct page_alloc *pages, pfn_t first, pfn_t end,
                uint64_t owner)
{
	page_row(pages, first, end, MSADSC_USED, owner << PAGE_OWNER_SHIFT | 1);
}

/* The smallest order whose blocks have @count pages or more, of 2 or more. */
static unsigned order_for(uint64_t count)
{
	return 64 - (unsigned)__builtin_clzll(count - 1);
}

enum page_status pages_alloc_exact(struct page_alloc *pages,
                                   enum memarea_kind kind, uint64_t count,
                                   pfn_t *first)
{
	pfn_t pfn, end;

	if (count == 0 || count > UINT64_C(1) << ORDER_MAX)
		return PAGE_BAD_COUNT;
	if ((unsigned)kind >= MEMAREAS)
		return PAGE_BAD_AREA;
	if (count == 1)
		return page_alloc(pages, kind, 0, first);
	pfn = page_take(pages, kind, order_for(count));
	if (pfn == 0)
		return PAGE_NO_MEMORY;

	end = pfn + (UINT64_C(1) << order_for(count));
	use(pages, pfn, pfn + count, 0);
	/* None of these can join: the buddy of each is in use, or holds one
	 * that is. */
	for (pfn_t rest = pfn + count; rest < end;) {
		unsigned order = msadsc_order_at(rest, end - rest);

		page_give_back(pages, rest, order);
		rest += UINT64_C(1) << order;
	}
	*first = pfn;
	return PAGE_OK;
}

/* Whether the page at @pfn, where a block starts, may be freed as it is. */
static enum page_status look(const struct page_alloc *pages, pfn_t pfn)
{
	enum page_status status = page_look(pages, pfn);

	if (status == PAGE_OK && page_word_shares(pages->page[pfn]) != 1)
		return PAGE_SHARES;
	return status;
}

/* If a block holds both sides of @at, cut it there. */
static void cut(struct page_alloc *pages, pfn_t at)
{
	pfn_t         first = msadsc_find(pages->array, at);
	struct msadsc d = pages->page[first];

	if (first == 0 || first == at)
		return;
	use(pages, first, at, page_word_owner(d));
	use(pages, at, first + msadsc_pages(d), page_word_owner(d));
}

enum page_status pages_free_exact(struct page_alloc *pages, pfn_t first,
                                  uint64_t count)
{
	enum page_status status;
	pfn_t            end, pfn;

	if (count == 0)
		return PAGE_BAD_COUNT;
	if (first >= pages->pages)
		return PAGE_FOREIGN;
	end = first + min_u64(count, pages->pages - first);
	pfn = msadsc_find(pages->array, first);
	if (pfn == 0)
		pfn = first;
	while (pfn < end) {
		status = look(pages, pfn);
		if (status != PAGE_OK)
			return status;
		pfn += msadsc_pages(pages->page[pfn]);
	}
	if (end - first < count)
		return PAGE_FOREIGN;
	/* Nothing below can fail. */
	cut(pages, first);
	cut(pages, end);
	while (first < end) {
		unsigned order = msadsc_order(pages->page[first]);

		page_give_back(pages, first, order);
		first += UINT64_C(1) << order;
	}
	return PAGE_OK;
}
