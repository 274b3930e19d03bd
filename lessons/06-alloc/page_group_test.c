/**
 * @file
 * Tests of lesson 6, single pages: groups, shelves and the stack in front.
 *
 * Their machine has 448 pages from frame 64 on.  The first holds descriptors,
 * the second groups; the blocks of 64 pages or more are 128 (of 128 pages) and
 * 256 (of 256), which are six groups: 128, 192, ... 448.
 */
#include "page_arena_test.h"
#include "test.h"

#define FIRST 64
#define PAST  512
#define ALL   (PAST - FIRST - 2) /* pages that can be given out */
#define AREA  MEMAREA_HARDWARE

static const struct arena_range ram[] = { { FIRST, PAST }, { 0, 0 } };

static struct page_cache *const cache = &arena.pages.cache[AREA];
static struct memarea *const    area = &arena.areas.area[AREA];

static struct page_group *group(pfn_t pfn)
{
	return &arena_groups[pfn / PAGE_GROUP];
}

/* All is in use, page by page. */
static void take_all(void)
{
	pfn_t    first;
	unsigned pages = 0;

	arena_make(ram, NULL);
	while (page_alloc(&arena.pages, MEMAREA_USER, 0, &first) == PAGE_OK)
		pages++;
	CHECK_EQ(pages, ALL);
	CHECK_EQ(cache->count, 0);
	CHECK_EQ(cache->shelves, 0);
	arena_whole();
}

static void give_range(pfn_t first, pfn_t past)
{
	for (; first < past; first++)
		arena_give(first, 0);
}

/* All is in use, but on the stack are as many lone pages as may be, sixteen of
 * each of four groups: 216 to 246, 280 to 310, 344 to 374 and 408 to 438, the
 * even ones.  The current group is 448, and the batch 496: they came last. */
static void fill_stack(void)
{
	take_all();
	for (unsigned i = 0; i < PAGE_LONE; i++)
		arena_give(216 + i / 16 * PAGE_GROUP + i % 16 * 2, 0);
	CHECK_EQ(cache->count, PAGE_LONE);
	CHECK_EQ(page_cached(&arena.pages), PAGE_LONE);
	CHECK_EQ(cache->shelves, 0);
	CHECK_EQ(cache->batch, 496);
}

/* The same, and of group 128 the pages of [first, past), which is two or more:
 * as the stack has no room, they are on a shelf. */
static void shelve(pfn_t first, pfn_t past)
{
	fill_stack();
	give_range(first, past);
	CHECK_EQ(cache->batch, 496);
	CHECK_EQ(cache->count, PAGE_LONE);
}

TEST(page_group_is_a_block_that_is_given_out_page_by_page)
{
	arena_make(ram, NULL);
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

	arena_make(ram, NULL);
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

	arena_make(ram, NULL);
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

	arena_make(ram, NULL);
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

/* --- Nothing is lost ----------------------------------------------------- */

/* The lists are empty.  Of group 128 all is free but page 128: 129 to 143 are
 * on the stack, 144 to 191 are not. */
static void hold_one(void)
{
	pfn_t first;

	arena_make(ram, NULL);
	CHECK_EQ(arena_take(MEMAREA_USER, 0), 128);
	for (unsigned order = 8; order > 0; order--)
		while (area->orders >> order != 0)
			CHECK_EQ(page_alloc(&arena.pages, MEMAREA_USER, order,
			                    &first),
			         PAGE_OK);
	CHECK_EQ(area->free_pages, 0);
	CHECK_EQ(page_cached(&arena.pages), PAGE_GROUP - 1);
	arena_whole();
}

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

	arena_make(ram, NULL);
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
	arena_make(ram, NULL);
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

	arena_make(ram, NULL);
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
	arena_make(ram, NULL);
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

	arena_make(ram, NULL);
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

/* --- What is explained, and what is checked ------------------------------ */

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

	arena_make(ram, NULL);
	group(320)->at = PAGE_GROUP - 1;
	BROKEN(group(320)->want, 1, own);
	group(320)->at = 0;
	CHECK_EQ(arena_take(MEMAREA_USER, 8), 256);
	group(320)->at = PAGE_GROUP - 1;
	BROKEN(group(320)->want, 1, own);
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

/* All of it is free, so it had to become a block. */
TEST(page_alloc_check_sees_a_group_that_should_be_a_block)
{
	pfn_t first;

	arena_make(ram, NULL);
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

	arena_make(ram, NULL);
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
