/**
 * @file
 * Tests of lesson 4.  A picture is the specification: one column is a page;
 * each machine has its descriptors in page 1, and RAM in pages 16 to 47.
 */
#include "kstring.h"
#include "machine_test.h"
#include "occupy.h"
#include "test.h"

/* Mark, and demand that it works and that all holds. */
static void mark(struct machine *m, struct memareas *areas)
{
	struct occupy_fault fault;

	memareas_init(areas, &m->array);
	CHECK_EQ(occupy_mark(&m->array, areas, &m->occupants, &fault),
	         OCCUPY_OK);
	CHECK(fault.name == NULL && fault.other == NULL && fault.pfn == 0);
	CHECK_EQ(m->array.phase, MSADSC_MARKED);
	CHECK_TEXT(occupy_check(&m->array, areas, &m->occupants), NULL);
	CHECK(machine_is_intact(m));
}

/* Frames [base, end) are one run, linked to the run @below. */
static void check_run(const struct machine *m, pfn_t base, pfn_t end,
                      pfn_t below)
{
	CHECK(machine_page_is(m, base,
	                      msadsc_make(MSADSC_RUN, 0, end - base, below)));
}

/* The block of 2^order pages at @pfn is marked for @entry of the table. */
static void check_block(const struct machine *m, pfn_t pfn, unsigned order,
                        uint32_t entry)
{
	pfn_t past = pfn + (UINT64_C(1) << order);

	CHECK(machine_page_is(m, pfn,
	                      msadsc_twice(MSADSC_OCCUPIED, order, entry + 1)));
	for (pfn_t page = pfn; page < past; page++)
		CHECK_EQ(msadsc_find(&m->array, page), pfn);
}

/*  page  1   2        16        20                   48
 *  RAM   |---|        |-----------------------------|
 *  cut                |---------|                            */
TEST(occupy_cuts_the_first_pages_of_a_run)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(16), PAGES(20), OCCUPANT_LOADED, "it");
	mark(m, &areas);
	CHECK_EQ(m->array.first_run, 20);
	check_run(m, 20, 48, 0);
	check_block(m, 1, 0, 0);
	check_block(m, 16, 2, 1);
	CHECK_EQ(areas.area[MEMAREA_HARDWARE].occupied_pages, 5);
	CHECK_EQ(occupy_pages(&m->array, &m->occupants, 1), 4);
}

/*  RAM   |---|        |-----------------------------|
 *  cut                          |----|                       */
TEST(occupy_cuts_the_middle_of_a_run)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(20), PAGES(22), OCCUPANT_LOADED, "it");
	mark(m, &areas);
	CHECK_EQ(m->array.first_run, 22);
	check_run(m, 22, 48, 16);
	check_run(m, 16, 20, 0);
	check_block(m, 20, 1, 1);
}

/*  RAM   |---|        |-----------------------------|
 *  cut                                            |-|        */
TEST(occupy_cuts_the_last_page_of_a_run)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(47), PAGES(48), OCCUPANT_LOADED, "it");
	mark(m, &areas);
	CHECK_EQ(m->array.first_run, 16);
	check_run(m, 16, 47, 0);
	check_block(m, 47, 0, 1);
}

/*  page     21 22    24            32            40    44 45
 *  blocks   |1|--2--|------8------|------8------|--4--|1|    */
TEST(occupy_marks_blocks_as_large_as_their_places_allow)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(21), PAGES(45), OCCUPANT_LOADED, "it");
	mark(m, &areas);
	check_run(m, 45, 48, 16);
	check_run(m, 16, 21, 0);
	check_block(m, 21, 0, 1);
	check_block(m, 22, 1, 1);
	check_block(m, 24, 3, 1);
	check_block(m, 32, 3, 1);
	check_block(m, 40, 2, 1);
	check_block(m, 44, 0, 1);
	CHECK_EQ(occupy_pages(&m->array, &m->occupants, 1), 24);
	CHECK_EQ(areas.area[MEMAREA_HARDWARE].occupied_pages, 25);
}

/*  RAM   |---|        |-----------------------------|
 *  cut              |-----------------------------------|    */
TEST(occupy_takes_a_whole_run_and_passes_over_what_is_not_ram)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(14), PAGES(60), OCCUPANT_LOADED, "it");
	machine_add(m, 0 - PAGES(2), UINT64_MAX, OCCUPANT_LOADED, "high");
	mark(m, &areas);
	CHECK_EQ(m->array.first_run, 0);
	CHECK_EQ(areas.area[MEMAREA_HARDWARE].occupied_pages, 33);
	CHECK_EQ(occupy_pages(&m->array, &m->occupants, 1), 32);
	CHECK_EQ(occupy_pages(&m->array, &m->occupants, 2), 0);
	CHECK(machine_page_is(m, 15, (struct msadsc){ 0 }));
}

