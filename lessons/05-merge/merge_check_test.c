/**
 * @file
 * Tests of lesson 5: that merge_check() and memmgrob_check() see what is
 * broken.
 */
#include "marked_test.h"
#include "memmgrob.h"
#include "merge.h"
#include "occupy.h"
#include "test.h"

/*  page  1   2      16            24   26    27   28    30   31
 *  RAM   |---|      |-------------------|     |---|      |---|
 *  free             |------8------|--2--|     |-1-|      |-1-|     */
static struct machine *merged(struct memareas *areas)
{
	struct machine     *m = machine_new();
	struct occupy_fault fault;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(16), PAGES(26));
	CHECK_EQ(e820_add(&m->map, PAGES(26), PAGES(1), E820_RESERVED),
	         E820_OK);
	machine_add_ram(m, PAGES(27), PAGES(28));
	machine_add_ram(m, PAGES(30), PAGES(31));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	memareas_init(areas, &m->array);
	CHECK_TEXT(merge_check(&m->array, areas), "runs have become blocks");
	CHECK_EQ(occupy_mark(&m->array, areas, &m->occupants, &fault),
	         OCCUPY_OK);
	CHECK_TEXT(merge_check(&m->array, areas), "runs have become blocks");
	CHECK_EQ(merge_runs(&m->array, areas), MERGE_OK);
	CHECK_TEXT(merge_check(&m->array, areas), NULL);
	return m;
}

TEST(merge_check_names_each_broken_list)
{
	static const struct {
		unsigned    order;
		pfn_t       first;
		const char *sentence;
	} row[] = {
		{ 0, 31, "a block lies inside its area" },
		{ 0, PFN_LIMIT, "a block lies inside its area" },
		{ 1, 25, "a block starts at a multiple of its pages" },
		{ 0, 30, "a list links free blocks of its order, both ways" },
		{ 0, 24, "a list links free blocks of its order, both ways" },
		{ 1, 0, "a list that is not empty is noted" },
		{ 2, 16, "a list that is not empty is noted" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct memareas areas;
		struct machine *m = merged(&areas);

		areas.area[0].list[row[i].order].first = row[i].first;
		CHECK_TEXT(merge_check(&m->array, &areas), row[i].sentence);
	}
}

/* No list is behind the upper bits of the word, whatever they say. */
TEST(merge_check_names_a_list_that_cannot_be)
{
	struct memareas areas;
	struct machine *m = merged(&areas);

	for (int i = 0; i < MEMAREAS; i++)
		for (unsigned k = 0; k < 32; k++) {
			areas.area[i].orders ^= UINT32_C(1) << k;
			CHECK_TEXT(merge_check(&m->array, &areas),
			           "a list that is not empty is noted");
			areas.area[i].orders ^= UINT32_C(1) << k;
		}
}

TEST(merge_check_names_a_list_of_another_area)
{
	struct memareas areas;
	struct machine *m = merged(&areas);

	areas.area[1].list[3] = areas.area[0].list[3];
	areas.area[1].orders = 8;
	areas.area[0].list[3].first = 0;
	areas.area[0].orders ^= 8;
	areas.area[0].free_pages -= 8;
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "a block lies inside its area");
}

/*  area      hardware            | kernel
 *  page      8188          8191  8192      8200  8202
 *  free      |------4------------|----8----|--2--|
 *  listed                  |--2--|                    crosses the bound
 *  listed                                  |--2--|    lies beyond it    */
TEST(merge_check_names_a_block_that_leaves_its_area)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(8188), PAGES(8202));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_NO_ROOM);
	m->map.range[0].end = PAGES(40);
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	machine_mark(m, &areas);
	CHECK_EQ(merge_runs(&m->array, &areas), MERGE_OK);
	CHECK_TEXT(merge_check(&m->array, &areas), NULL);
	areas.area[0].orders |= 2;
	areas.area[0].list[1].first = 8191;
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "a block lies inside its area");
	areas.area[0].list[1].first = 8200;
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "a block lies inside its area");
}

TEST(merge_check_names_broken_counts_of_an_area)
{
	struct memareas areas;
	struct machine *m = merged(&areas);

	areas.area[0].free_pages++;
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "an area counts its free pages");
	areas.area[0].free_pages--;
	areas.area[0].orders |= 1 << 5;
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "a list that is not empty is noted");
}

TEST(merge_check_names_two_free_buddies)
{
	struct memareas areas;
	struct machine *m = merged(&areas);

	free_list_remove(&areas.area[0], m->page, 16);
	free_list_push(&areas.area[0], m->page, 16, 2);
	free_list_push(&areas.area[0], m->page, 20, 2);
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "no two free buddies stand side by side");
	/* A block that begins where another does not end has no buddy. */
	free_list_remove(&areas.area[0], m->page, 24);
	m->page[24] = msadsc_twice(MSADSC_USED, 1, 0);
	free_list_remove(&areas.area[0], m->page, 20);
	m->page[20] = msadsc_twice(MSADSC_USED, 2, 0);
	CHECK_TEXT(merge_check(&m->array, &areas), NULL);
}

TEST(merge_check_names_a_free_block_that_is_on_no_list)
{
	struct memareas areas;
	struct machine *m = merged(&areas);

	free_list_remove(&areas.area[0], m->page, 24);
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "each free block is on a list");
}

TEST(merge_check_speaks_of_descriptors_first)
{
	struct memareas areas;
	struct machine *m = merged(&areas);

	m->page[17].word = 1;
	CHECK_TEXT(merge_check(&m->array, &areas),
	           "inside a run or block all is zero");
}

static const char *check(const struct machine *m, const void *areas)
{
	return merge_check(&m->array, areas);
}

/* Lists of several blocks, so that links point at something; page 0. */
TEST(merge_check_sees_every_single_bit_that_flips)
{
	struct machine *m = machine_new();
	struct memareas areas;

	machine_add_ram(m, 0, PAGES(2));
	for (pfn_t pfn = 4; pfn < 40; pfn += 8)
		machine_add_ram(m, PAGES(pfn), PAGES(pfn + 7));
	machine_add(m, 0, PAGES(1), OCCUPANT_FIRMWARE, "firmware");
	machine_add(m, PAGES(22), PAGES(23), OCCUPANT_LOADED, "it");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	machine_mark(m, &areas);
	CHECK_EQ(merge_runs(&m->array, &areas), MERGE_OK);
	CHECK_EQ(machine_blind_bits(m, &areas, check), 0);
}
