/**
 * @file
 * Tests of lesson 6 where lesson 5 has left runs for later: they are free
 * pages like any others.
 */
#include "kstring.h"
#include "page_arena_test.h"
#include "test.h"

#define FIRST MEMAREA_KERNEL_BASE

static struct page_alloc *const pages = &arena.pages;

/*  page - FIRST   0  17       64         80        112      128
 *  RAM            |################################|    |---|   (120 to 128)
 *  descriptors    |--|
 *  blocks            |---47----|
 *  runs                        |-------48----------|    |-8-|   */
static void machine(pfn_t from)
{
	static const struct arena_range ram[] = { { FIRST, FIRST + 112 },
		                                  { FIRST + 120, FIRST + 128 },
		                                  { 0, 0 } };

	arena_make_lazily(ram, NULL, from);
}

/* Take blocks until there is none; returns how many, each seen once. */
static unsigned take_all(pfn_t first[128], unsigned order)
{
	uint8_t  seen[128] = { 0 };
	unsigned blocks = 0;

	while (blocks < 128 && page_alloc(pages, MEMAREA_USER, order,
	                                  &first[blocks]) == PAGE_OK) {
		for (pfn_t i = 0; i < UINT64_C(1) << order; i++)
			CHECK_EQ(seen[first[blocks] - FIRST + i]++, 0);
		blocks++;
		CHECK_TEXT(page_alloc_check(pages), NULL);
	}
	return blocks;
}

TEST(pages_in_runs_are_given_out_to_the_last)
{
	static const unsigned wanted[] = { 103, 51, 25, 12, 5, 2, 0 };

	for (unsigned order = 0; order < 7; order++) {
		pfn_t    first[128];
		unsigned blocks;

		machine(FIRST + 64);
		CHECK_EQ(arena.areas.area[MEMAREA_KERNEL].run_pages, 56);
		blocks = take_all(first, order);
		CHECK_EQ(blocks, wanted[order]);
		while (blocks-- > 0)
			CHECK_EQ(page_free(pages, first[blocks], order),
			         PAGE_OK);
		CHECK_TEXT(page_alloc_check(pages), NULL);
	}
}

TEST(pages_in_runs_come_back_as_the_blocks_of_merge_runs)
{
	pfn_t    first[128];
	unsigned blocks;

	machine(FIRST + 128);
	arena_keep();
	machine(FIRST + 64);
	CHECK(!arena_lists_are_as_kept());
	blocks = take_all(first, 0);
	while (blocks-- > 0)
		CHECK_EQ(page_free(pages, first[blocks], 0), PAGE_OK);
	page_empty_caches(pages);
	CHECK_TEXT(page_alloc_check(pages), NULL);
	CHECK(arena_lists_are_as_kept());
}

TEST(pages_in_runs_are_left_alone_while_blocks_are_there)
{
	pfn_t first;

	machine(FIRST + 64);
	CHECK_EQ(page_alloc(pages, MEMAREA_KERNEL, 5, &first), PAGE_OK);
	CHECK_EQ(page_alloc(pages, MEMAREA_KERNEL, 0, &first), PAGE_OK);
	CHECK_EQ(arena.areas.area[MEMAREA_KERNEL].run_pages, 56);
	CHECK_EQ(pages_alloc_exact(pages, MEMAREA_KERNEL, 9, &first), PAGE_OK);
	CHECK_EQ(first, FIRST + 96);
	CHECK_EQ(arena.areas.area[MEMAREA_KERNEL].run_pages, 32);
	CHECK_TEXT(page_alloc_check(pages), NULL);
}

