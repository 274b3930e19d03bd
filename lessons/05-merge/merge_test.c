/**
 * @file
 * Tests of lesson 5.  A picture is the specification: one column is a page.
 */
#include "kstring.h"
#include "marked_test.h"
#include "merge.h"
#include "occupy.h"
#include "test.h"

/* Mark what is in the table, merge, and demand that all holds. */
static void merge(struct machine *m, struct memareas *areas)
{

	machine_mark(m, areas);
	CHECK_EQ(merge_runs(&m->array, areas), MERGE_OK);
	CHECK_EQ(m->array.phase, MSADSC_MERGED);
	CHECK_EQ(m->array.first_run, 0);
	CHECK_TEXT(merge_check(&m->array, areas), NULL);
	CHECK_TEXT(memareas_check(areas, &m->array), NULL);
	CHECK_TEXT(occupy_check(&m->array, areas, &m->occupants), NULL);
	CHECK(machine_is_intact(m));
}

/* That list @order of @area holds these @count blocks, in this order. */
static void check_list(const struct machine *m, const struct memarea *area,
                       unsigned order, const pfn_t *block, unsigned count)
{
	pfn_t pfn = area->list[order].first;

	CHECK_EQ(free_list_blocks(&area->list[order], m->array.page), count);
	CHECK_EQ(area->orders >> order & 1, count != 0);
	for (unsigned i = 0; i < count; i++) {
		pfn_t previous = i == 0 ? 0 : block[i - 1];
		pfn_t next = i + 1 == count ? 0 : block[i + 1];

		CHECK_EQ(pfn, block[i]);
		CHECK(machine_page_is(
			m, pfn,
			msadsc_make(MSADSC_FREE, order, previous, next)));
		pfn = next;
	}
}

/* The course's example, from frame 16 on.
 *
 *  page      0  1  2  3  4  5  6  7  8  9 10 11 12 13 14
 *  free    |-----------------------------|  |--|     |--|
 *  blocks  |-----------8-----------|--2--|  |1-|     |1-|     */
TEST(merge_makes_blocks_of_8_2_1_1_of_the_course_example)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(16), PAGES(31));
	machine_add(m, PAGES(26), PAGES(27), OCCUPANT_LOADED, "a");
	machine_add(m, PAGES(28), PAGES(30), OCCUPANT_LOADED, "b");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	merge(m, &areas);
	check_list(m, &areas.area[0], 0, (const pfn_t[]){ 27, 30 }, 2);
	check_list(m, &areas.area[0], 1, (const pfn_t[]){ 24 }, 1);
	check_list(m, &areas.area[0], 3, (const pfn_t[]){ 16 }, 1);
	CHECK_EQ(areas.area[0].orders, 0xb);
	CHECK_EQ(areas.area[0].free_pages, 12);
	CHECK_EQ(areas.area[0].occupied_pages, 4);
}

/*  page    33             40             48             55
 *  run     |-------------------------------------------|
 *  blocks  |1-|--2--|--4--|------8-------|--4--|--2--|1-|    */
TEST(merge_climbs_and_descends_in_a_run_that_is_not_aligned)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(33), PAGES(55));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	merge(m, &areas);
	check_list(m, &areas.area[0], 0, (const pfn_t[]){ 33, 54 }, 2);
	check_list(m, &areas.area[0], 1, (const pfn_t[]){ 34, 52 }, 2);
	check_list(m, &areas.area[0], 2, (const pfn_t[]){ 36, 48 }, 2);
	check_list(m, &areas.area[0], 3, (const pfn_t[]){ 40 }, 1);
}

/*  area            hardware | kernel
 *  page      8184         8192        8201
 *  run         |-----------------------|
 *  blocks      |-----8------|-----8----|1|       one block of 16 pages
 *                                                would cross the bound  */
TEST(merge_cuts_a_run_at_the_bound_of_areas)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(18));
	machine_add_ram(m, PAGES(8184), PAGES(8201));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	merge(m, &areas);
	check_list(m, &areas.area[0], 0, NULL, 0);
	check_list(m, &areas.area[0], 3, (const pfn_t[]){ 8184 }, 1);
	check_list(m, &areas.area[1], 3, (const pfn_t[]){ 8192 }, 1);
	check_list(m, &areas.area[1], 0, (const pfn_t[]){ 8200 }, 1);
	CHECK_EQ(areas.area[0].free_pages, 8);
	CHECK_EQ(areas.area[1].free_pages, 9);
	CHECK_EQ(areas.area[2].free_pages, 0);
}

