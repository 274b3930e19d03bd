/**
 * @file
 * Tests of lesson 5: the memory manager's own object.
 */
#include "kstring.h"
#include "marked_test.h"
#include "memmgrob.h"
#include "occupy.h"
#include "strip.h"
#include "test.h"

/*  page  1   2      16                20   22             48
 *  RAM   |---|      |-------------------------------------|
 *  free             |--------4--------|    |2-|-8-|---16--|     */
static struct machine *managed(struct memareas *areas, struct memmgrob *manager)
{
	struct machine *m = machine_of_32_pages();

	machine_add(m, PAGES(20), PAGES(22), OCCUPANT_LOADED, "it");
	machine_mark(m, areas);
	CHECK_EQ(merge_runs(&m->array, areas), MERGE_OK);
	memmgrob_init(manager, &m->array, areas, &m->occupants);
	CHECK_TEXT(memmgrob_check(manager), NULL);
	return m;
}

TEST(memmgrob_adds_up_all_areas)
{
	struct memareas areas;
	struct memmgrob manager;
	struct machine *m = managed(&areas, &manager);

	CHECK(manager.map == &m->map && manager.array == &m->array &&
	      manager.areas == &areas && manager.occupants == &m->occupants);
	CHECK_EQ(manager.usable_pages, 33);
	CHECK_EQ(manager.occupied_pages, 3);
	CHECK_EQ(manager.free_pages, 30);
	CHECK_EQ(manager.blocks, 4);

	areas.area[1].occupied_pages = 100;
	areas.area[1].free_pages = 200;
	areas.area[1].run_pages = 50;
	areas.area[2].list[5] = areas.area[0].list[3];
	areas.area[2].list[0] = areas.area[0].list[4];
	memmgrob_init(&manager, &m->array, &areas, &m->occupants);
	CHECK_EQ(manager.occupied_pages, 103);
	CHECK_EQ(manager.free_pages, 280);
	CHECK_EQ(manager.blocks, 6);
}

TEST(memmgrob_check_names_what_is_broken_in_any_part)
{
	struct memareas areas;
	struct memmgrob manager;
	struct machine *m = managed(&areas, &manager);

	manager.blocks++;
	CHECK_TEXT(memmgrob_check(&manager),
	           "the totals count blocks and runs");
	manager.blocks--;
	manager.runs++;
	CHECK_TEXT(memmgrob_check(&manager),
	           "the totals count blocks and runs");
	manager.free_pages++;
	CHECK_TEXT(memmgrob_check(&manager),
	           "usable pages are free pages plus occupied ones");
	m->map.range[0].end = m->map.range[0].base;
	CHECK_TEXT(memmgrob_check(&manager), "no range is empty");

	m = managed(&areas, &manager);
	areas.area[0].base++;
	CHECK_TEXT(memmgrob_check(&manager),
	           "areas touch: together they are all of memory");
	areas.area[0].base--;
	m->page[20] = msadsc_twice(MSADSC_OCCUPIED, 1, 1);
	CHECK_TEXT(memmgrob_check(&manager),
	           "an occupied block names who lies there");
	m->page[20] = msadsc_twice(MSADSC_OCCUPIED, 1, 2);
	areas.area[0].list[4].first = 0;
	CHECK_TEXT(memmgrob_check(&manager),
	           "a list that is not empty is noted");
}

