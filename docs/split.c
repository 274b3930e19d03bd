/**
 * @file
 * Splits and joins one block of 16 pages, and prints after each call what
 * starts at which page: the run behind figures/split.svg.
 */
#include <stdio.h>
#include "check.h"
#include "occupy.h"
#include "page_alloc.h"
#include "phys.h"

#define FIRST 0x40 /* frame of the block */
#define PAGES 16

static struct e820_map     map;
static struct occupants    nothing;
static struct msadsc_array array;
static struct memareas     areas;
static struct page_alloc   pages;
static struct msadsc       words[FIRST + PAGES];

/* Page 0x10 is there for the descriptors alone. */
static void make_machine(void)
{
	struct msadsc_need  need;
	struct occupy_fault fault;

	map.range[map.count++] =
		(struct e820_range){ pfn_to_paddr(0x10), pfn_to_paddr(0x11),
		                     E820_RAM };
	map.range[map.count++] =
		(struct e820_range){ pfn_to_paddr(FIRST),
		                     pfn_to_paddr(FIRST + PAGES), E820_RAM };
	phys_lend(pfn_to_paddr(0x10), sizeof(words), words);
	ASSERT(msadsc_init(&array, &map, &nothing, PFN_LIMIT, &need) ==
	               MSADSC_OK,
	       "%s", need.why);
	memareas_init(&areas, &array);
	ASSERT(occupy_mark(&array, &areas, &nothing, &fault) == OCCUPY_OK, "%s",
	       fault.name);
	ASSERT(merge_runs(&array, &areas) == MERGE_OK, "%d blocks", 0);
	ASSERT(page_alloc_init(&pages, &array, &areas) == PAGE_OK, "%d", 0);
}

/* A line: the call, then `page:order:state` of each block. */
static void show(const char *call)
{
	ASSERT(page_alloc_check(&pages) == NULL, "%s",
	       page_alloc_check(&pages));
	printf("split: %s |", call);
	for (pfn_t i = 0; i < PAGES; i++) {
		struct msadsc d = array.page[FIRST + i];

		if (msadsc_state(d) != MSADSC_NOTHING)
			printf(" %u:%u:%s", (unsigned)i, msadsc_order(d),
			       msadsc_state(d) == MSADSC_FREE ? "free"
			                                      : "used");
	}
	putchar('\n');
}

static pfn_t take(unsigned order)
{
	pfn_t first = 0;

	ASSERT(page_alloc(&pages, MEMAREA_KERNEL, order, &first) == PAGE_OK,
	       "order %u", order);
	return first;
}

static void give(pfn_t first, unsigned order)
{
	ASSERT(page_free(&pages, first, order) == PAGE_OK, "%llx",
	       (unsigned long long)first);
}

int main(void)
{
	pfn_t a, b;

	make_machine();
	show("one free block of order 4");
	a = take(1);
	show("page_alloc, order 1");
	b = take(2);
	show("page_alloc, order 2");
	give(a, 1);
	show("page_free, order 1");
	give(b, 2);
	show("page_free, order 2");
	return 0;
}
