/**
 * @file
 * Tests of lesson 6, single pages: groups and their shelves.
 */
#include "page_single_test.h"
#include "test.h"

TEST(page_group_is_a_block_that_is_given_out_page_by_page)
{
	arena_make(single_ram, NULL);
	arena_keep();
	CHECK_EQ(area->free_pages, ALL);
	CHECK_EQ(arena_take(MEMAREA_USER, 0), 128);
	CHECK_EQ(area->free_pages, ALL - PAGE_GROUP);
	CHECK_EQ(arena_blocks(AREA, 6), 1);
	CHECK_EQ(page_cached(&arena.pages), PAGE_GROUP - 1);
	CHECK_EQ(cache->count, PAGE_BATCH - 1);
	CHECK_EQ(cache->batch, 128);
	CHECK_EQ(group(128)->free, UINT64_MAX << PAGE_BATCH);
	CHECK_EQ(arena.array.page[129].word, MSADSC_CACHED);
	CHECK_EQ(arena.array.page[191].word, MSADSC_GROUPED);
	arena_give(128, 0);
	CHECK_EQ(page_cached(&arena.pages), PAGE_GROUP);
	page_empty_caches(&arena.pages);
	arena_whole();
	CHECK_EQ(page_cached(&arena.pages), 0);
	CHECK(arena_lists_are_as_kept());
}

TEST(page_freed_last_is_given_out_first)
{
	static const struct arena_range kernel[] = {
		{ MEMAREA_KERNEL_BASE, MEMAREA_KERNEL_BASE + 192 }, { 0, 0 }
	};
	pfn_t a, b;

	arena_make(kernel, NULL);
	a = arena_take(MEMAREA_KERNEL, 0);
	b = arena_take(MEMAREA_KERNEL, 0);
	CHECK_EQ(a, MEMAREA_KERNEL_BASE + 64);
	arena_give(a, 0);
	arena_give(b, 0);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 0), b);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 0), a);
}

/* A group is used up before another block becomes one. */
TEST(page_group_gives_all_of_its_pages_first)
{
	bool seen[PAGE_GROUP] = { false };

	arena_make(single_ram, NULL);
	for (unsigned i = 0; i < PAGE_GROUP; i++) {
		pfn_t pfn = arena_take(MEMAREA_KERNEL, 0);

		CHECK_EQ(pfn / PAGE_GROUP, 128 / PAGE_GROUP);
		CHECK(!seen[pfn % PAGE_GROUP]);
		seen[pfn % PAGE_GROUP] = true;
	}
	CHECK_EQ(group(128)->free, 0);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 0), 192);
	CHECK_EQ(group(128)->order, 0);
}

/* Small blocks are given out page by page when no larger one is left. */
TEST(page_group_leaves_small_blocks_for_the_end)
{
	pfn_t first = 0;

	arena_make(single_ram, NULL);
	for (unsigned i = 0; i < 6 * PAGE_GROUP; i++)
		CHECK(arena_take(MEMAREA_KERNEL, 0) >= 128);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 0), 66);
	CHECK_EQ(cache->count, 0);
	arena_give(66, 0);
	CHECK_EQ(cache->count, 0);
	CHECK_EQ(arena_blocks(AREA, 1), 1);
	CHECK_EQ(area->list[1].first, 66);
	for (unsigned i = 0; i < 62; i++)
		CHECK_EQ(page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &first),
		         PAGE_OK);
	arena_refuse_alloc(MEMAREA_USER, 0, PAGE_NO_MEMORY);
	for (pfn_t pfn = 66; pfn < 128; pfn++)
		arena_give(pfn, 0);
	CHECK_EQ(cache->count, 0);
	CHECK_EQ(arena_take(MEMAREA_KERNEL, 5), 96);
}

/* Nobody frees what the allocator keeps for itself. */
TEST(page_group_memory_is_occupied)
{
	uint64_t occupied;

	arena_make(single_ram, NULL);
	CHECK(arena.pages.group == arena_groups);
	CHECK_EQ(arena.pages.grouped, PAST);
	CHECK_EQ(page_own(&arena.pages), 1);
	occupied = area->occupied_pages;
	CHECK_EQ(occupied, 2);
	arena_refuse_free(65, 0, PAGE_OCCUPIED);
	CHECK_EQ(pages_free_exact(&arena.pages, 65, 1), PAGE_OCCUPIED);
	CHECK_EQ(page_share(&arena.pages, 65), PAGE_OCCUPIED);
	CHECK_EQ(area->occupied_pages, occupied);
}

