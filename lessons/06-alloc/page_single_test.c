/**
 * @file
 * The machine of page_single_test.h.
 */
#include "page_single_test.h"
#include "test.h"

const struct arena_range single_ram[2] = { { FIRST, PAST }, { 0, 0 } };

struct page_cache *const cache = &arena.pages.cache[AREA];
struct memarea *const    area = &arena.areas.area[AREA];

struct page_group *group(pfn_t pfn)
{
	return &arena_groups[pfn / PAGE_GROUP];
}

void take_all(void)
{
	pfn_t    first;
	unsigned pages = 0;

	arena_make(single_ram, NULL);
	while (page_alloc(&arena.pages, MEMAREA_USER, 0, &first) == PAGE_OK)
		pages++;
	CHECK_EQ(pages, ALL);
	CHECK_EQ(cache->count, 0);
	CHECK_EQ(cache->shelves, 0);
	arena_whole();
}

void give_range(pfn_t first, pfn_t past)
{
	for (; first < past; first++)
		arena_give(first, 0);
}

void fill_stack(void)
{
	take_all();
	for (unsigned i = 0; i < PAGE_LONE; i++)
		arena_give(216 + i / 16 * PAGE_GROUP + i % 16 * 2, 0);
	CHECK_EQ(cache->count, PAGE_LONE);
	CHECK_EQ(page_cached(&arena.pages), PAGE_LONE);
	CHECK_EQ(cache->shelves, 0);
	CHECK_EQ(cache->batch, 496);
}

void shelve(pfn_t first, pfn_t past)
{
	fill_stack();
	give_range(first, past);
	CHECK_EQ(cache->batch, 496);
	CHECK_EQ(cache->count, PAGE_LONE);
}

void hold_one(void)
{
	pfn_t first;

	arena_make(single_ram, NULL);
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
