/**
 * @file
 * Tests of lesson 6, single pages: the stack in front, and that nothing is lost.
 */
#include "page_single_test.h"
#include "test.h"

/* --- The stack ----------------------------------------------------------- */

/*  on the stack  257 259 261 ... are lone: the buddy of each is in use
 *  freed         258: it begins a batch with 259, for 256 to 271
 *  freed         290: the batch is 288 to 303, and 256 to 271 leave the stack */
TEST(page_cache_holds_joinable_pages_of_one_batch_only)
{
	take_all();
	for (pfn_t pfn = 257; pfn < 300; pfn += 2)
		arena_give(pfn, 0);
	CHECK_EQ(cache->count, 22);
	arena_give(258, 0);
	CHECK_EQ(cache->count, 23);
	CHECK_EQ(cache->batch, 256);
	arena_give(290, 0);
	CHECK_EQ(cache->batch, 288);
	CHECK_EQ(cache->count, 24 - 9);
	CHECK_EQ(group(256)->free, 0xaaae);
	CHECK_EQ(page_cached(&arena.pages), 24);
	CHECK_EQ(area->free_pages, 0);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 1), 258);
}

/* The same in another group: there the first one goes to a shelf. */
TEST(page_cache_whose_batch_moves_to_another_group)
{
	take_all();
	arena_give(257, 0);
	arena_give(256, 0);
	CHECK_EQ(cache->batch, 256);
	arena_give(321, 0);
	arena_give(323, 0);
	arena_give(320, 0);
	CHECK_EQ(cache->batch, 320);
	CHECK_EQ(cache->count, 3);
	CHECK_EQ(cache->shelves, 1U << 1);
	CHECK_EQ(group(256)->free, 3);
}

TEST(page_cache_that_is_full_has_room_for_its_batch)
{
	fill_stack();
	for (unsigned i = 1; i < PAGE_BATCH; i += 2)
		arena_give(288 + i, 0);
	CHECK_EQ(cache->batch, 288);
	CHECK_EQ(cache->count, PAGE_LONE + PAGE_BATCH / 2);
	CHECK_EQ(arena_take(MEMAREA_USER, 4), 288);
	CHECK_EQ(cache->count, PAGE_LONE - PAGE_BATCH / 2);
}

/* As many as it has room for: lone pages, and a whole batch. */
TEST(page_cache_can_be_full)
{
	static const struct arena_range kernel[] = {
		{ MEMAREA_KERNEL_BASE, MEMAREA_KERNEL_BASE + 256 }, { 0, 0 }
	};
	struct page_cache *kernels = &arena.pages.cache[MEMAREA_KERNEL];
	const pfn_t        base = MEMAREA_KERNEL_BASE + 64;
	pfn_t              first;

	arena_make(kernel, NULL);
	while (page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &first) == PAGE_OK)
		continue;
	CHECK_EQ(kernels->batch, base + 176);
	for (unsigned i = 0; i < PAGE_LONE; i++)
		arena_give(base + 2 * i, 0);
	for (unsigned i = 0; i < PAGE_BATCH; i++)
		arena_give(base + 176 + i, 0);
	CHECK_EQ(kernels->count, PAGE_LONE + PAGE_BATCH);
	arena_give(base + 129, 0);
	CHECK_EQ(kernels->count, PAGE_LONE + PAGE_BATCH);
	arena_give(base + 1, 0);
	CHECK_EQ(kernels->batch, base);
}

/* --- Nothing is lost ----------------------------------------------------- */

TEST(page_cache_withholds_no_block_of_the_current_group)
{
	hold_one();
	arena_refuse_alloc(MEMAREA_USER, 6, PAGE_NO_MEMORY);
	for (unsigned order = 5; order > 0; order--) {
		pfn_t pfn = UINT64_C(1) << order;

		CHECK_EQ(arena_take(MEMAREA_USER, order), 128 + pfn);
		arena_refuse_alloc(MEMAREA_USER, order, PAGE_NO_MEMORY);
	}
	CHECK_EQ(arena_take(MEMAREA_USER, 0), 129);
	arena_refuse_alloc(MEMAREA_USER, 0, PAGE_NO_MEMORY);
	for (unsigned order = 0; order < 6; order++)
		arena_give(128 + (UINT64_C(1) << order), order);
	CHECK_EQ(page_cached(&arena.pages), PAGE_GROUP - 1);
	arena_give(128, 0);
	CHECK_EQ(arena_take(MEMAREA_USER, 6), 128);
}

/* The current group is the upper half of the block. */
TEST(page_cache_withholds_no_block_below_the_current_group)
{
	pfn_t below;

	arena_make(single_ram, NULL);
	below = arena_take(MEMAREA_USER, 6);
	CHECK_EQ(below, 128);
	arena_give(arena_take(MEMAREA_USER, 0), 0);
	CHECK_EQ(cache->batch, 192);
	CHECK_EQ(arena_take(MEMAREA_USER, 8), 256);
	arena_refuse_alloc(MEMAREA_USER, 7, PAGE_NO_MEMORY);
	arena_give(below, 6);
	CHECK_EQ(area->list[6].first, 128);
	CHECK_EQ(arena_take(MEMAREA_USER, 7), 128);
	CHECK_EQ(area->list[6].first, 0);
}