/*  page   1  2     4       8     10    12      16
 *  RAM    |--|     |-------|     |-----|       |-------|
 *  cut                  |---------------------------|        */
TEST(occupy_cuts_several_runs_at_once)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(4), PAGES(8));
	machine_add_ram(m, PAGES(10), PAGES(12));
	machine_add_ram(m, PAGES(16), PAGES(20));
	machine_add(m, PAGES(6), PAGES(18), OCCUPANT_LOADED, "it");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	mark(m, &areas);
	CHECK_EQ(m->array.first_run, 18);
	check_run(m, 18, 20, 4);
	check_run(m, 4, 6, 0);
	CHECK_EQ(occupy_pages(&m->array, &m->occupants, 1), 6);
}

/*  bytes       20.5 pages    22 pages and 1 byte
 *  cut        |-------------------|                          */
TEST(occupy_rounds_outward)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(20) + 2048, PAGES(22) + 1, OCCUPANT_LOADED, "it");
	mark(m, &areas);
	check_run(m, 23, 48, 16);
	check_run(m, 16, 20, 0);
}

TEST(occupy_marks_page_0_for_whoever_lies_there_or_for_nobody)
{
	for (uint32_t owners = 0; owners < 2; owners++) {
		struct machine *m = machine_new();
		struct memareas areas;

		machine_add_ram(m, 0, PAGES(9));
		if (owners == 1)
			machine_add(m, 0, PAGES(1), OCCUPANT_FIRMWARE, "low");
		CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
		mark(m, &areas);
		CHECK(machine_page_is(
			m, 0, msadsc_twice(MSADSC_OCCUPIED, 0, owners)));
		CHECK_EQ(areas.area[MEMAREA_HARDWARE].occupied_pages, 2);
		CHECK_EQ(m->array.first_run, 2);
	}
}

/* Page 0 is in no run: nothing but its own word can say who is there. */
TEST(occupy_gives_page_0_to_the_first_of_those_who_lie_there)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, 0, PAGES(9));
	machine_add(m, 0, 100, OCCUPANT_FIRMWARE, "low");
	machine_add(m, 200, PAGES(3), OCCUPANT_LOADED, "loader");
	CHECK_EQ(machine_describe(m, PAGES(3)), MSADSC_OK);
	mark(m, &areas);
	CHECK(machine_page_is(m, 0, msadsc_twice(MSADSC_OCCUPIED, 0, 1)));
	check_block(m, 1, 0, 1);
	CHECK_EQ(areas.area[MEMAREA_HARDWARE].occupied_pages, 4);
}

/* Firmware's low memory holds the loader's information; two modules meet
 * inside page 20, which is the first one's. */
TEST(occupy_marks_a_page_that_neighbours_share_once)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(16), PAGES(19), OCCUPANT_FIRMWARE, "firmware");
	machine_add(m, PAGES(17) + 8, PAGES(20) + 8, OCCUPANT_LOADED, "one");
	machine_add(m, PAGES(20) + 8, PAGES(21), OCCUPANT_LOADED, "two");
	mark(m, &areas);
	CHECK_EQ(areas.area[MEMAREA_HARDWARE].occupied_pages, 6);
	check_block(m, 16, 1, 1);
	check_block(m, 18, 0, 1);
	check_block(m, 19, 0, 2);
	check_block(m, 20, 0, 2);
	CHECK_EQ(occupy_pages(&m->array, &m->occupants, 3), 0);
}

/* Two occupants, the first in bytes [0, end) of page 20 and after, and who
 * may share that page with whom. */