/* Two runs hold 48 and 8 pages: what neither holds is refused, and stays. */
TEST(pages_in_runs_stay_where_none_is_as_large)
{
	pfn_t first = 1;

	machine(FIRST + 64);
	arena_keep();
	CHECK_EQ(page_alloc(pages, MEMAREA_KERNEL, 6, &first), PAGE_NO_MEMORY);
	CHECK_EQ(page_alloc(pages, MEMAREA_USER, 12, &first), PAGE_NO_MEMORY);
	CHECK_EQ(pages_alloc_exact(pages, MEMAREA_KERNEL, 33, &first),
	         PAGE_NO_MEMORY);
	CHECK_EQ(first, 1);
	CHECK(arena_is_as_kept());
}

TEST(pages_in_runs_cannot_be_freed)
{
	char text[PAGE_EXPLAIN_BYTES];

	machine(FIRST + 64);
	arena_keep();
	CHECK_EQ(page_free(pages, FIRST + 64, 0), PAGE_IS_FREE);
	CHECK_EQ(page_free(pages, FIRST + 111, 0), PAGE_IS_FREE);
	CHECK_EQ(pages_free_exact(pages, FIRST + 80, 2), PAGE_IS_FREE);
	CHECK_EQ(page_share(pages, FIRST + 120), PAGE_IS_FREE);
	CHECK_TEXT(page_explain(text, pages, PAGE_IS_FREE, FIRST + 65),
	           "page 0x2041: free already: 48 free pages from 0x2040");
	CHECK(arena_is_as_kept());
}

/* A run of a single page, and nothing else is left. */
TEST(pages_in_runs_may_be_one)
{
	static const struct arena_range ram[] = { { FIRST, FIRST + 65 },
		                                  { 0, 0 } };
	pfn_t                           first[128];

	arena_make_lazily(ram, NULL, FIRST + 64);
	CHECK_EQ(arena.areas.area[MEMAREA_KERNEL].run_pages, 1);
	CHECK_EQ(take_all(first, 0),
	         arena.areas.area[MEMAREA_KERNEL].usable_pages -
	                 arena.areas.area[MEMAREA_KERNEL].occupied_pages);
}

/* A run of 64 pages can become a group, one of 63 cannot. */
TEST(pages_in_runs_can_be_groups)
{
	static const struct arena_range ram[] = { { FIRST, FIRST + 128 },
		                                  { 0, 0 } };
	static const struct arena_range less[] = { { FIRST, FIRST + 127 },
		                                   { 0, 0 } };
	pfn_t                           first;

	arena_make_lazily(ram, NULL, FIRST + 64);
	CHECK_EQ(arena.areas.area[MEMAREA_KERNEL].run_pages, 64);
	CHECK_EQ(arena.pages.grouped, FIRST + 128);
	for (unsigned i = 0; i < 45; i++)
		CHECK_EQ(page_alloc(pages, MEMAREA_KERNEL, 0, &first), PAGE_OK);
	CHECK_EQ(arena.areas.area[MEMAREA_KERNEL].run_pages, 64);
	CHECK_EQ(page_alloc(pages, MEMAREA_KERNEL, 0, &first), PAGE_OK);
	CHECK_EQ(first, FIRST + 64);
	CHECK_EQ(arena.areas.area[MEMAREA_KERNEL].run_pages, 0);
	CHECK_EQ(page_cached(pages), 63);
	CHECK_TEXT(page_alloc_check(pages), NULL);

	arena_make_lazily(less, NULL, FIRST + 64);
	CHECK_EQ(arena.pages.grouped, 0);
}

TEST(page_alloc_check_sees_a_run_in_a_group)
{
	static const struct arena_range ram[] = { { FIRST, FIRST + 160 },
		                                  { FIRST + 170, FIRST + 192 },
		                                  { 0, 0 } };

	arena_make_lazily(ram, NULL, FIRST + 128);
	CHECK_EQ(arena.areas.area[MEMAREA_KERNEL].run_pages, 54);
	CHECK_EQ(arena.pages.grouped, FIRST + 192);
	CHECK_BROKEN(arena_groups[(FIRST + 128) / PAGE_GROUP].want, 1,
	             page_alloc_check(pages),
	             "all pages of a group are its own");
}