/*  frame  256            384       448
 *         |listed        |listed   |current  |     and so 256 pages */
TEST(page_cache_withholds_no_block_two_orders_below)
{
	arena_make(single_ram, NULL);
	CHECK_EQ(arena_take(MEMAREA_USER, 8), 256);
	CHECK_EQ(arena_take(MEMAREA_USER, 7), 128);
	CHECK_EQ(pages_free_exact(&arena.pages, 448, 64), PAGE_OK);
	CHECK_EQ(arena_take(MEMAREA_USER, 0), 448);
	arena_give(448, 0);
	CHECK_EQ(pages_free_exact(&arena.pages, 384, 64), PAGE_OK);
	arena_refuse_alloc(MEMAREA_USER, 8, PAGE_NO_MEMORY);
	CHECK_EQ(pages_free_exact(&arena.pages, 256, 128), PAGE_OK);
	CHECK_EQ(arena_take(MEMAREA_USER, 8), 256);
	CHECK_EQ(area->free_pages + page_cached(&arena.pages), 62);
}

/* The buddy of the current group begins where the descriptors end. */
TEST(page_cache_finds_no_block_beyond_the_last_page)
{
	static const struct arena_range short_ram[] = { { 64, 448 }, { 0, 0 } };

	arena_make(short_ram, NULL);
	CHECK_EQ(arena_take(MEMAREA_USER, 7), 128);
	CHECK_EQ(arena_take(MEMAREA_USER, 7), 256);
	CHECK_EQ(arena_take(MEMAREA_USER, 0), 384);
	arena_give(384, 0);
	arena_refuse_alloc(MEMAREA_USER, 7, PAGE_NO_MEMORY);
	CHECK_EQ(arena_take(MEMAREA_USER, 6), 384);
}

/*  frame  128       192       256         |  the buddy of 128 is listed, and
 *         |current  |free     |free         both with the block above: 384 to
 *                                           511 is in use, so not that */
TEST(page_cache_withholds_no_block_around_the_current_group)
{
	pfn_t above;

	arena_make(single_ram, NULL);
	arena_give(arena_take(MEMAREA_USER, 0), 0);
	CHECK_EQ(cache->batch, 128);
	above = arena_take(MEMAREA_USER, 8);
	CHECK_EQ(above, 256);
	CHECK_EQ(pages_free_exact(&arena.pages, 256, 128), PAGE_OK);
	CHECK_EQ(arena_take(MEMAREA_USER, 7), 256);
	arena_refuse_alloc(MEMAREA_USER, 8, PAGE_NO_MEMORY);
	CHECK_EQ(arena_take(MEMAREA_USER, 7), 128);
	CHECK_EQ(cache->batch, PFN_LIMIT);
	CHECK_EQ(cache->count, 0);
	CHECK_EQ(group(128)->want, 0);
	arena_refuse_alloc(MEMAREA_USER, 6, PAGE_NO_MEMORY);
	arena_give(128, 7);
	CHECK_EQ(area->list[7].first, 128);
}

TEST(page_cache_that_holds_a_page_less_is_no_block)
{
	arena_make(single_ram, NULL);
	arena_give(arena_take(MEMAREA_USER, 0), 0);
	CHECK_EQ(arena_take(MEMAREA_USER, 8), 256);
	CHECK_EQ(arena_take(MEMAREA_USER, 0), 128);
	arena_refuse_alloc(MEMAREA_USER, 7, PAGE_NO_MEMORY);
	CHECK_EQ(arena_take(MEMAREA_USER, 6), 192);
	arena_refuse_alloc(MEMAREA_USER, 6, PAGE_NO_MEMORY);
	arena_give(128, 0);
	arena_refuse_alloc(MEMAREA_USER, 7, PAGE_NO_MEMORY);
	CHECK_EQ(arena_take(MEMAREA_USER, 6), 128);
}

TEST(page_group_on_a_shelf_withholds_no_block)
{
	shelve(128, 136);
	CHECK_EQ(cache->shelves, 1U << 3);
	arena_refuse_alloc(MEMAREA_USER, 4, PAGE_NO_MEMORY);
	CHECK_EQ(arena_take(MEMAREA_USER, 1), 128);
	CHECK_EQ(cache->shelves, 1U << 2);
	arena_refuse_alloc(MEMAREA_USER, 3, PAGE_NO_MEMORY);
	CHECK_EQ(arena_take(MEMAREA_USER, 2), 132);
	CHECK_EQ(cache->shelves, 1U << 1);
	CHECK_EQ(arena_take(MEMAREA_USER, 1), 130);
	CHECK_EQ(cache->shelves, 0);
	CHECK_EQ(group(128)->order, 0);
	arena_refuse_alloc(MEMAREA_USER, 1, PAGE_NO_MEMORY);
	/* To a group that has nothing, to one on a shelf. */
	arena_give(132, 2);
	CHECK_EQ(cache->shelves, 1U << 2);
	arena_give(130, 1);
	arena_give(128, 1);
	CHECK_EQ(cache->shelves, 1U << 3);
	CHECK_EQ(group(128)->free, 0xff);
}

