/**
 * @file
 * Tests of lesson 5's lazy way: what is left in runs is free all the same,
 * and becomes the blocks that merge_runs() would have made.
 */
#include "kstring.h"
#include "marked_test.h"
#include "merge.h"
#include "occupy.h"
#include "test.h"

static struct machine *marked(struct memareas *areas)
{
	struct machine     *m = machine_new();
	struct occupy_fault fault;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(16), PAGES(75));
	machine_add_ram(m, PAGES(80), PAGES(94));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	memareas_init(areas, &m->array);
	CHECK_EQ(merge_lazily(&m->array, areas, 32), MERGE_ORDER);
	CHECK_EQ(occupy_mark(&m->array, areas, &m->occupants, &fault),
	         OCCUPY_OK);
	return m;
}

static void check_all(struct machine *m, struct memareas *areas)
{
	CHECK_TEXT(merge_check(&m->array, areas), NULL);
	CHECK_TEXT(occupy_check(&m->array, areas, &m->occupants), NULL);
	CHECK(machine_is_intact(m));
}

/*  page    16              64         75    80          94
 *  RAM     |--------------------------|     |-----------|
 *  from                    |
 *  blocks  |--16--|---32---|
 *  runs                    |----11----|     |----14-----|     */
TEST(merge_lazily_cuts_a_run_and_leaves_what_lies_above)
{
	struct memareas areas;
	struct machine *m = marked(&areas);

	CHECK_EQ(merge_lazily(&m->array, &areas, 64), MERGE_OK);
	check_all(m, &areas);
	CHECK_EQ(m->array.first_run, 80);
	CHECK(machine_page_is(m, 80, msadsc_make(MSADSC_RUN, 0, 14, 64)));
	CHECK(machine_page_is(m, 64, msadsc_make(MSADSC_RUN, 0, 11, 0)));
	CHECK_EQ(areas.area[0].orders, 0x30);
	CHECK_EQ(areas.area[0].free_pages, 48);
	CHECK_EQ(areas.area[0].run_pages, 25);
	CHECK_EQ(msadsc_find(&m->array, 93), 80);
	CHECK_EQ(msadsc_find(&m->array, 70), 64);
	CHECK_EQ(msadsc_find(&m->array, 77), 0);
	CHECK_EQ(msadsc_find(&m->array, 63), 32);
	CHECK_EQ(merge_lazily(&m->array, &areas, 64), MERGE_ORDER);
}

TEST(merge_lazily_merges_all_where_nothing_lies_above)
{
	struct memareas areas;
	struct machine *m = marked(&areas);

	CHECK_EQ(merge_lazily(&m->array, &areas, 96), MERGE_OK);
	check_all(m, &areas);
	CHECK_EQ(m->array.first_run, 0);
	CHECK_EQ(areas.area[0].run_pages, 0);
	CHECK_EQ(areas.area[0].free_pages, 73);
	CHECK(!merge_more(&m->array, &areas.area[0], 0));
}

/*  page    80                          94
 *  run     |---------------------------|      asked for order 2: two blocks,
 *  blocks  |------8------|---4--|--2---|      the end of the run first      */
TEST(merge_more_cuts_until_there_is_a_block_as_large)
{
	struct memareas areas;
	struct machine *m = marked(&areas);

	CHECK_EQ(merge_lazily(&m->array, &areas, 80), MERGE_OK);
	CHECK(merge_more(&m->array, &areas.area[0], 2));
	check_all(m, &areas);
	CHECK_EQ(areas.area[0].run_pages, 8);
	CHECK_EQ(msadsc_find(&m->array, 93), 92);
	CHECK_EQ(msadsc_find(&m->array, 91), 88);
	CHECK_EQ(msadsc_find(&m->array, 87), 80);
	CHECK(!merge_more(&m->array, &areas.area[0], 4));
	check_all(m, &areas);
	CHECK_EQ(areas.area[0].run_pages, 8);
	CHECK(merge_more(&m->array, &areas.area[0], 3));
	check_all(m, &areas);
	CHECK_EQ(areas.area[0].run_pages, 0);
}

/*  page  64        75     80           94
 *  runs  |---11----|      |-----14-----|     none holds 16, the lower one 8
 *                                            from 64 on, the upper from 80  */
TEST(merge_more_changes_nothing_where_no_run_is_as_large)
{
	struct memareas areas, before;
	struct msadsc   word[94];
	struct machine *m = marked(&areas);

	CHECK_EQ(merge_lazily(&m->array, &areas, 64), MERGE_OK);
	before = areas;
	memcpy(word, m->page, sizeof(word));
	for (unsigned order = 4; order < ORDERS; order++)
		CHECK(!merge_more(&m->array, &areas.area[0], order));
	CHECK(!merge_more(&m->array, &areas.area[1], 0));
	CHECK(memcmp(&areas, &before, sizeof(areas)) == 0);
	CHECK(memcmp(m->page, word, sizeof(word)) == 0);
	CHECK_EQ(m->array.first_run, 80);
	CHECK(merge_more(&m->array, &areas.area[0], 3));
	CHECK_EQ(areas.area[0].run_pages, 11);
	CHECK(merge_more(&m->array, &areas.area[0], 3));
	CHECK_EQ(areas.area[0].run_pages, 0);
	check_all(m, &areas);
}

