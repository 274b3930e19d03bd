/**
 * @file
 * Benchmark of lesson 6, pages: what an operation costs, in instructions.
 *
 *     bench_pages WORKLOAD GIB
 *
 * runs one workload on a machine of that much memory and prints how many
 * operations that were.  The instructions are counted from outside:
 *
 *     valgrind --tool=callgrind --toggle-collect='counted_*' bench_pages A 4
 *
 * for sums: what is counted stands in functions of that name, with the loop
 * around it.  For single operations, workload W counts by itself: the
 * processor's trap flag stops it after each instruction of a call, and the
 * largest count and some percentiles are printed.
 *
 *     A   single pages, allocated and freed in turn: 1 M pairs
 *     A1  the same while another page is held
 *     B   all memory page by page (counted_allocs), then freed in the same
 *         order (counted_frees)
 *     R   the same, freed in a random order
 *     C   1 M calls, orders 0 to 9, half full: counted_alloc, counted_free
 *     W   some thousands of calls of all kinds, each counted by itself
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "host.h"
#include "occupy.h"
#include "page_alloc.h"

#define KIND  MEMAREA_KERNEL
#define MIXED 1000000

static struct e820_map     map;
static struct occupants    occupants;
static struct msadsc_array array;
static struct memareas     areas;
static struct page_alloc   pages;

static uint64_t seed = UINT64_C(88172645463325252);

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void add_ram(paddr_t base, paddr_t end)
{
	map.range[map.count++] = (struct e820_range){ base, end, E820_RAM };
}

/* A PC: RAM below 640 KiB, from 1 MiB, and above 4 GiB. */
static void make_machine(uint64_t gib)
{
	struct msadsc_need  need;
	struct occupy_fault fault;

	add_ram(PAGE_SIZE, 636 * KiB);
	add_ram(MiB, min_u64(gib, 3) * GiB);
	if (gib > 3)
		add_ram(4 * GiB, (gib + 1) * GiB);
	occupants_add(&occupants, MiB, 2 * MiB, OCCUPANT_LOADED, "kernel");
	ASSERT(msadsc_init(&array, &map, &occupants, PFN_LIMIT, &need) ==
	               MSADSC_OK,
	       "%llu GiB", (unsigned long long)gib);
	memareas_init(&areas, &array);
	ASSERT(occupy_mark(&array, &areas, &occupants, &fault) == OCCUPY_OK &&
	               merge_runs(&array, &areas) == MERGE_OK &&
	               page_alloc_init(&pages, &array, &areas) == PAGE_OK,
	       "%llu GiB", (unsigned long long)gib);
}

static uint64_t free_pages(void)
{
	return areas.area[0].free_pages + areas.area[1].free_pages +
	       areas.area[2].free_pages + page_cached(&pages);
}

#define COUNTED __attribute__((noinline)) static

COUNTED void counted_pairs(uint64_t pairs)
{
	pfn_t first = 0;

	for (; pairs > 0; pairs--) {
		page_alloc(&pages, KIND, 0, &first);
		page_free(&pages, first, 0);
	}
}

COUNTED void counted_allocs(pfn_t *first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (page_alloc(&pages, KIND, 0, &first[i]) != PAGE_OK)
			abort();
}

COUNTED void counted_frees(const pfn_t *first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (page_free(&pages, first[i], 0) != PAGE_OK)
			abort();
}

COUNTED enum page_status counted_alloc(unsigned order, pfn_t *first)
{
	return page_alloc(&pages, KIND, order, first);
}

COUNTED enum page_status counted_free(pfn_t first, unsigned order)
{
	return page_free(&pages, first, order);
}

static void run_pairs(bool hold)
{
	pfn_t first = 0;

	for (unsigned i = 0; i < 1000; i++) {
		page_alloc(&pages, KIND, 0, &first);
		page_free(&pages, first, 0);
	}
	if (hold)
		page_alloc(&pages, KIND, 0, &first);
	counted_pairs(MIXED);
	kprintf("pairs %u\n", MIXED);
}

