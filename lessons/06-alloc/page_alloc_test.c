/**
 * @file
 * Tests of lesson 6, pages by the block.  In a picture one letter is a page:
 * U used, f free, o occupied, and blocks stand between bars.
 */
#include "kstring.h"
#include "page_arena_test.h"
#include "test.h"

/* 64 pages from frame 64; the first holds the descriptors. */
static const struct arena_range one_range[] = { { 64, 128 }, { 0, 0 } };

/* Both areas: 64 pages below 32 MiB, 64 above, 17 of which are descriptors'. */
static const struct arena_range two_areas[] = {
	{ MEMAREA_KERNEL_BASE - 64, MEMAREA_KERNEL_BASE + 64 },
	{ 0, 0 },
};

TEST(page_alloc_waits_for_lesson_5)
{
	struct page_alloc pages = { .pages = 7 };

	arena_make(one_range, NULL);
	arena.array.phase = MSADSC_MARKED;
	CHECK_EQ(page_alloc_init(&pages, &arena.array, &arena.areas),
	         PAGE_TOO_EARLY);
	CHECK_EQ(pages.pages, 7);
}

/*  frame  64 65 66  68    72        80                96            128
 *         |o |f |ff |ffff |f * 8    |f * 16           |f * 32       |
 *  taken      U: the smallest block that is large enough */
TEST(page_alloc_takes_the_smallest_block_that_is_large_enough)
{
	arena_make(one_range, NULL);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 4), 80);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 1), 66);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 3), 72);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 3), 96);
	CHECK_EQ(arena_blocks(MEMAREA_HARDWARE, 3), 1);
	CHECK_EQ(arena_blocks(MEMAREA_HARDWARE, 4), 1);
	CHECK_EQ(arena.areas.area[0].list[4].first, 112);
}

TEST(page_free_joins_buddies_up_to_what_was_there_at_boot)
{
	pfn_t first[63];

	arena_make(one_range, NULL);
	arena_keep();
	for (unsigned i = 0; i < 63; i++)
		first[i] = arena_take(MEMAREA_KERNEL, 0);
	CHECK_EQ(arena.areas.area[0].free_pages, 0);
	for (unsigned i = 0; i < 63; i++)
		arena_give(first[i * 11 % 63], 0);
	page_empty_caches(&arena.pages);
	arena_whole();
	CHECK_EQ(page_cached(&arena.pages), 0);
	CHECK(arena_lists_are_as_kept());
}

TEST(page_alloc_falls_back_to_the_area_below_only)
{
	pfn_t first = 0;

	arena_make(two_areas, NULL);
	CHECK(arena_take(MEMAREA_KERNEL, 5) >= MEMAREA_KERNEL_BASE);
	CHECK(arena_take(MEMAREA_KERNEL, 5) < MEMAREA_KERNEL_BASE);
	CHECK(arena_take(MEMAREA_USER, 2) >= MEMAREA_KERNEL_BASE);
	CHECK(arena_take(MEMAREA_KERNEL, 0) >= MEMAREA_KERNEL_BASE);
	CHECK(arena_take(MEMAREA_USER, 0) >= MEMAREA_KERNEL_BASE);
	CHECK(arena_take(MEMAREA_HARDWARE, 0) < MEMAREA_KERNEL_BASE);
	while (page_alloc(&arena.pages, MEMAREA_HARDWARE, 0, &first) == PAGE_OK)
		CHECK(first < MEMAREA_KERNEL_BASE);
	CHECK(arena.areas.area[MEMAREA_KERNEL].free_pages > 0);
	arena_refuse_alloc(MEMAREA_HARDWARE, 0, PAGE_NO_MEMORY);
	CHECK(arena_take(MEMAREA_USER, 0) >= MEMAREA_KERNEL_BASE);
}

/* The last page below 32 MiB and the first above are free and no buddies. */
TEST(page_free_joins_nothing_across_areas)
{
	const struct arena_range ends = { MEMAREA_KERNEL_BASE - 32,
		                          MEMAREA_KERNEL_BASE + 64 };
	const struct arena_range ram[] = { ends, { 0, 0 } };
	pfn_t                    first = 0;

	arena_make(ram, NULL);
	arena_keep();
	while (page_alloc(&arena.pages, MEMAREA_USER, 0, &first) == PAGE_OK)
		;
	for (pfn_t pfn = ends.first; pfn < ends.past; pfn++)
		page_free(&arena.pages, pfn, 0);
	page_empty_caches(&arena.pages);
	arena_whole();
	CHECK(arena_lists_are_as_kept());
	CHECK_EQ(arena_blocks(MEMAREA_HARDWARE, 5), 1);
}

