/**
 * @file
 * Tests of lesson 6, single pages: what is explained, printed and checked.
 */
#include "page_single_test.h"
#include "test.h"

TEST(page_explain_knows_groups_and_the_stack)
{
	char text[PAGE_EXPLAIN_BYTES];

	hold_one();
	CHECK_TEXT(page_explain(text, &arena.pages, PAGE_IS_FREE, 129),
	           "page 0x81: free already: a free page kept at hand");
	CHECK_TEXT(page_explain(text, &arena.pages, PAGE_IS_FREE, 191),
	           "page 0xbf: free already: a free page of a group of 64");
}

#define BROKEN(what, value, sentence)                                          \
	CHECK_BROKEN(what, value, page_alloc_check(&arena.pages), sentence)

TEST(page_alloc_check_sees_a_broken_stack)
{
	struct msadsc *page;

	fill_stack();
	page = arena.array.page;
	BROKEN(cache->page[3], cache->page[4], "a page is in a cache once");
	BROKEN(cache->page[3], cache->page[0], "a page is in a cache once");
	BROKEN(cache->page[3], 217, "a page in a cache is described as cached");
	BROKEN(cache->page[3], 512,
	       "a cached page is of a group, in the area of its cache");
	BROKEN(cache->page[3], 66,
	       "a cached page is of a group, in the area of its cache");
	BROKEN(cache->count, PAGE_LONE + PAGE_BATCH + 1,
	       "a cache has room for its pages");
	BROKEN(cache->count, PAGE_LONE - 1,
	       "a page described as cached is in a cache");
	BROKEN(page[216].word, page_used(0, 1, 0).word,
	       "a page in a cache is described as cached");
	BROKEN(page[217].word, MSADSC_CACHED,
	       "a cached page with a free buddy is of the batch");
	BROKEN(page[131].word, MSADSC_CACHED,
	       "a page described as cached is in a cache");
	BROKEN(page[67].word, MSADSC_CACHED,
	       "a free single page is of a group");
	BROKEN(cache->area, area + 1, "a cache is that of its area");
	cache->page[cache->count++] = 131;
	BROKEN(page[131].word, MSADSC_CACHED, "a cache has room for its batch");
	cache->count--;
	arena_whole();
}

TEST(page_alloc_check_sees_a_broken_batch)
{
	const char *sentence =
		"a batch is an aligned part of a group of its area";

	shelve(128, 140);
	BROKEN(cache->batch, 193, sentence);
	BROKEN(cache->batch, 64, sentence);
	BROKEN(cache->batch, 512, sentence);
	BROKEN(cache->batch, PFN_LIMIT - PAGE_BATCH, sentence);
	BROKEN(cache->batch, PFN_LIMIT, sentence);
	BROKEN(cache->batch_pages, 0, sentence);
	BROKEN(cache->batch_pages, PAGE_BATCH + 1, sentence);
	BROKEN(arena.pages.cache[MEMAREA_USER].batch_pages, 1, sentence);
	BROKEN(cache->batch, 128, "a group waits for the next larger block");
	arena.pages.cache[MEMAREA_KERNEL].batch_pages = PAGE_BATCH;
	BROKEN(arena.pages.cache[MEMAREA_KERNEL].batch, 496, sentence);
}

TEST(page_alloc_check_sees_a_broken_group)
{
	struct page_group *shelved, *spent, *none;
	const char        *waits = "a group waits for the next larger block";

	shelve(128, 136);
	arena_give(140, 0);
	shelved = group(128);
	spent = group(320);
	none = group(64);
	BROKEN(shelved->free, 0x20ff, "a group's bits are its free pages");
	BROKEN(shelved->free, 0x10fe, "a group's bits are its free pages");
	BROKEN(shelved->want, 0x0, "what is no group is zero");
	BROKEN(shelved->want, 0xff, waits);
	BROKEN(shelved->order, 5, waits);
	BROKEN(shelved->order, 3, waits);
	BROKEN(shelved->at, 32, waits);
	BROKEN(spent->order, 1, waits);
	BROKEN(spent->want, 0,
	       "a cached page is of a group, in the area of its cache");
	BROKEN(group(448)->order, 2, waits);
	BROKEN(group(448)->next, 1, "a group on no shelf has no links");
	BROKEN(group(448)->before, 1, "a group on no shelf has no links");
	BROKEN(spent->next, 1, "a group on no shelf has no links");
	BROKEN(spent->before, 2, "a group on no shelf has no links");
	BROKEN(none->free, 1, "what is no group is zero");
	BROKEN(none->order, 1, "what is no group is zero");
	BROKEN(none->at, 1, "what is no group is zero");
	BROKEN(none->next, 1, "what is no group is zero");
	BROKEN(none->before, 1, "what is no group is zero");
	BROKEN(none->want, 1, "all pages of a group are its own");
	BROKEN(arena.array.page[141].word, MSADSC_GROUPED,
	       "a group's bits are its free pages");
	BROKEN(arena.array.page[70].word, MSADSC_GROUPED,
	       "a free single page is of a group");
	BROKEN(arena.pages.grouped, 0, "all pages can be of groups, or none");
	BROKEN(arena.pages.grouped, 511, "all pages can be of groups, or none");
}