TEST(merge_of_a_machine_without_a_free_page_leaves_empty_lists)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(16), PAGES(48), OCCUPANT_LOADED, "all");
	merge(m, &areas);
	CHECK_EQ(areas.area[0].orders, 0);
	CHECK_EQ(areas.area[0].free_pages, 0);
}

TEST(merge_before_occupy_or_twice_is_refused_and_changes_nothing)
{
	struct machine     *m = machine_of_32_pages();
	struct machine_copy before;
	struct memareas     areas, same;

	memareas_init(&areas, &m->array);
	memcpy(&same, &areas, sizeof(areas));
	machine_remember(m, &before);
	CHECK_EQ(merge_runs(&m->array, &areas), MERGE_ORDER);
	CHECK(machine_is(m, &before));
	CHECK(memcmp(&same, &areas, sizeof(areas)) == 0);

	merge(m, &areas);
	memcpy(&same, &areas, sizeof(areas));
	machine_remember(m, &before);
	CHECK_EQ(merge_runs(&m->array, &areas), MERGE_ORDER);
	CHECK(machine_is(m, &before));
	CHECK(memcmp(&same, &areas, sizeof(areas)) == 0);
}

TEST(merge_and_mark_out_of_turn_are_refused)
{
	struct machine     *m = machine_of_32_pages();
	struct machine_copy before;
	struct memareas     areas;
	struct occupy_fault fault;

	merge(m, &areas);
	machine_remember(m, &before);
	CHECK_EQ(occupy_mark(&m->array, &areas, &m->occupants, &fault),
	         OCCUPY_ORDER);
	CHECK(machine_is(m, &before));
}

TEST(merge_leaves_the_first_frame_of_its_block_to_find_each_page)
{
	static const pfn_t block[] = { 0,  1,  0,  16, 16, 16, 16,
		                       20, 20, 22, 23, 24, 24, 24,
		                       24, 24, 24, 24, 24, 0,  0 };
	static const pfn_t page[] = { 0,  1,  2,  16, 17, 18, 19,
		                      20, 21, 22, 23, 24, 25, 26,
		                      27, 28, 29, 30, 31, 32, PFN_LIMIT };
	struct machine    *m = machine_new();
	struct memareas    areas;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(16), PAGES(32));
	machine_add(m, PAGES(23), PAGES(24), OCCUPANT_LOADED, "it");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	merge(m, &areas);
	for (size_t i = 0; i < sizeof(page) / sizeof(page[0]); i++)
		CHECK_EQ(msadsc_find(&m->array, page[i]), block[i]);
}

/* Blocks of one page at 17, 19, 21: taken off from every place. */
TEST(free_list_gives_up_its_first_middle_and_last_block)
{
	struct msadsc     page[32] = { 0 };
	struct memarea    area = { .end = 32 };
	const pfn_t       gone[] = { 19, 21, 17 };
	const uint64_t    left = sizeof(gone) / sizeof(gone[0]);
	struct free_list *list = &area.list[0];

	for (pfn_t pfn = 21; pfn >= 17; pfn -= 2)
		free_list_push(&area, page, pfn, 0);
	CHECK_EQ(area.free_pages, 3);
	for (uint64_t i = 0; i < left; i++) {
		CHECK_EQ(free_list_blocks(list, page), left - i);
		CHECK_EQ(area.orders, 1);
		free_list_remove(&area, page, gone[i]);
		page[gone[i]].word = 0;
		if (i == 0) {
			CHECK_EQ(list->first, 17);
			CHECK_EQ(msadsc_high(page[17]), 21);
			CHECK_EQ(msadsc_low(page[21]), 17);
		}
		if (i == 1)
			CHECK_EQ(page[17].word,
			         msadsc_make(MSADSC_FREE, 0, 0, 0).word);
	}
	CHECK_EQ(list->first, 0);
	CHECK_EQ(area.orders, 0);
	CHECK_EQ(area.free_pages, 0);
}
