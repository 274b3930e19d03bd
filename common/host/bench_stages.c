/**
 * @file
 * Benchmark of lessons 2 to 5: what the stages cost a page, in instructions.
 *
 *     bench_stages GIB
 *
 * runs the stages once over a machine of that much memory in two ranges, and
 * prints what they made of it.  The instructions are counted from outside:
 *
 *     valgrind --tool=callgrind --toggle-collect='counted_*' bench_stages 4
 *
 * The host lends descriptors that are zero already.  A kernel that must clear
 * them first pays for it by the page; `bench_stages GIB clear` does the same
 * in counted_clear(), with the kernel's instruction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "host.h"
#include "merge.h"
#include "occupy.h"

#define COUNTED __attribute__((noinline))

static struct e820_map     map;
static struct occupants    occupants;
static struct msadsc_array array;
static struct memareas     areas;

COUNTED static void counted_msadsc(void)
{
	struct msadsc_need need;

	ASSERT(msadsc_init(&array, &map, &occupants, PFN_LIMIT, &need) ==
	               MSADSC_OK,
	       "%s", need.why);
}

COUNTED static void counted_clear(void)
{
	void    *at = array.page;
	uint64_t words = array.pages;

	__asm__ volatile("rep stosq"
	                 : "+D"(at), "+c"(words)
	                 : "a"(UINT64_C(0))
	                 : "memory");
}

COUNTED static void counted_memarea(void)
{
	memareas_init(&areas, &array);
}

COUNTED static void counted_occupy(void)
{
	struct occupy_fault fault;

	ASSERT(occupy_mark(&array, &areas, &occupants, &fault) == OCCUPY_OK,
	       "page 0x%llx", (unsigned long long)fault.pfn);
}

COUNTED static void counted_merge(void)
{
	ASSERT(merge_runs(&array, &areas) == MERGE_OK, "phase %d",
	       (int)array.phase);
}

static void print_machine(unsigned long long gib)
{
	uint64_t occupied = 0, free = 0, blocks = 0;

	for (int i = 0; i < MEMAREAS; i++) {
		occupied += areas.area[i].occupied_pages;
		free += areas.area[i].free_pages;
		for (unsigned k = 0; k < ORDERS; k++)
			blocks += areas.area[i].list[k].blocks;
	}
	printf("%llu GiB: %llu pages, %llu occupied, %llu free in %llu "
	       "blocks\n",
	       gib, (unsigned long long)array.pages,
	       (unsigned long long)occupied, (unsigned long long)free,
	       (unsigned long long)blocks);
}

int main(int argc, char **argv)
{
	unsigned long long gib = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;

	if (gib < 1 || gib > 1023) {
		fprintf(stderr, "bench_stages GIB [clear], GIB 1 to 1023\n");
		return 2;
	}
	map.count = 2;
	map.range[0] = (struct e820_range){ PAGE_SIZE, 636 * KiB, E820_RAM };
	map.range[1] = (struct e820_range){ MiB, gib * GiB + MiB, E820_RAM };
	host_occupants(&occupants);

	counted_msadsc();
	if (argc > 2 && strcmp(argv[2], "clear") == 0) {
		counted_clear();
		printf("%llu descriptors cleared\n",
		       (unsigned long long)array.pages);
		return 0;
	}
	counted_memarea();
	counted_occupy();
	counted_merge();
	print_machine(gib);
	return 0;
}
