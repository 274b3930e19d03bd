/**
 * @file
 * Tests of lesson 6, pages by the exact count.
 */
#include "page_arena_test.h"
#include "test.h"

/* 257 pages from frame 255; the first holds the descriptors, the second what is
 * known of groups. */
static const struct arena_range one_range[] = { { 255, 512 }, { 0, 0 } };

static pfn_t take(uint64_t count)
{
	pfn_t first = 0;

	CHECK_EQ(pages_alloc_exact(&arena.pages, MEMAREA_USER, count, &first),
	         PAGE_OK);
	arena_whole();
	return first;
}

static void give(pfn_t first, uint64_t count)
{
	CHECK_EQ(pages_free_exact(&arena.pages, first, count), PAGE_OK);
	arena_whole();
}

static void refuse(pfn_t first, uint64_t count, enum page_status status)
{
	arena_keep();
	CHECK_EQ(pages_free_exact(&arena.pages, first, count), status);
	CHECK(arena_is_as_kept());
}

static uint64_t free_pages(void)
{
	return arena.areas.area[MEMAREA_HARDWARE].free_pages +
	       page_cached(&arena.pages);
}

/* Blocks of @order that are free. */
static uint64_t blocks(unsigned order)
{
	return arena_blocks(MEMAREA_HARDWARE, order);
}

/*  before  |f * 64                                          |
 *  after   |U * 32                 |U|f|ff|f*4|f*8 |f * 16  |  */
TEST(pages_exact_33_cost_33_and_31_go_back_as_16_8_4_2_1)
{
	static const unsigned at_boot = 1; /* of orders 0 to 7: 255 pages */
	pfn_t                 first;

	arena_make(one_range, NULL);
	arena_keep();
	first = take(33);
	CHECK_EQ(free_pages(), 255 - 33);
	CHECK_EQ(blocks(6), at_boot - 1);
	for (unsigned order = 0; order < 5; order++)
		CHECK_EQ(blocks(order), at_boot + 1);
	CHECK_EQ(arena.array.page[first].word, page_used(5, 1, 0).word);
	CHECK_EQ(arena.array.page[first + 32].word, page_used(0, 1, 0).word);
	give(first, 33);
	CHECK(arena_lists_are_as_kept());
}

TEST(pages_exact_any_count_costs_that_count)
{
	arena_make(one_range, NULL);
	arena_keep();
	for (uint64_t count = 1; count <= 128; count++) {
		pfn_t first = take(count);

		CHECK_EQ(free_pages(), 255 - count);
		give(first, count);
		CHECK_EQ(free_pages(), 255);
		page_empty_caches(&arena.pages);
		CHECK(arena_lists_are_as_kept());
	}
}

/* The blocks that an exact count is made of are blocks like any other. */
TEST(pages_exact_blocks_can_be_freed_one_by_one)
{
	pfn_t first;

	arena_make(one_range, NULL);
	arena_keep();
	first = take(11);
	CHECK_EQ(page_free(&arena.pages, first, 3), PAGE_OK);
	CHECK_EQ(page_free(&arena.pages, first + 8, 1), PAGE_OK);
	CHECK_EQ(page_free(&arena.pages, first + 10, 0), PAGE_OK);
	page_empty_caches(&arena.pages);
	arena_whole();
	CHECK(arena_lists_are_as_kept());
}

/*  used   |U * 64                             |
 *  freed            |5 * f|
 *  left   |U*8|U * 2|     |U|U * 16 |U * 32   |  with the owner of before */
TEST(pages_exact_frees_a_part_and_the_rest_keeps_its_owner)
{
	pfn_t first = 0, used = 0;

	arena_make(one_range, NULL);
	arena_keep();
	CHECK_EQ(page_alloc(&arena.pages, MEMAREA_KERNEL, 6, &first), PAGE_OK);
	CHECK_EQ(page_set_owner(&arena.pages, first, 12), PAGE_OK);
	give(first + 10, 5);
	CHECK_EQ(free_pages(), 255 - 59);
	for (pfn_t pfn = first; pfn < first + 64; pfn++) {
		struct msadsc d = arena.array.page[pfn];

		if (msadsc_state(d) != MSADSC_USED)
			continue;
		CHECK_EQ(page_owner(&arena.pages, pfn), 12);
		used += msadsc_pages(d);
	}
	CHECK_EQ(used, 59);
	CHECK_EQ(msadsc_order(arena.array.page[first]), 3);
	CHECK_EQ(msadsc_order(arena.array.page[first + 8]), 1);
	CHECK_EQ(msadsc_order(arena.array.page[first + 15]), 0);
	CHECK_EQ(pages_free_exact(&arena.pages, first + 9, 2), PAGE_IS_FREE);
	give(first, 10);
	give(first + 15, 49);
	CHECK(arena_lists_are_as_kept());
}