/* Two pages side by side are no block of two where the first is odd. */
TEST(merge_more_knows_where_blocks_can_start)
{
	struct memareas areas;
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(16), PAGES(17));
	machine_add_ram(m, PAGES(81), PAGES(83));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	machine_mark(m, &areas);
	CHECK_EQ(merge_lazily(&m->array, &areas, 81), MERGE_OK);
	CHECK_EQ(areas.area[0].run_pages, 2);
	CHECK(!merge_more(&m->array, &areas.area[0], 1));
	CHECK(merge_more(&m->array, &areas.area[0], 0));
	CHECK_EQ(areas.area[0].run_pages, 1);
	check_all(m, &areas);
}

/* Whatever is left at first, the blocks are the same in the end. */
TEST(merge_more_makes_the_blocks_of_merge_runs)
{
	static const pfn_t from[] = { 8, 16, 32, 64, 72, 74, 80, 88, 92, 96 };
	const uint64_t     what = MSADSC_STATE | MSADSC_ORDER;
	struct memareas    areas, eager;
	struct msadsc      word[94];
	struct machine    *m = marked(&eager);

	CHECK_EQ(merge_runs(&m->array, &eager), MERGE_OK);
	memcpy(word, m->page, sizeof(word));
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		m = marked(&areas);
		CHECK_EQ(merge_lazily(&m->array, &areas, from[i]), MERGE_OK);
		check_all(m, &areas);
		while (merge_more(&m->array, &areas.area[0], 0))
			check_all(m, &areas);
		CHECK_EQ(areas.area[0].free_pages, 73);
		for (pfn_t pfn = 0; pfn < 94; pfn++)
			CHECK_EQ(m->page[pfn].word & what,
			         word[pfn].word & what);
	}
}

TEST(merge_check_sees_runs_that_nobody_counts)
{
	struct memareas areas;
	struct machine *m = marked(&areas);

	CHECK_EQ(merge_lazily(&m->array, &areas, 64), MERGE_OK);
	areas.area[0].run_pages--;
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "an area counts its pages that are left in runs");
	areas.area[0].run_pages++;
	m->array.first_run = 64;
	CHECK_TEXT(merge_check(&m->array, &areas), "each run is on the list");
}

static const char *check(const struct machine *m, const void *areas)
{
	return merge_check(&m->array, areas);
}

TEST(merge_check_sees_every_bit_that_flips_beside_runs)
{
	struct memareas areas;
	struct machine *m = marked(&areas);

	CHECK_EQ(merge_lazily(&m->array, &areas, 64), MERGE_OK);
	CHECK_EQ(machine_blind_bits(m, &areas, check), 0);
}

/*  page    81                     94       13 pages: 2, 4 and 4 from the end
 *  run     |----------------------|        on, then 2 and 1 */
TEST(merge_more_cuts_blocks_where_they_can_begin)
{
	static const pfn_t first[] = { 92, 88, 84, 82, 81 };
	struct memareas    areas;
	struct machine    *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(81), PAGES(94));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	machine_mark(m, &areas);
	CHECK_EQ(merge_lazily(&m->array, &areas, 64), MERGE_OK);
	for (unsigned i = 0; i < 5; i++) {
		CHECK(merge_more(&m->array, &areas.area[0], 0));
		CHECK_EQ(msadsc_find(&m->array, 93), 92);
		CHECK_EQ(msadsc_state(m->page[first[i]]), MSADSC_FREE);
		check_all(m, &areas);
	}
	CHECK(!merge_more(&m->array, &areas.area[0], 0));
	CHECK_EQ(areas.area[0].free_pages, 13);
}

/* Page 0 ends the list of runs, also where all of them are to be left. */
TEST(merge_lazily_leaves_all_where_the_only_area_begins)
{
	struct memareas areas;
	struct machine *m = marked(&areas);

	CHECK_EQ(merge_lazily(&m->array, &areas, 0), MERGE_OK);
	check_all(m, &areas);
	CHECK_EQ(m->array.first_run, 80);
	CHECK_EQ(areas.area[0].orders, 0);
	CHECK_EQ(areas.area[0].run_pages, 59 + 14);
	CHECK(merge_more(&m->array, &areas.area[0], 0));
	check_all(m, &areas);
}

/*  page    1                       8192  8200      8300       8317     8400
 *  RAM     |-------------------------|-----|         |----------|---------|
 *  runs    |-------- merged ---------|--8--|         |descriptors|---83---| */
TEST(merge_lazily_cuts_a_run_that_begins_at_page_1)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(8200));
	machine_add_ram(m, PAGES(8300), PAGES(8400));
	CHECK_EQ(machine_describe(m, PAGES(8300)), MSADSC_OK);
	machine_mark(m, &areas);
	CHECK_EQ(merge_lazily(&m->array, &areas, MEMAREA_KERNEL_BASE),
	         MERGE_OK);
	check_all(m, &areas);
	CHECK_EQ(areas.area[MEMAREA_KERNEL].run_pages, 8 + 83);
	CHECK_EQ(areas.area[MEMAREA_KERNEL].free_pages, 0);
	CHECK(machine_page_is(m, 8192, msadsc_make(MSADSC_RUN, 0, 8, 0)));
	CHECK(machine_page_is(m, 8317, msadsc_make(MSADSC_RUN, 0, 83, 8192)));
}

/*  page    1    2        600           602    640
 *  RAM     |----|         |-------------------|
 *  runs    |-1--|         |descriptors|--38---|     page 1 is the lowest */
TEST(merge_lazily_leaves_page_1_too)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(600), PAGES(640));
	CHECK_EQ(machine_describe(m, PAGES(600)), MSADSC_OK);
	machine_mark(m, &areas);
	CHECK_EQ(merge_lazily(&m->array, &areas, 0), MERGE_OK);
	check_all(m, &areas);
	CHECK_EQ(areas.area[0].run_pages, 1 + 38);
	CHECK_EQ(areas.area[0].free_pages, 0);
}
