/**
 * @file
 * Tests of lesson 3.
 */
#include "kstring.h"
#include "machine_test.h"
#include "memarea.h"
#include "strip.h"
#include "test.h"

#define KERNEL MEMAREA_KERNEL_BASE
#define USER   MEMAREA_USER_BASE

/* Areas of a machine with RAM in frames [base, end) twice, described up to
 * @pages.  Areas are cut by the map alone: nobody asks a descriptor. */
static void divide(struct machine *m, struct memareas *areas,
                   const pfn_t edge[4], pfn_t pages)
{
	machine_add_ram(m, PAGES(edge[0]), PAGES(edge[1]));
	machine_add_ram(m, PAGES(edge[2]), PAGES(edge[3]));
	m->array.map = &m->map;
	m->array.pages = pages;
	for (int i = 0; i < 4; i += 2)
		m->array.usable_pages +=
			min_u64(edge[i + 1], pages) - min_u64(edge[i], pages);
	memset(areas, 0xa5, sizeof(*areas));
	memareas_init(areas, &m->array);
	CHECK_TEXT(memareas_check(areas, &m->array), NULL);
}

TEST(memarea_of_a_page_follows_from_its_address)
{
	CHECK_EQ(memarea_of(0), MEMAREA_HARDWARE);
	CHECK_EQ(memarea_of(pfn_down(32 * MiB - 1)), MEMAREA_HARDWARE);
	CHECK_EQ(memarea_of(pfn_down(32 * MiB)), MEMAREA_KERNEL);
	CHECK_EQ(memarea_of(pfn_down(16 * GiB - 1)), MEMAREA_KERNEL);
	CHECK_EQ(memarea_of(pfn_down(16 * GiB)), MEMAREA_USER);
	CHECK_EQ(memarea_of(PFN_LIMIT - 1), MEMAREA_USER);
}

TEST(memarea_falls_back_to_the_area_below_until_there_is_none)
{
	enum memarea_kind kind = MEMAREA_USER;

	CHECK(memarea_fall_back(&kind));
	CHECK_EQ(kind, MEMAREA_KERNEL);
	CHECK(memarea_fall_back(&kind));
	CHECK_EQ(kind, MEMAREA_HARDWARE);
	CHECK(!memarea_fall_back(&kind));
	CHECK_EQ(kind, MEMAREA_HARDWARE);
}

TEST(memarea_has_a_name_a_person_would_say)
{
	CHECK_TEXT(memarea_name(MEMAREA_HARDWARE), "hardware");
	CHECK_TEXT(memarea_name(MEMAREA_KERNEL), "kernel");
	CHECK_TEXT(memarea_name(MEMAREA_USER), "user");
}

/*          hardware  |     kernel     |     user
 *  RAM   |-----------------|     |-----------------|   */
TEST(memarea_bounds_cut_the_ranges_that_cross_them)
{
	static const struct {
		pfn_t    edge[4], pages;
		uint64_t usable[MEMAREAS];
	} row[] = {
		{ { 1, KERNEL + 5, USER - 3, USER + 9 },
		  USER + 9,
		  { KERNEL - 1, 8, 9 } },
		{ { 1, KERNEL, USER, USER + 1 },
		  USER + 1,
		  { KERNEL - 1, 0, 1 } },
		{ { 1, KERNEL - 1, KERNEL, USER },
		  USER,
		  { KERNEL - 2, USER - KERNEL, 0 } },
		{ { 1, 2, 3, PFN_LIMIT }, /* the limit of the whole kernel */
		  PFN_LIMIT,
		  { KERNEL - 2, USER - KERNEL, PFN_LIMIT - USER } },
		{ { 0, 2, 3, 4 }, 4, { 3, 0, 0 } }, /* page 0 counts */
		{ { 1, 9, USER, USER + 9 }, USER + 4, { 8, 0, 4 } }, /* pages */
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct machine *m = machine_new();
		struct memareas areas;

		divide(m, &areas, row[i].edge, row[i].pages);
		for (int k = 0; k < MEMAREAS; k++)
			CHECK_EQ(areas.area[k].usable_pages, row[i].usable[k]);
	}
}

TEST(memarea_starts_with_nothing_occupied_and_empty_lists)
{
	static const pfn_t edge[] = { 1, 2, USER, USER + 1 };
	struct machine    *m = machine_new();
	struct memareas    areas;

	divide(m, &areas, edge, USER + 1);
	CHECK_EQ(areas.area[0].base, 0);
	CHECK_EQ(areas.area[MEMAREAS - 1].end, PFN_LIMIT);
	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas.area[i];

		CHECK_EQ(area->occupied_pages, 0);
		CHECK_EQ(area->free_pages, 0);
		CHECK_EQ(area->orders, 0);
		for (unsigned k = 0; k < ORDERS; k++)
			CHECK_EQ(area->list[k].first, 0);
	}
}