/* The last block of the current group makes it a block of the lists. */
TEST(page_group_that_is_current_takes_back_its_last_block)
{
	hold_one();
	for (unsigned order = 5; order > 0; order--)
		arena_take(MEMAREA_USER, order);
	CHECK_EQ(arena_take(MEMAREA_USER, 0), 129);
	arena_give(160, 5);
	arena_give(128, 0);
	arena_give(129, 0);
	CHECK_EQ(cache->count, 0);
	arena_give(130, 1);
	arena_give(136, 3);
	arena_give(132, 2);
	CHECK_EQ(cache->batch / PAGE_GROUP, 128 / PAGE_GROUP);
	CHECK_EQ(area->free_pages, 0);
	arena_give(144, 4);
	CHECK_EQ(cache->batch, PFN_LIMIT);
	CHECK_EQ(area->list[6].first, 128);
}

/* Of several shelves, the lowest that has such a block. */
TEST(page_group_that_holds_the_smallest_such_block_gives_it)
{
	shelve(128, 144);
	CHECK_EQ(cache->shelves, 1U << 4);
	arena_give(281, 0);
	arena_give(345, 0);
	CHECK_EQ(cache->batch, 336);
	CHECK_EQ(cache->shelves, 1U << 1 | 1U << 4);
	CHECK_EQ(arena_take(MEMAREA_USER, 1), 280);
	CHECK_EQ(cache->shelves, 1U << 0 | 1U << 4);
}

TEST(page_group_takes_back_what_is_freed_by_the_count)
{
	pfn_t first = 0;

	hold_one();
	CHECK_EQ(pages_alloc_exact(&arena.pages, MEMAREA_USER, 5, &first),
	         PAGE_OK);
	arena_whole();
	CHECK_EQ(first, 136);
	CHECK_EQ(page_cached(&arena.pages), PAGE_GROUP - 6);
	CHECK_EQ(arena_take(MEMAREA_USER, 1), 130);
	CHECK_EQ(pages_free_exact(&arena.pages, 137, 3), PAGE_OK);
	arena_whole();
	CHECK_EQ(page_cached(&arena.pages), PAGE_GROUP - 5);
	CHECK_EQ(pages_free_exact(&arena.pages, 130, 2), PAGE_OK);
	CHECK_EQ(pages_free_exact(&arena.pages, 136, 1), PAGE_OK);
	CHECK_EQ(pages_free_exact(&arena.pages, 140, 1), PAGE_OK);
	CHECK_EQ(pages_free_exact(&arena.pages, 128, 1), PAGE_OK);
	arena_whole();
	CHECK_EQ(arena_take(MEMAREA_USER, 6), 128);
}

TEST(page_group_takes_back_a_page_with_its_last_share)
{
	pfn_t first;

	arena_make(single_ram, NULL);
	first = arena_take(MEMAREA_USER, 0);
	CHECK_EQ(page_share(&arena.pages, first), PAGE_OK);
	arena_give(first, 0);
	CHECK_EQ(cache->count, PAGE_BATCH - 1);
	arena_give(first, 0);
	CHECK_EQ(cache->count, PAGE_BATCH);
	arena_refuse_free(first, 0, PAGE_IS_FREE);
	arena_refuse_free(first + PAGE_BATCH, 0, PAGE_IS_FREE);
	arena_refuse_free(first + PAGE_BATCH, 1, PAGE_IS_FREE);
}

/* The current group, shelves and stack; what is in use stays so. */
TEST(page_empty_caches_puts_all_onto_the_lists)
{
	shelve(128, 140);
	arena_give(193, 0);
	CHECK_EQ(page_cached(&arena.pages), PAGE_LONE + 13);
	page_empty_caches(&arena.pages);
	arena_whole();
	CHECK_EQ(page_cached(&arena.pages), 0);
	CHECK_EQ(cache->count, 0);
	CHECK_EQ(cache->shelves, 0);
	CHECK_EQ(cache->batch, PFN_LIMIT);
	CHECK_EQ(area->free_pages, PAGE_LONE + 13);
	CHECK_EQ(arena_blocks(AREA, 0), PAGE_LONE + 1);
	CHECK_EQ(arena_blocks(AREA, 1), 0);
	CHECK_EQ(area->list[2].first, 136);
	CHECK_EQ(area->list[3].first, 128);
	/* No group any more: a page joins its buddy on the list. */
	arena_give(217, 0);
	CHECK_EQ(area->list[1].first, 216);
	page_empty_caches(&arena.pages);
	arena_whole();
}