TEST(occupy_refuses_two_who_may_not_share_and_changes_nothing)
{
	enum { F = OCCUPANT_FIRMWARE, L = OCCUPANT_LOADED, O = OCCUPANT_OWN };
	static const struct {
		int                a, b;
		paddr_t            a_end, b_base;
		enum occupy_status status;
	} row[] = {
		{ L, L, 100, 100, OCCUPY_OK },    /* a page, but no byte */
		{ L, L, 101, 100, OCCUPY_TWICE }, /* one byte */
		{ F, L, 101, 100, OCCUPY_OK },    /* it holds the loader's */
		{ L, F, 101, 100, OCCUPY_OK },
		{ F, F, 101, 100, OCCUPY_OK },
		{ O, O, 100, 100, OCCUPY_TWICE }, /* pages of its own */
		{ O, L, 100, 4095, OCCUPY_TWICE },
		{ L, O, 100, 4095, OCCUPY_TWICE },
		{ F, O, 100, 4095, OCCUPY_TWICE },
		{ O, F, 100, 4095, OCCUPY_TWICE },
		{ O, O, 100, 4096, OCCUPY_OK }, /* it touches */
		{ O, L, 4096, 4096, OCCUPY_OK },
		{ L, O, 4097, 4096, OCCUPY_TWICE },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct machine     *m = machine_of_32_pages();
		struct machine_copy before;
		struct memareas     areas, same;
		struct occupy_fault fault;

		machine_add(m, PAGES(20), PAGES(20) + row[i].a_end,
		            (enum occupant_kind)row[i].a, "a");
		machine_add(m, PAGES(20) + row[i].b_base, PAGES(22),
		            (enum occupant_kind)row[i].b, "b");
		memareas_init(&areas, &m->array);
		memcpy(&same, &areas, sizeof(areas));
		machine_remember(m, &before);
		CHECK_EQ(occupy_mark(&m->array, &areas, &m->occupants, &fault),
		         row[i].status);
		if (row[i].status == OCCUPY_OK)
			continue;
		CHECK(machine_is(m, &before));
		CHECK(memcmp(&same, &areas, sizeof(areas)) == 0);
		CHECK_TEXT(fault.name, "a");
		CHECK_TEXT(fault.other, "b");
		CHECK_EQ(fault.pfn, pfn_down(PAGES(20) + row[i].b_base));
	}
}

/* The one between them ends before the third begins. */
TEST(occupy_refuses_also_those_who_are_not_neighbours_in_the_table)
{
	struct machine     *m = machine_of_32_pages();
	struct memareas     areas;
	struct occupy_fault fault;

	machine_add(m, PAGES(20), PAGES(30), OCCUPANT_FIRMWARE, "wide");
	machine_add(m, PAGES(21), PAGES(22), OCCUPANT_LOADED, "between");
	machine_add(m, PAGES(29), PAGES(31), OCCUPANT_OWN, "own");
	memareas_init(&areas, &m->array);
	CHECK_EQ(occupy_mark(&m->array, &areas, &m->occupants, &fault),
	         OCCUPY_TWICE);
	CHECK_TEXT(fault.name, "wide");
	CHECK_TEXT(fault.other, "own");
	CHECK_EQ(fault.pfn, 29);
}

/* The first of the table is looked at too. */
TEST(occupy_refuses_what_the_first_one_does_not_share)
{
	struct machine     *m = machine_of_32_pages();
	struct occupants    table = { 0 };
	struct memareas     areas;
	struct occupy_fault fault;

	memareas_init(&areas, &m->array);
	CHECK_EQ(occupants_add(&table, PAGES(20), PAGES(21) + 8, OCCUPANT_OWN,
	                       "first"),
	         OCCUPANTS_OK);
	CHECK_EQ(occupants_add(&table, PAGES(21) + 8, PAGES(22), OCCUPANT_OWN,
	                       "second"),
	         OCCUPANTS_OK);
	CHECK_EQ(occupy_mark(&m->array, &areas, &table, &fault), OCCUPY_TWICE);
	CHECK_TEXT(fault.name, "first");
	CHECK_TEXT(fault.other, "second");
	CHECK_EQ(fault.pfn, 21);
}

TEST(occupy_refuses_to_mark_twice_and_changes_nothing)
{
	struct machine     *m = machine_of_32_pages();
	struct machine_copy before;
	struct memareas     areas, same;
	struct occupy_fault fault = { .name = "old" };

	mark(m, &areas);
	machine_add(m, PAGES(20), PAGES(30), OCCUPANT_LOADED, "late");
	memcpy(&same, &areas, sizeof(areas));
	machine_remember(m, &before);
	CHECK_EQ(occupy_mark(&m->array, &areas, &m->occupants, &fault),
	         OCCUPY_ORDER);
	CHECK(fault.name == NULL);
	CHECK(machine_is(m, &before));
	CHECK(memcmp(&same, &areas, sizeof(areas)) == 0);
}

/*  area         hardware | kernel
 *  page     8188       8192       8200
 *  RAM      |----------------------|
 *  cut             |----------|           (and 17 pages of descriptors) */
TEST(occupy_counts_each_page_in_its_area)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(18));
	machine_add_ram(m, PAGES(8188), PAGES(8200));
	machine_add(m, PAGES(8190), PAGES(8195), OCCUPANT_LOADED, "it");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	mark(m, &areas);
	CHECK_EQ(areas.area[MEMAREA_HARDWARE].occupied_pages, 17 + 2);
	CHECK_EQ(areas.area[MEMAREA_KERNEL].occupied_pages, 3);
	CHECK_EQ(m->array.first_run, 8195);
	check_run(m, 8195, 8200, 8188);
	check_run(m, 8188, 8190, 0);
}