TEST(memarea_check_names_each_broken_invariant)
{
	static const pfn_t edge[] = { 1, KERNEL + 5, USER - 3, USER + 9 };
	struct machine    *m = machine_new();
	struct memareas    areas;

	divide(m, &areas, edge, USER + 9);
	areas.area[MEMAREA_KERNEL].base++;
	CHECK_TEXT(memareas_check(&areas, &m->array),
	           "areas touch: together they are all of memory");
	areas.area[MEMAREA_KERNEL].base--;
	areas.area[MEMAREA_USER].end--;
	CHECK_TEXT(memareas_check(&areas, &m->array),
	           "areas touch: together they are all of memory");
	areas.area[MEMAREA_USER].end++;
	areas.area[MEMAREA_USER].usable_pages--;
	CHECK_TEXT(memareas_check(&areas, &m->array),
	           "an area counts the usable pages between its bounds");
	areas.area[MEMAREA_USER].usable_pages++;
	m->array.usable_pages++;
	CHECK_TEXT(memareas_check(&areas, &m->array),
	           "each usable page is in one area");
}

TEST(memarea_counts_ram_only)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(3));
	CHECK_EQ(e820_add(&m->map, PAGES(3), PAGES(4), E820_RESERVED), E820_OK);
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	memareas_init(&areas, &m->array);
	CHECK_EQ(areas.area[MEMAREA_HARDWARE].usable_pages, 2);
	CHECK_TEXT(memareas_check(&areas, &m->array), NULL);
}

/* An area that begins where another one does. */
TEST(memarea_check_asks_the_address_first)
{
	static const pfn_t edge[4] = { 1, 9, KERNEL - 1, KERNEL + 2 };
	struct machine    *m = machine_new();
	struct memareas    areas;

	divide(m, &areas, edge, KERNEL + 2);
	areas.area[MEMAREA_KERNEL].base = USER;
	CHECK_TEXT(memareas_check(&areas, &m->array),
	           "a page's address says its area");
	areas.area[MEMAREA_KERNEL].base = KERNEL;
	areas.area[MEMAREA_HARDWARE].end++;
	CHECK_TEXT(memareas_check(&areas, &m->array),
	           "a page's address says its area");
}

static struct memareas filled(void)
{
	static const pfn_t edge[4] = { 1, 9, KERNEL - 1, KERNEL + 2 };
	struct machine    *m = machine_new();
	struct memareas    areas;

	divide(m, &areas, edge, KERNEL + 2);
	areas.area[MEMAREA_KERNEL].occupied_pages = 1;
	areas.area[MEMAREA_KERNEL].free_pages = 1;
	return areas;
}

TEST(memarea_print_is_a_line_an_area)
{
	struct memareas areas = filled();

	CHECK_TEXT(PRINTED(memareas_print(&areas)),
	           "memarea: hardware    0 B to 32 MiB:          9 "
	           "usable pages, 36 KiB\n"
	           "memarea: kernel   32 MiB to 16 GiB:          2 "
	           "usable pages, 8 KiB\n"
	           "memarea: user     16 GiB to  1 TiB:          0 "
	           "usable pages, 0 B\n");
	CHECK_TEXT(PRINTED(memareas_list(&areas)),
	           "area hardware usable 9 occupied 0 free 9\n"
	           "area kernel usable 2 occupied 1 free 1\n"
	           "area user usable 0 occupied 0 free 0\n");
}

TEST(memarea_tell_speaks_of_the_area_of_an_address)
{
	struct memareas areas = filled();

	CHECK_TEXT(PRINTED(memarea_tell(&areas, 32 * MiB - 1)),
	           " area     hardware: 9 usable pages, 0 occupied, 0 "
	           "in free blocks\n");
	CHECK_TEXT(PRINTED(memarea_tell(&areas, 32 * MiB)),
	           " area     kernel: 2 usable pages, 1 occupied, 1 "
	           "in free blocks\n");
	CHECK_TEXT(PRINTED(memarea_tell(&areas, 16 * GiB)),
	           " area     user: 0 usable pages, 0 occupied, 0 in "
	           "free blocks\n");
}

static struct strip shown;

static void show(const struct strip *strip)
{
	shown = *strip;
}

TEST(memarea_print_draws_a_line_where_an_area_begins)
{
	struct memareas areas = filled();

	console_strip_to(show, 72);
	areas.area[MEMAREA_USER].usable_pages = 1;
	PRINTED(memareas_print(&areas));
	CHECK_TEXT(shown.total, "3 of 3 have RAM");
	areas.area[MEMAREA_USER].usable_pages = 0;
	PRINTED(memareas_print(&areas));
	console_strip_to(NULL, 1);
	CHECK_TEXT(shown.name, "memarea");
	CHECK_TEXT(shown.total, "2 of 3 have RAM");
	for (unsigned i = 0; i < 72; i++)
		CHECK_EQ(shown.colour[i], i == 0 || i == 27 || i == 54
		                                  ? COLOUR_NONE
		                                  : COLOUR_HOLE);
}
