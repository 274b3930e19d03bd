/**
 * @file
 * Tests of lesson 6: pages at the very edges of RAM and of areas.
 */
#include "page_arena_test.h"
#include "test.h"

static const struct arena_range two_areas[] = {
	{ MEMAREA_KERNEL_BASE - 32, MEMAREA_KERNEL_BASE + 128 }, { 0, 0 }
};

/* The host sees who reads the descriptor of a frame that has none. */
TEST(page_edge_behind_the_last_frame_all_is_foreign)
{
	pfn_t past;

	arena_make(two_areas, NULL);
	past = arena.array.pages;
	arena_keep();
	for (unsigned order = 0; order <= 7; order++)
		CHECK_EQ(page_free(&arena.pages, past, order), PAGE_FOREIGN);
	CHECK_EQ(page_share(&arena.pages, past), PAGE_FOREIGN);
	CHECK_EQ(page_set_owner(&arena.pages, past, 1), PAGE_FOREIGN);
	CHECK_EQ(pages_free_exact(&arena.pages, past, 1), PAGE_FOREIGN);
	CHECK_EQ(page_owner(&arena.pages, past), 0);
	CHECK_EQ(page_shares(&arena.pages, past), 0);
	CHECK(arena_is_as_kept());
}

/* The last page below 32 MiB and the first above it keep to their areas. */
TEST(page_edge_pages_beside_the_bound_keep_to_their_areas)
{
	pfn_t below = MEMAREA_KERNEL_BASE - 1, first = 0;

	arena_make(two_areas, NULL);
	arena_keep();
	for (unsigned i = 0; i < 32; i++)
		CHECK_EQ(page_alloc(&arena.pages, MEMAREA_HARDWARE, 0, &first),
		         PAGE_OK);
	CHECK_EQ(arena.areas.area[MEMAREA_HARDWARE].free_pages, 0);
	CHECK_EQ(page_free(&arena.pages, below, 0), PAGE_OK);
	CHECK_EQ(arena.pages.cache[MEMAREA_HARDWARE].count, 1);
	CHECK_EQ(page_cached(&arena.pages), 1);
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
	CHECK_EQ(pages_free_exact(&arena.pages, below - 31, 31), PAGE_OK);
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
	page_empty_caches(&arena.pages);
	CHECK(arena_lists_are_as_kept());
}