/* 62 pages in blocks of up to 32: a group would never be. */
TEST(page_group_is_not_where_no_block_is_large_enough)
{
	static const struct arena_range small[] = { { 64, 128 }, { 0, 0 } };
	pfn_t                           page[63];

	arena_make(small, NULL);
	CHECK_EQ(arena.pages.grouped, 0);
	arena_keep();
	for (unsigned i = 0; i < 63; i++)
		page[i] = arena_take(MEMAREA_USER, 0);
	for (unsigned i = 0; i < 63; i++)
		arena_give(page[i * 11 % 63], 0);
	CHECK_EQ(page_cached(&arena.pages), 0);
	CHECK(arena_lists_are_as_kept());
}

/* On the stack is no room.  130 goes to shelf 0, and 131 makes a block of two;
 * each block that is larger moves the group on. */
TEST(page_group_moves_up_the_shelves_and_becomes_a_block)
{
	shelve(130, 132);
	CHECK_EQ(cache->shelves, 1U << 1);
	CHECK_EQ(group(128)->free, 0xc);
	arena_give(132, 0);
	arena_give(133, 0);
	CHECK_EQ(cache->shelves, 1U << 1);
	arena_give(134, 0);
	CHECK_EQ(cache->shelves, 1U << 1);
	arena_give(135, 0);
	CHECK_EQ(cache->shelves, 1U << 2);
	arena_give(128, 0);
	CHECK_EQ(cache->shelves, 1U << 2);
	arena_give(129, 0);
	CHECK_EQ(cache->shelves, 1U << 3);
	give_range(144, 160);
	CHECK_EQ(cache->shelves, 1U << 4);
	give_range(136, 144);
	CHECK_EQ(cache->shelves, 1U << 5);
	CHECK_EQ(group(128)->free, 0xffffffff);
	give_range(161, 192);
	CHECK_EQ(cache->shelves, 1U << 5);
	CHECK_EQ(area->free_pages, 0);
	arena_give(160, 0);
	CHECK_EQ(cache->shelves, 0);
	CHECK_EQ(area->list[6].first, 128);
	CHECK_EQ(group(128)->want, 0);
	CHECK_EQ(page_cached(&arena.pages), PAGE_LONE);
}

/* The stack has no room, and no group is the current one: who then frees two
 * neighbours, 128 and 129, makes their group the current one.  That waits until
 * all of it is free. */
TEST(page_group_that_is_current_becomes_a_block)
{
	fill_stack();
	give_range(448, 512);
	CHECK_EQ(cache->batch, PFN_LIMIT);
	CHECK_EQ(area->list[6].first, 448);
	arena_give(128, 0);
	CHECK_EQ(cache->shelves, 1U << 0);
	arena_give(129, 0);
	CHECK_EQ(cache->shelves, 0);
	CHECK_EQ(cache->batch, 128);
	give_range(131, 192);
	CHECK_EQ(cache->shelves, 0);
	CHECK_EQ(area->free_pages, 64);
	arena_give(130, 0);
	CHECK_EQ(cache->batch, PFN_LIMIT);
	CHECK_EQ(area->list[6].first, 128);
	CHECK_EQ(area->free_pages, 128);
}

/* The same where a group is the current one of which all is free, a batch of
 * it on the stack; and not where a page of it is in use. */
TEST(page_group_that_is_free_is_followed_by_another)
{
	for (unsigned used = 0; used < 2; used++) {
		fill_stack();
		for (unsigned i = 0; i < PAGE_BATCH; i++)
			arena_take(MEMAREA_USER, 0);
		give_range(464, 512);
		give_range(448 + used, 464);
		CHECK_EQ(cache->batch, 464);
		CHECK_EQ(cache->batch / PAGE_GROUP, 448 / PAGE_GROUP);
		CHECK_EQ(cache->count, PAGE_LONE);
		CHECK_EQ(area->free_pages, 0);
		give_range(128, 130);
		CHECK_EQ(cache->batch == 128, used == 0);
		CHECK_EQ(area->list[6].first, used == 0 ? 448 : 0);
		CHECK_EQ(cache->shelves, used == 0 ? 0 : 1U << 1);
	}
}