TEST(pages_exact_frees_several_allocations_that_touch)
{
	pfn_t first = 0, page;

	arena_make(one_range, NULL);
	arena_keep();
	while (page_alloc(&arena.pages, MEMAREA_USER, 0, &page) == PAGE_OK)
		first = first == 0 || page < first ? page : first;
	CHECK_EQ(first, 257);
	give(first + 1, 253);
	CHECK_EQ(free_pages(), 253);
	give(first, 1);
	give(511, 1);
	page_empty_caches(&arena.pages);
	CHECK(arena_lists_are_as_kept());
}

TEST(pages_exact_refuses_to_alloc_by_the_first_reason)
{
	pfn_t first = 77;

	arena_make(one_range, NULL);
	arena_keep();
	CHECK_EQ(pages_alloc_exact(&arena.pages, MEMAREA_USER, 0, &first),
	         PAGE_BAD_COUNT);
	CHECK_EQ(pages_alloc_exact(&arena.pages, MEMAREA_USER,
	                           (UINT64_C(1) << ORDER_MAX) + 1, &first),
	         PAGE_BAD_COUNT);
	CHECK_EQ(pages_alloc_exact(&arena.pages, MEMAREA_USER, UINT64_MAX,
	                           &first),
	         PAGE_BAD_COUNT);
	CHECK_EQ(pages_alloc_exact(&arena.pages, MEMAREAS, 1, &first),
	         PAGE_BAD_AREA);
	CHECK_EQ(pages_alloc_exact(&arena.pages, MEMAREA_USER,
	                           UINT64_C(1) << ORDER_MAX, &first),
	         PAGE_NO_MEMORY);
	CHECK_EQ(pages_alloc_exact(&arena.pages, MEMAREA_USER, 129, &first),
	         PAGE_NO_MEMORY);
	CHECK_EQ(first, 77);
	CHECK(arena_is_as_kept());
}

/* The last page of each range is the one that is wrong. */
TEST(pages_exact_frees_all_or_nothing)
{
	static const struct arena_range ram[] = { { 256, 300 },
		                                  { 301, 512 },
		                                  { 0, 0 } };
	static const struct arena_range occupied[] = { { 400, 401 }, { 0, 0 } };
	pfn_t                           page;

	arena_make(ram, occupied);
	while (page_alloc(&arena.pages, MEMAREA_USER, 0, &page) == PAGE_OK)
		;
	refuse(260, 0, PAGE_BAD_COUNT);
	refuse(600, 1, PAGE_FOREIGN);
	refuse(UINT64_MAX, 2, PAGE_FOREIGN);
	refuse(300, 1, PAGE_FOREIGN);
	refuse(290, 11, PAGE_FOREIGN);
	refuse(500, 13, PAGE_FOREIGN);
	refuse(500, UINT64_MAX, PAGE_FOREIGN);
	refuse(500, UINT64_MAX - 499, PAGE_FOREIGN);
	refuse(256, 3, PAGE_OCCUPIED);
	refuse(390, 11, PAGE_OCCUPIED);
	CHECK_EQ(page_share(&arena.pages, 270), PAGE_OK);
	refuse(262, 9, PAGE_SHARES);
	refuse(270, 1, PAGE_SHARES);
	CHECK_EQ(page_free(&arena.pages, 270, 0), PAGE_OK);
	CHECK_EQ(page_free(&arena.pages, 280, 0), PAGE_OK);
	refuse(262, 19, PAGE_IS_FREE);
	give(262, 18);
	refuse(262, 18, PAGE_IS_FREE);
	refuse(263, 1, PAGE_IS_FREE);
}

/* Page 0, which is nobody's to free, speaks for no other page. */
TEST(pages_exact_frees_no_hole_above_page_0)
{
	static const struct arena_range ram[] = { { 0, 4 },
		                                  { 256, 512 },
		                                  { 0, 0 } };

	arena_make(ram, NULL);
	refuse(0, 1, PAGE_OCCUPIED);
	refuse(4, 1, PAGE_FOREIGN);
	refuse(255, 1, PAGE_FOREIGN);
	CHECK_EQ(page_free(&arena.pages, 4, 0), PAGE_FOREIGN);
}