TEST(page_share_takes_as_many_frees)
{
	pfn_t first;

	arena_make(one_range, NULL);
	for (unsigned order = 0; order < 4; order += 3) {
		first = arena_take(MEMAREA_KERNEL, order);
		CHECK_EQ(page_share(&arena.pages, first), PAGE_OK);
		CHECK_EQ(page_share(&arena.pages, first), PAGE_OK);
		CHECK_EQ(page_shares(&arena.pages, first), 3);
		for (unsigned shares = 3; shares > 0; shares--) {
			CHECK_EQ(page_shares(&arena.pages, first), shares);
			arena_give(first, order);
		}
		arena_refuse_free(first, order, PAGE_IS_FREE);
	}
}

TEST(page_share_counts_to_4095_and_no_further)
{
	pfn_t first;

	arena_make(one_range, NULL);
	first = arena_take(MEMAREA_KERNEL, 2);
	CHECK_EQ(page_set_owner(&arena.pages, first, 0xffff), PAGE_OK);
	for (unsigned shares = 1; shares < PAGE_SHARES_MAX; shares++)
		CHECK_EQ(page_share(&arena.pages, first), PAGE_OK);
	arena_whole();
	arena_keep();
	CHECK_EQ(page_share(&arena.pages, first), PAGE_SHARES);
	CHECK(arena_is_as_kept());
	CHECK_EQ(page_shares(&arena.pages, first), 4095);
	CHECK_EQ(page_owner(&arena.pages, first), 0xffff);
}

TEST(page_owner_is_kept_until_the_block_is_free)
{
	pfn_t first;

	arena_make(one_range, NULL);
	first = arena_take(MEMAREA_KERNEL, 0);
	CHECK_EQ(page_owner(&arena.pages, first), 0);
	CHECK_EQ(page_set_owner(&arena.pages, first, 4711), PAGE_OK);
	CHECK_EQ(page_share(&arena.pages, first), PAGE_OK);
	arena_whole();
	CHECK_EQ(page_owner(&arena.pages, first), 4711);
	arena_give(first, 0);
	CHECK_EQ(page_owner(&arena.pages, first), 4711);
	arena_give(first, 0);
	CHECK_EQ(page_owner(&arena.pages, first), 0);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 0), first);
	CHECK_EQ(page_owner(&arena.pages, first), 0);
	CHECK_EQ(page_owner(&arena.pages, arena.pages.pages), 0);
	CHECK_EQ(page_shares(&arena.pages, UINT64_MAX), 0);
}

TEST(page_alloc_refuses_by_the_first_reason)
{
	pfn_t first = 0;

	arena_make(one_range, NULL);
	arena_refuse_alloc(MEMAREA_KERNEL, ORDER_MAX + 1, PAGE_BAD_ORDER);
	arena_refuse_alloc(MEMAREA_KERNEL, UINT32_MAX, PAGE_BAD_ORDER);
	arena_refuse_alloc(MEMAREAS, 0, PAGE_BAD_AREA);
	arena_refuse_alloc((enum memarea_kind)77, 3, PAGE_BAD_AREA);
	arena_refuse_alloc(MEMAREA_USER, ORDER_MAX, PAGE_NO_MEMORY);
	while (page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &first) == PAGE_OK)
		;
	arena_refuse_alloc(MEMAREA_USER, 0, PAGE_NO_MEMORY);
	arena_refuse_alloc(MEMAREA_HARDWARE, 1, PAGE_NO_MEMORY);
	arena_whole();
}

/*  frame    72            80 81 82        84
 *           |UUUUUUUU     |U |U |ff        |ffff ... */
TEST(page_free_refuses_by_the_first_reason)
{
	static const struct arena_range occupied[] = { { 127, 128 }, { 0, 0 } };
	pfn_t                           block, page;

	arena_make(one_range, occupied);
	block = arena_take(MEMAREA_KERNEL, 3);
	page = arena_take(MEMAREA_KERNEL, 0);

	arena_refuse_free(page, ORDER_MAX + 1, PAGE_BAD_ORDER);
	arena_refuse_free(page, UINT32_MAX, PAGE_BAD_ORDER);
	arena_refuse_free(63, 0, PAGE_FOREIGN);
	arena_refuse_free(0, 0, PAGE_FOREIGN);
	arena_refuse_free(128, 0, PAGE_FOREIGN);
	arena_refuse_free(PFN_LIMIT, 0, PAGE_FOREIGN);
	arena_refuse_free(UINT64_MAX, 3, PAGE_FOREIGN);
	arena_refuse_free(block + 1, 3, PAGE_MISALIGNED);
	arena_refuse_free(block, 4, PAGE_MISALIGNED);
	arena_refuse_free(64, 0, PAGE_OCCUPIED);
	arena_refuse_free(127, 0, PAGE_OCCUPIED);
	arena_refuse_free(96, 5, PAGE_IS_FREE);
	arena_refuse_free(96, 0, PAGE_IS_FREE);
	arena_refuse_free(97, 0, PAGE_IS_FREE);
	arena_refuse_free(block + 1, 0, PAGE_INSIDE);
	arena_refuse_free(block + 4, 2, PAGE_INSIDE);
	arena_refuse_free(block, 2, PAGE_WRONG_ORDER);
	arena_refuse_free(block, 0, PAGE_WRONG_ORDER);
	arena_give(page, 0);
	arena_refuse_free(page, 0, PAGE_IS_FREE);
	arena_give(block, 3);
	arena_refuse_free(block, 3, PAGE_IS_FREE);
	arena_refuse_free(block + 4, 0, PAGE_IS_FREE);
}