/* 128 is a block of the lists.  All of 192 is free, too, and it is the current
 * group, until 281 meets its buddy on the stack. */
TEST(page_group_that_is_free_joins_its_buddies)
{
	shelve(128, 192);
	CHECK_EQ(area->list[6].first, 128);
	give_range(192, 216);
	for (pfn_t pfn = 217; pfn < 248; pfn += 2)
		arena_give(pfn, 0);
	give_range(248, 256);
	CHECK_EQ(cache->batch / PAGE_GROUP, 192 / PAGE_GROUP);
	CHECK_EQ(area->list[7].first, 0);
	arena_give(281, 0);
	CHECK_EQ(area->list[6].first, 0);
	CHECK_EQ(area->list[7].first, 128);
	CHECK_EQ(arena_take(MEMAREA_USER, 7), 128);
}

/* A stack that is empty is filled with lone pages, then by the fullest group. */
TEST(page_group_that_is_fullest_is_used_up_first)
{
	fill_stack();
	for (pfn_t pfn = 129; pfn < 192; pfn += 16)
		arena_give(pfn, 0);
	give_range(192, 200);
	CHECK_EQ(cache->shelves, 1U << 0 | 1U << 3);
	for (unsigned i = 0; i < PAGE_LONE; i++)
		arena_take(MEMAREA_USER, 0);
	CHECK_EQ(cache->count, 0);
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(arena_take(MEMAREA_USER, 0) % 16, 1);
	CHECK_EQ(cache->shelves, 1U << 3);
	CHECK_EQ(cache->batch, PFN_LIMIT);
	for (pfn_t pfn = 192; pfn < 200; pfn++)
		CHECK_EQ(arena_take(MEMAREA_USER, 0), pfn);
	CHECK_EQ(cache->shelves, 0);
	arena_refuse_alloc(MEMAREA_USER, 0, PAGE_NO_MEMORY);
}

/* Lone pages come from as many groups as are needed for a batch. */
TEST(page_group_after_group_fills_the_stack)
{
	fill_stack();
	for (pfn_t pfn = 128; pfn < 208; pfn += 12)
		arena_give(pfn, 0);
	CHECK_EQ(cache->shelves, 1U << 0);
	CHECK_EQ(group(128)->next, 0);
	CHECK_EQ(group(192)->next, 128 / PAGE_GROUP);
	for (unsigned i = 0; i < PAGE_LONE; i++)
		arena_take(MEMAREA_USER, 0);
	arena_take(MEMAREA_USER, 0);
	CHECK_EQ(cache->count, 6);
	CHECK_EQ(cache->shelves, 0);
}

/* A batch of lone pages is enough: the second group stays on its shelf. */
TEST(page_group_fills_the_stack_with_a_batch)
{
	fill_stack();
	arena_give(192, 0);
	for (pfn_t pfn = 128; pfn < 128 + 2 * PAGE_BATCH; pfn += 2)
		arena_give(pfn, 0);
	arena_give(194, 0);
	CHECK_EQ(cache->shelf[0], 128 / PAGE_GROUP);
	CHECK_EQ(group(128)->next, 192 / PAGE_GROUP);
	for (unsigned i = 0; i < PAGE_LONE + 1; i++)
		arena_take(MEMAREA_USER, 0);
	CHECK_EQ(cache->count, PAGE_BATCH - 1);
	CHECK_EQ(cache->shelf[0], 192 / PAGE_GROUP);
	CHECK_EQ(group(192)->free, 5);
	CHECK_EQ(group(192)->before, 0);
}

/* The one block of 64 pages becomes less than that by what is known of groups:
 * then there are none. */
TEST(page_group_that_would_cost_its_block_is_not_made)
{
	static const struct arena_range high[] = {
		{ MEMAREA_KERNEL_BASE, MEMAREA_KERNEL_BASE + 17 },
		{ MEMAREA_KERNEL_BASE + 64, MEMAREA_KERNEL_BASE + 128 },
		{ 0, 0 }
	};
	struct memarea *kernel = &arena.areas.area[MEMAREA_KERNEL];

	arena_make(high, NULL);
	CHECK_EQ(arena.pages.grouped, 0);
	CHECK_EQ(kernel->free_pages, 64);
	CHECK_EQ(kernel->list[6].first, MEMAREA_KERNEL_BASE + 64);
	CHECK_EQ(kernel->occupied_pages, 17);
}
