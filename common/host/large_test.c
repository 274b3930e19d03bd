/**
 * @file
 * Tests that need more memory than a small kernel has.
 */
#include <stdlib.h>
#include "e820.h"
#include "host.h"
#include "merge.h"
#include "occupy.h"
#include "test.h"

/*  GiB       0       1       2       3       4
 *  RAM       |-------------------------------|
 *  free              |---1---|       |---1---|
 *  occupied                  |---1---|          */
TEST(merge_largest_blocks_have_no_buddies)
{
	struct e820_map    *map = calloc(1, sizeof(*map));
	struct occupants    occupants = { 0 };
	struct msadsc_array array = { 0 };
	struct msadsc_need  need;
	struct memareas     areas;
	struct occupy_fault fault;

	CHECK_EQ(e820_add(map, 0, 4 * GiB, E820_RAM), E820_OK);
	CHECK_EQ(occupants_add(&occupants, 0, MiB, OCCUPANT_FIRMWARE, "it"),
	         OCCUPANTS_OK);
	CHECK_EQ(occupants_add(&occupants, 2 * GiB, 3 * GiB, OCCUPANT_LOADED,
	                       "large"),
	         OCCUPANTS_OK);
	CHECK_EQ(msadsc_init(&array, map, &occupants, PFN_LIMIT, &need),
	         MSADSC_OK);
	memareas_init(&areas, &array);
	CHECK_EQ(occupy_mark(&array, &areas, &occupants, &fault), OCCUPY_OK);
	CHECK_EQ(merge_runs(&array, &areas), MERGE_OK);
	CHECK_EQ(free_list_blocks(&areas.area[MEMAREA_KERNEL].list[ORDER_MAX],
	                          array.page),
	         2);
	CHECK_TEXT(merge_check(&array, &areas), NULL);
	CHECK_TEXT(occupy_check(&array, &areas, &occupants), NULL);
	for (paddr_t at = GiB; at < 4 * GiB; at += GiB) {
		CHECK_EQ(msadsc_find(&array, pfn_down(at)), pfn_down(at));
		CHECK_EQ(msadsc_find(&array, pfn_down(at + GiB - 1)),
		         pfn_down(at));
	}
	free_list_remove(&areas.area[MEMAREA_KERNEL], array.page,
	                 pfn_down(3 * GiB));
	free_list_push(&areas.area[MEMAREA_KERNEL], array.page,
	               pfn_down(3 * GiB), ORDER_MAX);
	CHECK_TEXT(merge_check(&array, &areas), NULL);
	host_return_all();
	free(map);
}