TEST(page_alloc_check_sees_a_broken_shelf)
{
	struct page_group *first, *second;
	const char        *links = "a shelf links its groups, both ways";

	/* Groups 256 and 320 on shelf 1, 128 on shelf 3. */
	shelve(128, 136);
	arena_give(281, 0);
	arena_give(345, 0);
	arena_give(409, 0);
	first = group(320);
	second = group(256);
	CHECK_EQ(cache->shelves, 1U << 1 | 1U << 3);
	CHECK_EQ(cache->shelf[1], 320 / 64);
	CHECK_EQ(first->next, 256 / 64);
	CHECK_EQ(second->before, 320 / 64);
	BROKEN(first->next, 0, "a group with free pages is on a shelf");
	BROKEN(first->next, 2, links);
	BROKEN(first->next, 1, links);
	BROKEN(first->next, 99, "a shelf has groups of its area");
	BROKEN(first->next, PAST / PAGE_GROUP,
	       "a shelf has groups of its area");
	BROKEN(first->before, 2, links);
	BROKEN(second->before, 0, links);
	BROKEN(second->next, 320 / 64, links);
	BROKEN(cache->shelf[1], 256 / 64, links);
	BROKEN(cache->shelf[1], 0, "a shelf that is not empty is noted");
	BROKEN(cache->shelves, 1U << 1, "a shelf that is not empty is noted");
	BROKEN(cache->shelves, 1U << 1 | 1U << 2 | 1U << 3,
	       "a shelf that is not empty is noted");
	BROKEN(cache->shelves, 1U << 1 | 1U << 3 | 1U << 6,
	       "a shelf that is not empty is noted");
	BROKEN(cache->shelf[3], 384 / 64, links);
	BROKEN(cache->shelf[2], 128 / 64, "a shelf that is not empty is noted");
	/* The current group waits for as much as one on the last shelf. */
	cache->shelves |= 1U << 5;
	BROKEN(cache->shelf[5], 384 / 64, links);
	cache->shelves ^= 1U << 5;
	arena_whole();
}

/* In these two, two things are wrong that fit each other. */
TEST(page_alloc_check_sees_a_stack_that_hides_a_block)
{
	struct page_cache *kernels = &arena.pages.cache[MEMAREA_KERNEL];

	fill_stack();
	arena.array.page[217].word = MSADSC_GROUPED;
	BROKEN(group(217)->free, UINT64_C(1) << 217 % PAGE_GROUP,
	       "a cached page with a free buddy is of the batch");
	arena.array.page[217] = page_used(0, 1, 0);
	arena_whole();
	kernels->page[0] = 216;
	BROKEN(kernels->count, 1,
	       "a cached page is of a group, in the area of its cache");
}

TEST(page_alloc_check_sees_a_group_on_a_wrong_shelf)
{
	struct page_cache *kernels = &arena.pages.cache[MEMAREA_KERNEL];

	shelve(128, 136);
	CHECK_EQ(cache->shelf[3], 128 / PAGE_GROUP);
	cache->shelf[2] = cache->shelf[3];
	cache->shelf[3] = 0;
	BROKEN(cache->shelves, 1U << 2, "a shelf links its groups, both ways");
	cache->shelf[3] = cache->shelf[2];
	cache->shelf[2] = 0;
	arena_whole();
	kernels->shelf[3] = 128 / PAGE_GROUP;
	BROKEN(kernels->shelves, 1U << 3, "a shelf has groups of its area");
}

/* 64 pages that are no group, but say so. */
TEST(page_alloc_check_sees_a_group_that_is_none)
{
	static const struct arena_range odd[] = { { 64, 500 }, { 0, 0 } };
	const char *own = "all pages of a group are its own";

	arena_make(odd, NULL);
	BROKEN(group(448)->want, 1, "a group has all of its pages");
	BROKEN(group(64)->want, 1, own);
	CHECK_EQ(arena_take(MEMAREA_USER, 6), 384);
	BROKEN(group(384)->want, 1, own);
	CHECK_EQ(pages_free_exact(&arena.pages, 384, 32), PAGE_OK);
	BROKEN(group(384)->want, 1, own);
}

/* All of its pages are inside a larger block. */
TEST(page_alloc_check_sees_a_group_inside_a_block)
{
	const char *own = "all pages of a group are its own";

	arena_make(single_ram, NULL);
	group(320)->at = PAGE_GROUP - 1;
	BROKEN(group(320)->want, 1, own);
	group(320)->at = 0;
	CHECK_EQ(arena_take(MEMAREA_USER, 8), 256);
	group(320)->at = PAGE_GROUP - 1;
	BROKEN(group(320)->want, 1, own);
}

/* All of it is free, so it had to become a block. */
TEST(page_alloc_check_sees_a_group_that_should_be_a_block)
{
	pfn_t first;

	arena_make(single_ram, NULL);
	first = arena_take(MEMAREA_USER, 6);
	for (unsigned i = 0; i < PAGE_GROUP; i++)
		arena.array.page[first + i].word = MSADSC_GROUPED;
	*group(first) = (struct page_group){ .free = UINT64_MAX,
		                             .want = UINT64_MAX,
		                             .order = PAGE_GROUP_ORDER };
	CHECK_TEXT(page_alloc_check(&arena.pages),
	           "a group that is free is a block of the lists");
}

TEST(page_alloc_print_says_what_groups_cost)
{
	static const struct arena_range small[] = { { 64, 128 }, { 0, 0 } };
	static const struct arena_range one_more[] = { { 64, 449 }, { 0, 0 } };

	arena_make(single_ram, NULL);
	CHECK_TEXT(
		PRINTED(page_alloc_print(&arena.pages)),
		"page: 1 pages hold what is known of 8 groups of 64 pages\n");
	arena_make(one_more, NULL);
	CHECK_TEXT(
		PRINTED(page_alloc_print(&arena.pages)),
		"page: 1 pages hold what is known of 8 groups of 64 pages\n");
	arena_make(small, NULL);
	CHECK_TEXT(PRINTED(page_alloc_print(&arena.pages)),
	           "page: no groups: no block has 64 pages\n");
}