static void shuffle(pfn_t *first, uint64_t count)
{
	for (uint64_t i = count; i > 1; i--) {
		uint64_t k = random64() % i;
		pfn_t    swap = first[i - 1];

		first[i - 1] = first[k];
		first[k] = swap;
	}
}

/* All descriptors but for links: which blocks are on which lists. */
static uint64_t hash_of_blocks(void)
{
	uint64_t hash = 0;

	for (pfn_t pfn = 0; pfn < array.pages; pfn++)
		hash = (hash ^ (array.page[pfn].word & 0xff)) *
		       UINT64_C(0x100000001b3);
	return hash;
}

static void run_all(bool in_random_order)
{
	uint64_t count = free_pages(), hash = hash_of_blocks();
	pfn_t   *first = malloc(count * sizeof(*first));

	ASSERT(first != NULL, "%llu", (unsigned long long)count);
	counted_allocs(first, count);
	ASSERT(free_pages() == 0, "%llu", (unsigned long long)free_pages());
	if (in_random_order)
		shuffle(first, count);
	counted_frees(first, count);
	page_empty_caches(&pages);
	kprintf("allocs %llu frees %llu, the blocks are %s\n",
	        (unsigned long long)count, (unsigned long long)count,
	        hash == hash_of_blocks() ? "those after boot" : "OTHERS");
	free(first);
}

/* Blocks that are in use: where and of which order. */
struct live {
	pfn_t    first;
	unsigned order;
};

static struct live *live;
static uint64_t     lives, live_pages;

/* One step of workload C, by the two calls that it is given. */
static void mixed_step(uint64_t half,
                       enum page_status (*alloc)(unsigned, pfn_t *),
                       enum page_status (*release)(pfn_t, unsigned))
{
	if (live_pages < half) {
		unsigned order =
			(unsigned)__builtin_ctzll(random64() | 1 << 9);

		if (alloc(order, &live[lives].first) != PAGE_OK)
			abort();
		live[lives++].order = order;
		live_pages += UINT64_C(1) << order;
	} else {
		uint64_t    i = random64() % lives;
		struct live gone = live[i];

		live[i] = live[--lives];
		live_pages -= UINT64_C(1) << gone.order;
		if (release(gone.first, gone.order) != PAGE_OK)
			abort();
	}
}

static enum page_status plain_alloc(unsigned order, pfn_t *first)
{
	return page_alloc(&pages, KIND, order, first);
}

static enum page_status plain_free(pfn_t first, unsigned order)
{
	return page_free(&pages, first, order);
}

/* Fill to the half, then some more, so that holes are where chance put them;
 * what is counted starts there. */
static uint64_t fill_half(void)
{
	uint64_t half = free_pages() / 2;

	live = malloc(2 * half * sizeof(*live));
	ASSERT(live != NULL, "%llu", (unsigned long long)half);
	while (live_pages < half)
		mixed_step(half, plain_alloc, plain_free);
	return half;
}

static void run_mixed(void)
{
	uint64_t half = fill_half();

	for (unsigned i = 0; i < MIXED; i++)
		mixed_step(half, counted_alloc, counted_free);
	kprintf("operations %u\n", MIXED);
}

int main(int argc, char **argv)
{
	ASSERT(argc == 3, "%d arguments, not WORKLOAD GIB", argc - 1);
	make_machine(strtoull(argv[2], NULL, 10));
	if (strcmp(argv[1], "A") == 0)
		run_pairs(false);
	if (strcmp(argv[1], "A1") == 0)
		run_pairs(true);
	if (strcmp(argv[1], "B") == 0)
		run_all(false);
	if (strcmp(argv[1], "R") == 0)
		run_all(true);
	if (strcmp(argv[1], "C") == 0)
		run_mixed();
	ASSERT(page_alloc_check(&pages) == NULL, "%s",
	       page_alloc_check(&pages));
	return 0;
}
