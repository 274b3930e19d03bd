/**
 * @file
 * Tests of lesson 6 that need more memory than a small kernel has.
 */
#include <stdlib.h>
#include "host.h"
#include "memm_raw.h"
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

static struct machine *make_around(uint64_t bytes, paddr_t base, paddr_t past)
{
	struct machine     *m = calloc(1, sizeof(*m));
	struct msadsc_need  need;
	struct occupy_fault fault;

	CHECK_EQ(e820_add(&m->map, 0, bytes, E820_RAM), E820_OK);
	CHECK_EQ(occupants_add(&m->occupants, 0, base, OCCUPANT_FIRMWARE, "it"),
	         OCCUPANTS_OK);
	if (past < bytes)
		CHECK_EQ(occupants_add(&m->occupants, past, bytes, OCCUPANT_OWN,
		                       "more"),
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

static struct machine *make(uint64_t bytes)
{
	return make_around(bytes, MiB, bytes);
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

	CHECK_EQ(free_list_blocks(&user->list[ORDER_MAX], m->pages.page), 2);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(page_alloc(&m->pages, MEMAREA_USER, ORDER_MAX,
		                    &first[i]),
		         PAGE_OK);
	CHECK_EQ(user->free_pages, 0);
	CHECK_TEXT(page_alloc_check(&m->pages), NULL);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(page_free(&m->pages, first[i], ORDER_MAX), PAGE_OK);
	CHECK_EQ(free_list_blocks(&user->list[ORDER_MAX], m->pages.page), 2);
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
	CHECK_EQ(free_list_blocks(&user->list[ORDER_MAX], m->pages.page), 2);
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

/* 8 GiB, of which 64 pages are free: too few for what is to be known of their
 * groups, 256 pages. */
TEST(page_alloc_without_room_for_groups_does_without)
{
	const paddr_t   base = 64 * MiB, free = base + 16 * MiB;
	struct machine *m = make_around(8 * GiB, base, free + 64 * PAGE_SIZE);
	struct memarea *kernel = &m->areas.area[MEMAREA_KERNEL];
	pfn_t           page[64], more = 0;

	CHECK_EQ(m->pages.grouped, 0);
	CHECK_EQ(page_own(&m->pages), 0);
	CHECK_EQ(kernel->free_pages, 64);
	for (unsigned i = 0; i < 64; i++) {
		CHECK_EQ(page_alloc(&m->pages, MEMAREA_KERNEL, 0, &page[i]),
		         PAGE_OK);
		CHECK_EQ(page[i], pfn_down(free) + i);
	}
	CHECK_EQ(page_alloc(&m->pages, MEMAREA_KERNEL, 0, &more),
	         PAGE_NO_MEMORY);
	for (unsigned i = 0; i < 64; i++)
		CHECK_EQ(page_free(&m->pages, page[i * 11 % 64], 0), PAGE_OK);
	CHECK_EQ(kernel->list[6].first, pfn_down(free));
	end(m);
}

/* Only the user area has anything: then what is known of groups lies there. */
TEST(page_alloc_has_groups_where_only_the_user_area_has_blocks)
{
	struct machine *m = make_around(17 * GiB, 16 * GiB, 17 * GiB);
	pfn_t           page;

	CHECK_EQ(m->pages.grouped, 17 * GiB / PAGE_SIZE);
	CHECK(page_own(&m->pages) > 0);
	CHECK_EQ(page_alloc(&m->pages, MEMAREA_USER, 0, &page), PAGE_OK);
	CHECK_EQ(m->pages.cache[MEMAREA_USER].count, PAGE_BATCH - 1);
	CHECK_EQ(page_free(&m->pages, page, 0), PAGE_OK);
	CHECK_EQ(page_alloc(&m->pages, MEMAREA_KERNEL, 0, &page),
	         PAGE_NO_MEMORY);
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

/* Blocks that are too large to be aligned as one wishes are served all the
 * same, in the very last pages. */
TEST(memm_gives_up_its_wish_before_it_refuses)
{
	static struct memm memm;

	for (pfn_t first = 4; first <= 5; first++) {
		const uint64_t pages = 1 + 1 + 1 + 512; /* bits, process, own */
		void          *block = NULL;

		phys_to_virt_zeroed(pfn_to_paddr(first), pages * PAGE_SIZE);
		CHECK_EQ(memm_init(&memm, first, pages, 0), MEMM_OK);
		CHECK_EQ(memm_allocate(&memm, 1, 2 * MiB,
		                       first == 4 ? 0 : 2 * PAGE_SIZE, &block),
		         MEMM_OK);
		CHECK_EQ(memm_paddr(&memm, block), pfn_to_paddr(first + 3));
		CHECK_EQ(memm_free_pages(&memm), 0);
		CHECK_TEXT(memm_check(&memm), NULL);
		CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
		host_return_all();
	}
}

/* Lists of blocks of 7 MiB and more; bits of more pages than a word has. */
TEST(memm_raw_serves_from_the_longest_blocks)
{
	const uint64_t         pages = 20 * MiB / PAGE_SIZE;
	static struct memm     memm;
	struct memm_allocator *a;

	phys_to_virt_zeroed(pfn_to_paddr(1), pages * PAGE_SIZE);
	CHECK_EQ(memm_init(&memm, 1, pages, 0), MEMM_OK);
	for (uint64_t size = 182; size < pages - 1; size += 289) {
		CHECK_EQ(memm_allocator_new(&memm, 2, size, &memm_raw, 0, &a),
		         MEMM_OK);
		CHECK_TEXT(memm_check(&memm), NULL);
		CHECK((char *)&raw_of(a)->word[raw_of(a)->granules] +
		              MEMM_NAME_BYTES <=
		      a->data);
		CHECK(a->allocate(a, 100 * KiB, 0) != NULL);
		CHECK_TEXT(memm_check(&memm), NULL);
		CHECK_EQ(memm_allocator_destroy(&memm, a), MEMM_OK);
		CHECK_EQ(memm_sweep(&memm), size);
		CHECK_EQ(memm_free_pages(&memm), pages - 1);
	}
	host_return_all();
}

/* A large page is counted by its size, and goes with its process. */
TEST(memm_counts_large_pages_that_it_maps)
{
	const pfn_t        first = 6;
	const uint64_t     pages = 8 * MiB / PAGE_SIZE;
	static struct memm memm;
	void              *block = NULL, *more = NULL;

	phys_to_virt_zeroed(pfn_to_paddr(first - 1), (pages + 1) * PAGE_SIZE);
	CHECK_EQ(memm_init(&memm, first, pages, 0), MEMM_OK);
	memm_use_tables(&memm, pfn_to_paddr(first - 1), true, true);
	CHECK_EQ(memm_allocate(&memm, 1, 2 * MiB, 0, &block), MEMM_OK);
	CHECK_EQ(memm_allocate(&memm, 1, 100, 0, &more), MEMM_OK);
	CHECK_EQ(memm.mappings[1], 1);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm_sweep(&memm), 513);
	CHECK_EQ(memm.mappings[1], 0);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_allocate(&memm, 1, 2 * MiB, 0, &block), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	CHECK_EQ(memm.mappings[0] + memm.mappings[1], 0);
	CHECK_EQ(memm.table_pages, 0);
	CHECK_TEXT(memm_check(&memm), NULL);
	host_return_all();
}

/* The last page has a word of bits for itself. */
TEST(memm_bits_of_an_arena_of_a_page_more_than_a_word)
{
	static struct memm     memm;
	struct memm_allocator *a;

	phys_to_virt_zeroed(pfn_to_paddr(1), 65 * PAGE_SIZE);
	CHECK_EQ(memm_init(&memm, 1, 65, 0), MEMM_OK);
	CHECK_EQ(memm_allocator_new(&memm, 62, 4, &memm_raw, 0, &a), MEMM_OK);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK(memm_holder(&memm, (char *)a + 4 * PAGE_SIZE - 1) == a);
	CHECK(memm_holder(&memm, memm.memory) == NULL);
	CHECK_EQ(memm.mapped[1], 1);
	CHECK_BROKEN(memm.mapped[1], 3, memm_check(&memm),
	             "as many pages are mapped as are not free");
	CHECK_BROKEN(memm.with_allocator[1], 3, memm_check(&memm),
	             "a page with an allocator is mapped");
	CHECK_EQ(memm_allocator_destroy(&memm, a), MEMM_OK);
	CHECK_EQ(memm_sweep(&memm), 4);
	CHECK_EQ(memm_free_pages(&memm), 64);
	CHECK_TEXT(memm_check(&memm), NULL);
	host_return_all();
}
