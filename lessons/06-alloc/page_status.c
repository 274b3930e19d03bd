/**
 * @file
 * Lesson 6: what there is, and refusals, in words: see page_alloc.h.
 */
#include "console.h"
#include "page_block.h"

void page_alloc_print(const struct page_alloc *pages)
{
	uint64_t groups = page_groups(pages->grouped);

	if (groups == 0)
		kprintf("page: no groups: no block has %d pages\n", PAGE_GROUP);
	else
		kprintf("page: %llu pages hold what is known of %llu groups of "
		        "%d pages\n",
		        (unsigned long long)page_own(pages),
		        (unsigned long long)groups, PAGE_GROUP);
}

const char *page_status_text(enum page_status status)
{
	static const char *const text[] = {
		[PAGE_OK] = "done",
		[PAGE_NO_MEMORY] = "no free block of that many pages",
		[PAGE_BAD_ORDER] = "the order is above 18, which is 1 GiB",
		[PAGE_BAD_COUNT] = "the count is 0, or above 2^18 pages",
		[PAGE_BAD_AREA] = "there is no such area",
		[PAGE_FOREIGN] = "not RAM, or above what is described",
		[PAGE_OCCUPIED] = "occupied since boot, never given out",
		[PAGE_IS_FREE] = "free already",
		[PAGE_INSIDE] = "inside a used block, which starts below",
		[PAGE_WRONG_ORDER] = "a used block of another order",
		[PAGE_MISALIGNED] = "no block of that order starts there",
		[PAGE_SHARES] = "shared, or shared too often",
		[PAGE_TOO_EARLY] = "free pages are not in blocks yet",
	};

	if ((unsigned)status >= sizeof(text) / sizeof(text[0]))
		return "no status of the page allocator";
	return text[status];
}

const char *page_explain(char                     text[PAGE_EXPLAIN_BYTES],
                         const struct page_alloc *pages,
                         enum page_status status, pfn_t first)
{
	pfn_t         holder = msadsc_find(pages->array, first);
	struct msadsc d = pages->page[holder];
	int    n = (int)ksnprintf(text, PAGE_EXPLAIN_BYTES, "page 0x%llx: %s",
	                          (unsigned long long)first,
	                          page_status_text(status));
	size_t room = PAGE_EXPLAIN_BYTES - (size_t)n;

	/* Page 0's, where nobody holds the page, has nothing to say. */
	switch (msadsc_state(d)) {
	case MSADSC_USED:
		ksnprintf(text + n, room,
		          ": %llu pages from 0x%llx (order %u, shares %llu, "
		          "owner %llu)",
		          (unsigned long long)msadsc_pages(d),
		          (unsigned long long)holder, msadsc_order(d),
		          (unsigned long long)page_word_shares(d),
		          (unsigned long long)page_word_owner(d));
		break;
	case MSADSC_RUN:
	case MSADSC_FREE:
		ksnprintf(text + n, room, ": %llu free pages from 0x%llx",
		          (unsigned long long)msadsc_pages(d),
		          (unsigned long long)holder);
		break;
	case MSADSC_CACHED:
		ksnprintf(text + n, room, ": a free page kept at hand");
		break;
	case MSADSC_GROUPED:
		ksnprintf(text + n, room, ": a free page of a group of %d",
		          PAGE_GROUP);
		break;
	default:
		break;
	}
	return text;
}
