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

/* A page of the batch goes back by the shortest way: once. */
TEST(page_edge_a_page_of_the_batch_is_freed_once)
{
	pfn_t first[2] = { 0 };

	arena_make(two_areas, NULL);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &first[i]),
		         PAGE_OK);
	CHECK_EQ(page_share(&arena.pages, first[1]), PAGE_OK);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(arena.pages.cache[MEMAREA_KERNEL].batch,
		         first[i] / PAGE_BATCH * PAGE_BATCH);
		CHECK_EQ(page_free(&arena.pages, first[i], 0), PAGE_OK);
	}
	arena_keep();
	CHECK_EQ(page_free(&arena.pages, first[0], 0), PAGE_IS_FREE);
	CHECK_EQ(pages_free_exact(&arena.pages, first[0], 1), PAGE_IS_FREE);
	CHECK(arena_is_as_kept());
	CHECK_EQ(page_free(&arena.pages, first[1], 0), PAGE_OK);
	arena_keep();
	CHECK_EQ(page_free(&arena.pages, first[1], 0), PAGE_IS_FREE);
	CHECK(arena_is_as_kept());
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
}

/* The page behind the batch is none of it: beside a page on the stack it begins
 * a batch of its own. */
TEST(page_edge_the_page_behind_the_batch_begins_another)
{
	struct page_cache *cache = &arena.pages.cache[MEMAREA_KERNEL];
	pfn_t              batch = MEMAREA_KERNEL_BASE + 64, page;

	arena_make(two_areas, NULL);
	while (page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &page) == PAGE_OK)
		continue;
	CHECK_EQ(page_free(&arena.pages, batch, 0), PAGE_OK);
	CHECK_EQ(page_free(&arena.pages, batch + 1, 0), PAGE_OK);
	CHECK_EQ(cache->batch, batch);
	CHECK_EQ(page_free(&arena.pages, batch + PAGE_BATCH + 1, 0), PAGE_OK);
	CHECK_EQ(cache->batch, batch);
	CHECK_EQ(page_free(&arena.pages, batch + PAGE_BATCH, 0), PAGE_OK);
	CHECK_EQ(cache->batch, batch + PAGE_BATCH);
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
}

/* The map's room behind its last range is nobody's business. */
TEST(page_edge_behind_the_last_range_is_no_ram)
{
	arena_make(two_areas, NULL);
	arena.map.range[arena.map.count] = arena.map.range[0];
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
}

/* RAM that was left out, above the limit, is as foreign as a hole. */
TEST(page_edge_ram_behind_the_last_frame_is_foreign)
{
	static const struct arena_range ram[] = { { 256, 512 }, { 0, 0 } };

	arena_make(ram, NULL);
	arena.map.range[0].end += PAGE_SIZE;
	CHECK_EQ(page_share(&arena.pages, 512), PAGE_FOREIGN);
	CHECK_EQ(page_set_owner(&arena.pages, 512, 1), PAGE_FOREIGN);
	CHECK_EQ(page_free(&arena.pages, 512, 0), PAGE_FOREIGN);
	CHECK_EQ(pages_free_exact(&arena.pages, 512, 1), PAGE_FOREIGN);
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
	CHECK_EQ(arena.areas.area[MEMAREA_HARDWARE].free_pages, 1);
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
	CHECK_EQ(pages_free_exact(&arena.pages, below - 31, 31), PAGE_OK);
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
	page_empty_caches(&arena.pages);
	CHECK(arena_lists_are_as_kept());
}

/* The number behind the last area is none. */
TEST(page_edge_behind_the_last_area_there_is_none)
{
	enum memarea_kind kind = (enum memarea_kind)MEMAREAS;
	pfn_t             first = 0;

	arena_make(two_areas, NULL);
	arena_keep();
	for (unsigned order = 0; order <= ORDER_MAX; order++)
		CHECK_EQ(page_alloc(&arena.pages, kind, order, &first),
		         PAGE_BAD_AREA);
	for (uint64_t count = 1; count < 10; count++)
		CHECK_EQ(pages_alloc_exact(&arena.pages, kind, count, &first),
		         PAGE_BAD_AREA);
	CHECK_EQ(first, 0);
	CHECK(arena_is_as_kept());
}

/*  page   24      32   40      47
 *  RAM    |desc|..|    |-------|     32 to 39 are a hole, 46 has no buddy */
static void odd_machine(void)
{
	static const struct arena_range ram[] = { { 24, 32 },
		                                  { 40, 47 },
		                                  { 0, 0 } };

	arena_make(ram, NULL);
	CHECK_EQ(arena.array.pages, 47);
}

TEST(page_edge_a_last_page_without_a_buddy_comes_back)
{
	pfn_t    page[16];
	unsigned pages = 0;

	odd_machine();
	arena_keep();
	while (page_alloc(&arena.pages, MEMAREA_USER, 0, &page[pages]) ==
	       PAGE_OK)
		pages++;
	for (unsigned round = 0; round < 2; round++) {
		CHECK_EQ(page_free(&arena.pages, 46, 0), PAGE_OK);
		CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
		CHECK_EQ(page_alloc(&arena.pages, MEMAREA_USER, 0, &page[0]),
		         PAGE_OK);
		CHECK_EQ(page[0], 46);
		CHECK_EQ(page_share(&arena.pages, 46), PAGE_OK);
		CHECK_EQ(page_free(&arena.pages, 46, 0), PAGE_OK);
	}
	CHECK_EQ(pages_free_exact(&arena.pages, 40, 8), PAGE_FOREIGN);
	CHECK_EQ(pages_free_exact(&arena.pages, 40, UINT64_MAX), PAGE_FOREIGN);
	CHECK_EQ(pages_free_exact(&arena.pages, 36, 2), PAGE_FOREIGN);
	CHECK_EQ(pages_free_exact(&arena.pages, 40, 7), PAGE_OK);
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
	for (pfn_t pfn = 25; pfn < 32; pfn++)
		CHECK_EQ(page_free(&arena.pages, pfn, 0), PAGE_OK);
	page_empty_caches(&arena.pages);
	CHECK(arena_lists_are_as_kept());
}

/* A free page's links are nobody's owner, and not its shares. */
TEST(page_edge_free_pages_have_no_owner)
{
	odd_machine();
	CHECK(msadsc_state(arena.array.page[40]) == MSADSC_FREE);
	for (pfn_t pfn = 0; pfn < 47; pfn++) {
		CHECK_EQ(page_owner(&arena.pages, pfn), 0);
		CHECK_EQ(page_shares(&arena.pages, pfn), 0);
	}
}