TEST(memmgrob_print_and_merge_print_add_up)
{
	struct memareas            areas;
	struct memmgrob            manager;
	const struct msadsc_array *array = &managed(&areas, &manager)->array;

	CHECK_TEXT(PRINTED(merge_print(array, &areas)),
	           "merge: free blocks         hardware     kernel    "
	           "   user          all\n"
	           "merge: order  1    8 KiB          1          0    "
	           "      0            2 pages\n"
	           "merge: order  2   16 KiB          1          0    "
	           "      0            4 pages\n"
	           "merge: order  3   32 KiB          1          0    "
	           "      0            8 pages\n"
	           "merge: order  4   64 KiB          1          0    "
	           "      0           16 pages\n"
	           "merge: free pages                30          0    "
	           "      0           30 pages\n");
	CHECK(strstr(PRINTED(merge_print(array, &areas)), "runs") == NULL);
	areas.area[MEMAREA_USER].run_pages = 5;
	CHECK(strstr(PRINTED(merge_print(array, &areas)),
	             "merge: left in runs               0          0          5"
	             "            5 pages\n") != NULL);
	areas.area[MEMAREA_USER].run_pages = 0;
	areas.area[MEMAREA_HARDWARE].run_pages = 3;
	areas.area[MEMAREA_KERNEL].list[0] = areas.area[0].list[4];
	CHECK(strstr(PRINTED(merge_print(array, &areas)),
	             "merge: left in runs               3          0          0"
	             "            3 pages\n") != NULL);
	CHECK(strstr(PRINTED(merge_print(array, &areas)),
	             "merge: order  0    4 KiB          0          1          0"
	             "            1 pages\n") != NULL);
	CHECK(strstr(PRINTED(merge_list(array, &areas)),
	             "free kernel order 0 blocks 1\n") != NULL);
	areas.area[MEMAREA_HARDWARE].run_pages = 0;
	areas.area[MEMAREA_KERNEL].list[0].first = 0;
	CHECK_TEXT(PRINTED(merge_list(array, &areas)),
	           "free hardware order 1 blocks 1\n"
	           "free hardware order 2 blocks 1\n"
	           "free hardware order 3 blocks 1\n"
	           "free hardware order 4 blocks 1\n");
	CHECK_TEXT(PRINTED(memmgrob_print(&manager)),
	           "memmgrob: usable 33 = free 30 + occupied 3 pages\n"
	           "memmgrob: 120 KiB free in 4 blocks\n");
}

TEST(memmgrob_counts_runs_that_are_left)
{
	struct memareas areas;
	struct memmgrob manager;
	struct machine *m = machine_of_32_pages();

	machine_add(m, PAGES(20), PAGES(22), OCCUPANT_LOADED, "it");
	machine_mark(m, &areas);
	CHECK_EQ(merge_lazily(&m->array, &areas, 16), MERGE_OK);
	memmgrob_init(&manager, &m->array, &areas, &m->occupants);
	CHECK_TEXT(memmgrob_check(&manager), NULL);
	CHECK_EQ(manager.blocks, 0);
	CHECK_EQ(manager.runs, 2);
	CHECK_TEXT(PRINTED(memmgrob_print(&manager)),
	           "memmgrob: usable 33 = free 30 + occupied 3 pages\n"
	           "memmgrob: 120 KiB free in 0 blocks and 2 runs\n");
	manager.runs = 1;
	CHECK(strstr(PRINTED(memmgrob_print(&manager)), "and 1 run\n") != NULL);
}

static struct strip shown;

static void show(const struct strip *strip)
{
	shown = *strip;
}

/* Describe, mark and merge what RAM the machine has, and draw it. */
static void draw(struct machine *m)
{
	struct memareas areas;
	struct memmgrob manager;

	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	machine_mark(m, &areas);
	CHECK_EQ(merge_runs(&m->array, &areas), MERGE_OK);
	memmgrob_init(&manager, &m->array, &areas, &m->occupants);
	console_strip_to(show, 72);
	PRINTED(memmgrob_print(&manager));
	console_strip_to(NULL, 1);
	CHECK_TEXT(shown.name, "memmgrob");
}

/*  page  16            32                64     68
 *  free  |------16-----|--------32-------|  |-1-|     1 is not large for 67 */
TEST(memmgrob_print_draws_where_large_blocks_begin)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(16), PAGES(64));
	machine_add_ram(m, PAGES(67), PAGES(68));
	machine_add_ram(m, PAGES(128), PAGES(144));
	machine_add_ram(m, PAGES(256), PAGES(272));
	draw(m);
	CHECK_TEXT(shown.total, "324 KiB free");
	for (unsigned i = 0; i < 72; i++)
		CHECK_EQ(shown.colour[i], i == 0 || i == 3 || i == 9
		                                  ? COLOUR_NONE
		                                  : COLOUR_HOLE);
}

/*  page  3     144          160
 *  free  |1|    |----16------|      144 is nine times 16, and 3 less than 8 */
TEST(memmgrob_print_draws_small_blocks_at_small_addresses)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(3), PAGES(4));
	machine_add_ram(m, PAGES(144), PAGES(160));
	draw(m);
	CHECK_TEXT(shown.total, "68 KiB free");
	for (unsigned i = 0; i < 72; i++)
		CHECK_EQ(shown.colour[i], i == 0 ? COLOUR_NONE : COLOUR_HOLE);
}