/* Page 0 is never given out, whatever the map says of it. */
TEST(page_0_is_occupied)
{
	static const struct arena_range ram[] = { { 0, 16 }, { 0, 0 } };
	pfn_t                           first;

	arena_make(ram, NULL);
	arena_refuse_free(0, 0, PAGE_OCCUPIED);
	while (page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &first) == PAGE_OK)
		CHECK(first != 0);
	arena_refuse_alloc(MEMAREA_KERNEL, 0, PAGE_NO_MEMORY);
	CHECK_EQ(page_share(&arena.pages, 0), PAGE_OCCUPIED);
}

TEST(page_share_and_owner_refuse_as_page_free_does)
{
	pfn_t block;

	arena_make(one_range, NULL);
	block = arena_take(MEMAREA_KERNEL, 3);
	arena_keep();
	CHECK_EQ(page_share(&arena.pages, 63), PAGE_FOREIGN);
	CHECK_EQ(page_share(&arena.pages, UINT64_MAX), PAGE_FOREIGN);
	CHECK_EQ(page_share(&arena.pages, 64), PAGE_OCCUPIED);
	CHECK_EQ(page_share(&arena.pages, 96), PAGE_IS_FREE);
	CHECK_EQ(page_share(&arena.pages, block + 1), PAGE_INSIDE);
	CHECK_EQ(page_set_owner(&arena.pages, 128, 1), PAGE_FOREIGN);
	CHECK_EQ(page_set_owner(&arena.pages, 64, 1), PAGE_OCCUPIED);
	CHECK_EQ(page_set_owner(&arena.pages, 97, 1), PAGE_IS_FREE);
	CHECK_EQ(page_set_owner(&arena.pages, block + 7, 1), PAGE_INSIDE);
	CHECK(arena_is_as_kept());
}

TEST(page_explain_says_what_is_there)
{
	static const struct arena_range occupied[] = { { 127, 128 }, { 0, 0 } };
	char                            text[PAGE_EXPLAIN_BYTES];
	struct page_alloc              *pages = &arena.pages;

	arena_make(one_range, occupied);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 3), 72);
	CHECK_EQ(page_set_owner(pages, 72, 9), PAGE_OK);
	CHECK_TEXT(page_explain(text, pages, PAGE_INSIDE, 74),
	           "page 0x4a: inside a used block, which starts below: 8 "
	           "pages from 0x48 (order 3, shares 1, owner 9)");
	CHECK_TEXT(page_explain(text, pages, PAGE_IS_FREE, 81),
	           "page 0x51: free already: 16 free pages from 0x50");
	CHECK_TEXT(page_explain(text, pages, PAGE_OCCUPIED, 127),
	           "page 0x7f: occupied since boot, never given out");
	CHECK_TEXT(page_explain(text, pages, PAGE_FOREIGN, 1 << 20),
	           "page 0x100000: not RAM, or above what is described");
	for (int i = PAGE_OK; i <= PAGE_TOO_EARLY; i++)
		CHECK(strlen(page_status_text((enum page_status)i)) > 3);
	CHECK_TEXT(page_status_text((enum page_status)(PAGE_TOO_EARLY + 1)),
	           "no status of the page allocator");
	CHECK_TEXT(page_status_text((enum page_status)99),
	           "no status of the page allocator");
}

