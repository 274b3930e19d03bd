/**
 * @file
 * Tests of lesson 6 that need more memory than a small kernel has.
 */
#include <stdlib.h>
#include "host.h"
#include "memm.h"
#include "occupy.h"
#include "page_alloc.h"
#include "phys.h"
#include "test.h"

/* A machine with all three areas. */
struct machine {
	struct e820_map     map;
	struct occupants    occupants;
	struct msadsc_array array;
	struct memareas     areas;
	struct page_alloc   pages;
};

static struct machine *make(uint64_t bytes)
{
	struct machine     *m = calloc(1, sizeof(*m));
	struct msadsc_need  need;
	struct occupy_fault fault;

	CHECK_EQ(e820_add(&m->map, 0, bytes, E820_RAM), E820_OK);
	CHECK_EQ(occupants_add(&m->occupants, 0, MiB, OCCUPANT_FIRMWARE, "it"),
	         OCCUPANTS_OK);
	CHECK_EQ(msadsc_init(&m->array, &m->map, &m->occupants, PFN_LIMIT,
	                     &need),
	         MSADSC_OK);
	memareas_init(&m->areas, &m->array);
	CHECK_EQ(occupy_mark(&m->array, &m->areas, &m->occupants, &fault),
	         OCCUPY_OK);
	CHECK_EQ(merge_runs(&m->array, &m->areas), MERGE_OK);
	CHECK_EQ(page_alloc_init(&m->pages, &m->array, &m->areas), PAGE_OK);
	return m;
}

static void end(struct machine *m)
{
	CHECK_TEXT(page_alloc_check(&m->pages), NULL);
	host_return_all();
	free(m);
}

/*  GiB    0             16      17      18
 *  area   | ... kernel  |-user--|-------|
 *                       |---1---|---1---|     never one block of 2 GiB */
TEST(page_alloc_largest_blocks_are_not_joined)
{
	struct machine *m = make(18 * GiB);
	struct memarea *user = &m->areas.area[MEMAREA_USER];
	pfn_t           first[2], page, ram;

	CHECK_EQ(user->list[ORDER_MAX].blocks, 2);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(page_alloc(&m->pages, MEMAREA_USER, ORDER_MAX,
		                    &first[i]),
		         PAGE_OK);
	CHECK_EQ(user->free_pages, 0);
	CHECK_TEXT(page_alloc_check(&m->pages), NULL);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(page_free(&m->pages, first[i], ORDER_MAX), PAGE_OK);
	CHECK_EQ(user->list[ORDER_MAX].blocks, 2);
	CHECK_TEXT(page_alloc_check(&m->pages), NULL);

	CHECK_EQ(page_alloc(&m->pages, MEMAREA_USER, 0, &page), PAGE_OK);
	CHECK_EQ(memarea_of(page), MEMAREA_USER);
	CHECK_EQ(page_free(&m->pages, page, 0), PAGE_OK);
	CHECK_EQ(page_alloc(&m->pages, MEMAREA_USER, 0, &ram), PAGE_OK);
	CHECK_EQ(ram, page); /* it was at hand */
	CHECK_EQ(page_free(&m->pages, page, 0), PAGE_OK);
	CHECK_EQ(page_alloc(&m->pages, MEMAREA_HARDWARE, 0, &page), PAGE_OK);
	CHECK_EQ(page_free(&m->pages, page, 0), PAGE_OK);
	page_empty_caches(&m->pages);
	CHECK_EQ(user->list[ORDER_MAX].blocks, 2);
	end(m);
}

TEST(page_alloc_without_a_user_area_gives_of_the_kernels)
{
	struct machine *m = make(GiB);
	pfn_t           page;

	CHECK_EQ(page_alloc(&m->pages, MEMAREA_USER, 0, &page), PAGE_OK);
	CHECK_EQ(memarea_of(page), MEMAREA_KERNEL);
	CHECK_EQ(page_free(&m->pages, page, 0), PAGE_OK);
	end(m);
}

/* Blocks start where a large page can, so that one entry maps them. */
TEST(memm_aligns_large_blocks_to_large_pages)
{
	const pfn_t           first = 5;
	const uint64_t        pages = 3 * GiB / PAGE_SIZE;
	static const uint64_t bytes[] = { 2 * MiB - 1, 2 * MiB, 3 * MiB, GiB };
	static const uint64_t align[] = { PAGE_SIZE, 2 * MiB, 2 * MiB, GiB };
	static struct memm    memm;

	phys_to_virt_zeroed(pfn_to_paddr(first), pages * PAGE_SIZE);
	CHECK_EQ(memm_init(&memm, first, pages, 0), MEMM_OK);
	for (int i = 0; i < 4; i++) {
		void *block = NULL;

		CHECK_EQ(memm_allocate(&memm, 1, bytes[i], 0, &block), MEMM_OK);
		CHECK_EQ(memm_paddr(&memm, block) % align[i], 0);
	}
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	CHECK_TEXT(memm_check(&memm), NULL);
	host_return_all();
}
