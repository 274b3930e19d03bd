/**
 * @file
 * Tests of lesson 4: that occupy_check() sees what is broken.
 */
#include "machine_test.h"
#include "occupy.h"
#include "test.h"

static void mark(struct machine *m, struct memareas *areas)
{
	struct occupy_fault fault;

	memareas_init(areas, &m->array);
	CHECK_EQ(occupy_mark(&m->array, areas, &m->occupants, &fault),
	         OCCUPY_OK);
	CHECK_TEXT(occupy_check(&m->array, areas, &m->occupants), NULL);
}

TEST(occupy_check_names_each_broken_invariant)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(20), PAGES(22), OCCUPANT_LOADED, "it");
	memareas_init(&areas, &m->array);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "occupied pages are marked");
	mark(m, &areas);

	areas.area[MEMAREA_KERNEL].occupied_pages++;
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "usable pages are free pages plus occupied ones");
	areas.area[MEMAREA_KERNEL].occupied_pages--;

	m->occupants.entry[1].end++;
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "no page of an occupant is free");
	m->occupants.entry[1].end -= PAGE_SIZE + 1;
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "no other page is occupied");
	m->occupants.entry[1].end += PAGE_SIZE;

	m->page[20] = msadsc_twice(MSADSC_OCCUPIED, 1, 1);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block names who lies there");
	m->page[20] = msadsc_twice(MSADSC_OCCUPIED, 1, 3);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block names who lies there");
	m->page[20] = msadsc_twice(MSADSC_OCCUPIED, 1, 0);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block names who lies there");
	m->page[20] = msadsc_twice(MSADSC_OCCUPIED, 0, 2);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "each usable page is spoken for");
}

/* A page marked without a reason, the counts made to fit. */
TEST(occupy_check_sees_a_page_that_nobody_occupies)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	mark(m, &areas);
	m->page[16] = msadsc_twice(MSADSC_OCCUPIED, 0, 1);
	m->page[17] = msadsc_make(MSADSC_RUN, 0, 31, 0);
	m->array.first_run = 17;
	areas.area[MEMAREA_HARDWARE].occupied_pages++;
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "no other page is occupied");
}

/*  page      20  21  22  23  24
 *  marked        |1-|--2---|
 *  broken        |--2---|1-|                 no multiple of 2    */
TEST(occupy_check_sees_a_block_that_starts_where_none_can)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(21), PAGES(24), OCCUPANT_LOADED, "it");
	machine_add(m, PAGES(22), PAGES(24), OCCUPANT_FIRMWARE, "inside");
	mark(m, &areas);
	m->page[21] = msadsc_twice(MSADSC_OCCUPIED, 1, 2);
	m->page[22].word = 0;
	m->page[23] = msadsc_twice(MSADSC_OCCUPIED, 0, 2);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block starts at a multiple of its pages");
}

static const char *check(const struct machine *m, const void *areas)
{
	return occupy_check(&m->array, areas, &m->occupants);
}

TEST(occupy_check_sees_every_single_bit_that_flips)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, 0, PAGES(9));
	machine_add_ram(m, PAGES(12), PAGES(13));
	machine_add_ram(m, PAGES(20), PAGES(33));
	machine_add(m, 0, PAGES(1), OCCUPANT_FIRMWARE, "firmware");
	machine_add(m, PAGES(4), PAGES(6), OCCUPANT_LOADED, "one");
	machine_add(m, PAGES(12), PAGES(13), OCCUPANT_LOADED, "two");
	machine_add(m, PAGES(30), PAGES(33), OCCUPANT_LOADED, "three");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	mark(m, &areas);
	CHECK_EQ(machine_blind_bits(m, &areas, check), 0);
}
