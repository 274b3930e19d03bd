/**
 * @file
 * All ways in which few pages can be free, through lessons 2 to 5.
 *
 * For each set of free pages among up to 24, at each offset from a multiple
 * of the largest block that fits, the occupied ones are marked and the rest
 * merged; the blocks must be the unique largest decomposition.  The judge finds it the slow way: a block
 * of order k is there exactly if all its pages are free and not all pages of
 * the block of order k + 1 that holds it are.
 *
 *     exhaust_merge [PAGES]     sets of 1 to PAGES pages (16)
 *     exhaust_merge --bug       the judge takes blocks of any order: must fail
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "host.h"
#include "merge.h"
#include "occupy.h"
#include "phys.h"

#define OFFSETS 32
#define FRAMES  (3 * OFFSETS) /* of descriptors that are used */
#define TABLE   2             /* frame of the descriptors */

static struct e820_map     map;
static struct msadsc_array array;
static struct memareas     areas;
static struct msadsc       memory[PAGE_SIZE / sizeof(struct msadsc)];
static uint64_t            sets, blocks;
static unsigned            lowest_order;

/* Pages that are neither RAM nor free are not in the set. */
static bool is_free(uint32_t set, pfn_t first, unsigned pages, pfn_t pfn)
{
	return pfn >= first && pfn < first + pages &&
	       (set >> (pfn - first) & 1) != 0;
}

static bool all_free(uint32_t set, pfn_t first, unsigned pages, pfn_t base,
                     unsigned order)
{
	for (pfn_t pfn = base; pfn < base + (UINT64_C(1) << order); pfn++)
		if (!is_free(set, first, pages, pfn))
			return false;
	return true;
}

/* The order of the block that must start at @pfn, or -1. */
static int expected_order(uint32_t set, pfn_t first, unsigned pages, pfn_t pfn)
{
	unsigned order = lowest_order;

	if (!all_free(set, first, pages, pfn, 0))
		return -1;
	while (pfn % (UINT64_C(2) << order) == 0 &&
	       all_free(set, first, pages, pfn, order + 1))
		order++;
	/* Does a larger one that starts below hold it? */
	for (unsigned k = order + 1; k < 6; k++)
		if (all_free(set, first, pages, pfn >> k << k, k))
			return -1;
	return (int)order;
}

static void add_ram(pfn_t first, pfn_t past)
{
	map.range[map.count++] =
		(struct e820_range){ pfn_to_paddr(first), pfn_to_paddr(past),
		                     E820_RAM };
}

/* Occupants are the gaps between the free pages of the set. */
static void occupy_rest(struct occupants *occupants, uint32_t set, pfn_t first,
                        unsigned pages)
{
	for (pfn_t pfn = first; pfn < first + pages; pfn++)
		if (!is_free(set, first, pages, pfn))
			occupants_add(occupants, pfn_to_paddr(pfn),
			              pfn_to_paddr(pfn + 1), OCCUPANT_OWN,
			              "occupant");
}

static void run_stages(uint32_t set, pfn_t first, unsigned pages)
{
	struct occupants    occupants = { 0 };
	struct msadsc_need  need;
	struct occupy_fault fault;

	map.count = 0;
	add_ram(TABLE, TABLE + 1);
	add_ram(first, first + pages);
	ASSERT(msadsc_init(&array, &map, &occupants, PFN_LIMIT, &need) ==
	               MSADSC_OK,
	       "%s", need.why);
	memareas_init(&areas, &array);
	occupy_rest(&occupants, set, first, pages);
	ASSERT(occupy_mark(&array, &areas, &occupants, &fault) == OCCUPY_OK,
	       "frame %llu", (unsigned long long)fault.pfn);
	ASSERT(merge_runs(&array, &areas) == MERGE_OK, "set %x", set);
	ASSERT(merge_check(&array, &areas) == NULL, "%s",
	       merge_check(&array, &areas));
}

static void try_set(uint32_t set, pfn_t first, unsigned pages)
{
	run_stages(set, first, pages);
	sets++;
	for (pfn_t pfn = first; pfn < first + pages; pfn++) {
		struct msadsc d = array.page[pfn];
		int           order = expected_order(set, first, pages, pfn);
		bool          is = msadsc_state(d) == MSADSC_FREE;

		blocks += is;
		if (is == (order >= 0) &&
		    (!is || (int)msadsc_order(d) == order))
			continue;
		printf("1..1\nnot ok 1 set 0x%x of %u pages from frame %llu: "
		       "frame %llu\n",
		       set, pages, (unsigned long long)first,
		       (unsigned long long)pfn);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	bool     bug = argc > 1 && strcmp(argv[1], "--bug") == 0;
	unsigned most = argc > 1 && !bug ? (unsigned)atoi(argv[1]) : 16;

	ASSERT(most >= 1 && most <= 24, "%u pages", most);
	lowest_order = bug;
	phys_lend(pfn_to_paddr(TABLE), PAGE_SIZE, memory);
	/* Each set has its own number of pages, so smaller ones come once. */
	for (unsigned pages = 1; pages <= most; pages++)
		for (pfn_t offset = 0; offset < OFFSETS; offset++)
			for (uint32_t set = 0; set < UINT32_C(1) << pages;
			     set++)
				if (pages < 16 || offset < 16)
					try_set(set, OFFSETS + offset, pages);
	printf("1..1\n# %llu sets of free pages, %llu blocks\n"
	       "ok 1 each set is in its largest aligned blocks\n",
	       (unsigned long long)sets, (unsigned long long)blocks);
	return 0;
}
