/**
 * @file
 * Tests of lesson 4: that occupy_check() sees what is broken.
 */
#include "kstring.h"
#include "marked_test.h"
#include "occupy.h"
#include "strip.h"
#include "test.h"

static void mark(struct machine *m, struct memareas *areas)
{

	/* What is behind the table's last entry is none. */
	m->occupants.entry[m->occupants.count] = (struct occupant){
		.base = PAGES(7), .end = PAGES(48), .name = "none"
	};
	machine_mark(m, areas);
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

/* The owner that page 20 names begins above it. */
TEST(occupy_check_sees_an_owner_that_lies_elsewhere)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(20), PAGES(22), OCCUPANT_LOADED, "it");
	machine_add(m, PAGES(30), PAGES(31), OCCUPANT_LOADED, "other");
	mark(m, &areas);
	m->page[20] = msadsc_twice(MSADSC_OCCUPIED, 1, 3);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block names who lies there");
}

/* The block right behind an occupant is not his. */
TEST(occupy_check_sees_the_number_of_the_one_below)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(20), PAGES(22), OCCUPANT_LOADED, "it");
	machine_add(m, PAGES(22), PAGES(24), OCCUPANT_LOADED, "next");
	mark(m, &areas);
	CHECK(machine_page_is(m, 22, msadsc_twice(MSADSC_OCCUPIED, 1, 3)));
	m->page[22] = msadsc_twice(MSADSC_OCCUPIED, 1, 2);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block names who lies there");
}

/*  page   0   1 ... 9      21  22      24        40
 *  RAM    |---------|      |----------------------|
 *  own    |-f-|                |--it---|
 *  broken                  |---2---|-1-|             nothing speaks for 22 */
TEST(occupy_check_sees_a_page_that_only_page_0_could_speak_for)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, 0, PAGES(9));
	machine_add_ram(m, PAGES(21), PAGES(40));
	machine_add(m, 0, PAGES(1), OCCUPANT_FIRMWARE, "firmware");
	machine_add(m, PAGES(22), PAGES(24), OCCUPANT_LOADED, "it");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	mark(m, &areas);
	m->page[24] = msadsc_make(MSADSC_RUN, 0, 16, 2); /* not 21 */
	m->page[21] = msadsc_twice(MSADSC_OCCUPIED, 1, 3);
	m->page[22].word = 0;
	m->page[23] = msadsc_twice(MSADSC_OCCUPIED, 0, 3);
	areas.area[0].occupied_pages++;
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block starts at a multiple of its pages");
}

/*  page  1  2     17 18 19     30     40
 *  RAM   |--|        |--|      |------|
 *  own            |--it-|                 behind a hole, its page is free */
TEST(occupy_check_looks_behind_a_hole)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(18), PAGES(19));
	machine_add_ram(m, PAGES(30), PAGES(40));
	machine_add(m, PAGES(17), PAGES(19), OCCUPANT_LOADED, "it");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	mark(m, &areas);
	CHECK(machine_page_is(m, 30, msadsc_make(MSADSC_RUN, 0, 10, 0)));
	m->page[30] = msadsc_make(MSADSC_RUN, 0, 10, 18);
	m->page[18] = msadsc_make(MSADSC_RUN, 0, 1, 0);
	areas.area[MEMAREA_HARDWARE].occupied_pages--;
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "no page of an occupant is free");
}

/* RAM from page 0 on, which is the firmware's, up to page @past. */
static struct machine *from_page_0(pfn_t past, struct memareas *areas)
{
	struct machine *m = machine_new();

	machine_add_ram(m, 0, PAGES(past));
	machine_add(m, 0, PAGES(1), OCCUPANT_FIRMWARE, "firmware");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	mark(m, areas);
	return m;
}

/* Page 0 speaks for itself alone: who begins there has more pages. */
TEST(occupy_check_looks_behind_page_0)
{
	struct memareas areas;
	struct machine *m = from_page_0(32, &areas);

	m->occupants.entry[0].end = PAGES(3);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "no page of an occupant is free");
}

/* It is occupied before anybody is marked, on behalf of nobody; but here
 * somebody lies there. */
TEST(occupy_check_asks_whose_page_0_is)
{
	struct memareas areas;
	struct machine *m = from_page_0(9, &areas);

	m->page[0] = msadsc_twice(MSADSC_OCCUPIED, 0, 0);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block names who lies there");
	m->page[0] = msadsc_twice(MSADSC_OCCUPIED, 0, 3);
	CHECK_TEXT(occupy_check(&m->array, &areas, &m->occupants),
	           "an occupied block names who lies there");
}

/*  page  1   2      16                20   22             48
 *  RAM   |---|      |-------------------------------------|
 *  own   |-d-|                        |-it-|                     */
TEST(occupy_print_accounts_for_each_page)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(20) + 1, PAGES(22) - 1, OCCUPANT_LOADED, "it");
	mark(m, &areas);
	CHECK_TEXT(PRINTED(occupy_print(&m->array, &areas, &m->occupants)),
	           "occupy: 0x0000001000-0x000000117f descriptors     "
	           "               1 pages\n"
	           "occupy: 0x0000014001-0x0000015ffe it              "
	           "               2 pages\n"
	           "occupy: hardware usable         33 = free         "
	           "30 + occupied        3\n"
	           "occupy: kernel   usable          0 = free         "
	           " 0 + occupied        0\n"
	           "occupy: user     usable          0 = free         "
	           " 0 + occupied        0\n"
	           "occupy: all      usable         33 = free         "
	           "30 + occupied        3\n");
	CHECK_TEXT(PRINTED(occupy_list(&m->occupants)),
	           "occupied 0x0000000000001000-0x0000000000001fff "
	           "descriptors\n"
	           "occupied 0x0000000000014000-0x0000000000015fff it\n");
	areas.area[MEMAREA_HARDWARE].occupied_pages++;
	CHECK(strstr(PRINTED(occupy_print(&m->array, &areas, &m->occupants)),
	             "occupy: all      usable         33 IS NOT free "
	             "        30 + occupied        4\n") != NULL);
}

static struct strip shown;

static void show(const struct strip *strip)
{
	shown = *strip;
}

TEST(occupy_print_draws_what_is_occupied)
{
	struct machine *m = machine_of_32_pages();
	struct memareas areas;

	machine_add(m, PAGES(32), PAGES(33), OCCUPANT_LOADED, "it");
	mark(m, &areas);
	console_strip_to(show, 72);
	PRINTED(occupy_print(&m->array, &areas, &m->occupants));
	console_strip_to(NULL, 1);
	CHECK_TEXT(shown.name, "occupy");
	CHECK_TEXT(shown.total, "8 KiB used");
	for (unsigned i = 0; i < 72; i++)
		CHECK_EQ(shown.colour[i],
		         i == 0 || i == 3 ? COLOUR_USED : COLOUR_HOLE);
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