TEST(page_alloc_check_sees_a_broken_block_or_count)
{
	struct page_alloc *pages = &arena.pages;
	struct memarea    *area = &arena.areas.area[MEMAREA_HARDWARE];
	struct msadsc     *page;
	pfn_t              used;

	arena_make(one_range, NULL);
	page = arena.array.page;
	used = arena_take(MEMAREA_KERNEL, 3);

	page[used] = page_used(3, 0, 0);
	CHECK_TEXT(page_alloc_check(pages), "a used block has a share");
	page[used] = page_used(2, 1, 0);
	CHECK(page_alloc_check(pages) != NULL);
	page[used] = page_used(3, 1, 0);
	page[used + 4] = page_used(2, 1, 0);
	CHECK_TEXT(page_alloc_check(pages),
	           "inside a run or block all is zero");
	page[used + 4].word = 0;
	arena_whole();
	area->occupied_pages++;
	CHECK_TEXT(page_alloc_check(pages),
	           "an area counts its occupied pages");
	area->occupied_pages--;
	area->usable_pages++;
	CHECK_TEXT(page_alloc_check(pages),
	           "each page is free, occupied, used, cached or "
	           "grouped");
	area->usable_pages--;
	pages->pages--;
	CHECK_TEXT(page_alloc_check(pages),
	           "the allocator is that of its descriptors");
}

/*  was  |U * 8          |
 *  is   |U|U U|U|U * 4  |  the second starts at an odd page */
TEST(page_alloc_check_sees_a_used_block_that_is_not_aligned)
{
	struct msadsc *used;

	arena_make(one_range, NULL);
	used = &arena.array.page[arena_take(MEMAREA_KERNEL, 3)];
	used[0] = page_used(0, 1, 0);
	used[1] = page_used(1, 1, 0);
	used[3] = page_used(0, 1, 0);
	used[4] = page_used(2, 1, 0);
	CHECK_TEXT(page_alloc_check(&arena.pages),
	           "a used block starts at a multiple of its pages");
}

TEST(page_alloc_check_sees_other_descriptors)
{
	struct page_alloc *pages = &arena.pages;

	arena_make(one_range, NULL);
	CHECK_BROKEN(pages->page, pages->page + 1, page_alloc_check(pages),
	             "the allocator is that of its descriptors");
	CHECK_EQ(e820_add(&arena.map, 256 * PAGE_SIZE, PAGE_SIZE, E820_NVS),
	         E820_OK);
	arena_whole();
}

TEST(page_alloc_gives_what_one_uses_and_nobody_owns)
{
	arena_make(one_range, NULL);
	for (unsigned order = 0; order <= 4; order++) {
		pfn_t first = arena_take(MEMAREA_KERNEL, order);

		CHECK_EQ(arena.array.page[first].word,
		         page_used(order, 1, 0).word);
		CHECK_EQ(page_owner(&arena.pages, first), 0);
		arena_give(first, order);
	}
	CHECK_EQ(page_owner(&arena.pages, arena.pages.pages), 0);
	CHECK_EQ(page_owner(&arena.pages, 0), 0);
}

/* What lies behind the table of descriptors is not asked, even where it looks
 * like a used page. */
TEST(page_calls_refuse_the_first_frame_that_is_not_described)
{
	pfn_t past;

	arena_make(one_range, NULL);
	past = arena.pages.pages;
	CHECK_EQ(page_free(&arena.pages, past, 0), PAGE_FOREIGN);
	CHECK_EQ(page_free(&arena.pages, past, 1), PAGE_FOREIGN);
	CHECK_EQ(page_share(&arena.pages, past), PAGE_FOREIGN);
	CHECK_EQ(pages_free_exact(&arena.pages, past, 1), PAGE_FOREIGN);
	CHECK_EQ(pages_free_exact(&arena.pages, past - 1, 2), PAGE_IS_FREE);
	CHECK_EQ(page_set_owner(&arena.pages, past, 1), PAGE_FOREIGN);
	arena_whole();
}

/* The last page is an even one: its buddy is not described. */
TEST(page_alloc_keeps_a_last_page_without_a_buddy)
{
	static const struct arena_range odd[] = { { 64, 127 }, { 0, 0 } };
	pfn_t                           page[64];
	unsigned                        pages = 0;

	arena_make(odd, NULL);
	while (page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &page[pages]) ==
	       PAGE_OK)
		pages++;
	CHECK_EQ(pages, 62);
	arena_give(126, 0);
	arena_give(66, 0);
	CHECK_EQ(page_alloc(&arena.pages, MEMAREA_KERNEL, 1, &page[62]),
	         PAGE_NO_MEMORY);
	arena_give(96, 0);
	arena_give(68, 0);
	CHECK_EQ(page_alloc(&arena.pages, MEMAREA_KERNEL, 1, &page[62]),
	         PAGE_NO_MEMORY);
	for (unsigned i = 0; i < pages; i++)
		if (page[i] != 126 && page[i] != 66 && page[i] != 96 &&
		    page[i] != 68)
			arena_give(page[i], 0);
	CHECK_EQ(page_alloc(&arena.pages, MEMAREA_KERNEL, 4, &page[0]),
	         PAGE_OK);
	arena_give(page[0], 4);
	page_empty_caches(&arena.pages);
	arena_whole();
}
