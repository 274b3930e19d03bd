/**
 * @file
 * Tests of lesson 2.  A picture is the specification: one column is a page.
 */
#include "kstring.h"
#include "machine_test.h"
#include "test.h"

static struct msadsc run_of(uint64_t pages, pfn_t below)
{
	return msadsc_make(MSADSC_RUN, 0, pages, below);
}

static bool is_nothing(const struct machine *m, pfn_t pfn)
{
	return machine_page_is(m, pfn, (struct msadsc){ 0 });
}

TEST(msadsc_describes_each_range_as_one_run)
{
	struct machine *m = machine_of_two_ranges();

	CHECK_EQ(m->array.pages, 8);
	CHECK_EQ(m->array.usable_pages, 6);
	CHECK_EQ(m->array.first_run, 5);
	CHECK_EQ(m->array.phase, MSADSC_DESCRIBED);
	CHECK(machine_page_is(m, 1, run_of(3, 0)));
	CHECK(machine_page_is(m, 5, run_of(3, 1)));
	CHECK(is_nothing(m, 0) && is_nothing(m, 2) && is_nothing(m, 3) &&
	      is_nothing(m, 4) && is_nothing(m, 6) && is_nothing(m, 7));
	CHECK(machine_is_intact(m));
	CHECK_TEXT(msadsc_check(&m->array), NULL);
}

/*  page  0   1   2   3   4
 *  RAM |---------------|
 *       occ  3                   */
TEST(msadsc_counts_page_0_and_keeps_it_out_of_the_run)
{
	struct machine *m = machine_new();

	machine_add_ram(m, 0, PAGES(4));
	machine_add(m, 0, 1, OCCUPANT_FIRMWARE, "firmware");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	CHECK_EQ(m->array.usable_pages, 4);
	CHECK(machine_page_is(m, 0, msadsc_twice(MSADSC_OCCUPIED, 0, 0)));
	CHECK(machine_page_is(m, 1, run_of(3, 0)));
	CHECK_EQ(msadsc_find(&m->array, 0), 0);
	CHECK_TEXT(msadsc_check(&m->array), NULL);
}

/*  page    1   2   3   4   5   6   7   8   9
 *  RAM       |-----------|       |---|     |-
 *  runs          2                               */
TEST(msadsc_rounds_ram_inward_and_counts_ranges_of_half_pages)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1) + 1, PAGES(5) - 1);
	machine_add_ram(m, PAGES(6) + 2048, PAGES(7) + 2048);
	machine_add_ram(m, PAGES(9), PAGES(9) + 4095);
	CHECK_EQ(machine_describe(m, PAGES(2)), MSADSC_OK);
	CHECK_EQ(m->array.pages, 4);
	CHECK_EQ(m->array.usable_pages, 2);
	CHECK_EQ(m->array.left_out_ranges, 2);
	CHECK_EQ(m->array.left_out_pages, 0);
	CHECK(machine_page_is(m, 2, run_of(2, 0)));
	CHECK_TEXT(msadsc_check(&m->array), NULL);
}

/*  page        1   2   3   4   5   6   7   8   ...   2^52
 *  RAM       |-----------|   |-----------|     |-------|     */
TEST(msadsc_leaves_out_what_is_at_or_above_the_limit)
{
	static const struct {
		pfn_t    limit, pages;
		uint64_t usable, left_out;
	} row[] = {
		{ 2, 2, 1, 7 },         { 3, 3, 2, 6 }, /* inside a range */
		{ 4, 4, 3, 5 },                         /* at its end */
		{ 5, 4, 3, 5 },                         /* where one begins */
		{ 6, 6, 4, 4 },         { 8, 8, 6, 2 },
		{ PFN_LIMIT, 8, 6, 2 }, /* no end of 2^64 in 64 bits */
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct machine *m = machine_new();

		machine_add_ram(m, PAGES(1), PAGES(4));
		machine_add_ram(m, PAGES(5), PAGES(8));
		machine_add_ram(m, 0 - PAGES(2), 0);
		m->limit = row[i].limit;
		CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
		CHECK_EQ(m->array.pages, row[i].pages);
		CHECK_EQ(m->array.usable_pages, row[i].usable);
		CHECK_EQ(m->array.left_out_pages, row[i].left_out);
		CHECK_TEXT(msadsc_check(&m->array), NULL);
		CHECK(machine_is_intact(m));
	}
}

TEST(msadsc_limit_is_what_the_cpu_and_a_descriptor_reach)
{
	static const struct {
		unsigned phys_bits;
		pfn_t    limit;
	} row[] = {
		{ 12, 1 },
		{ 36, UINT64_C(1) << 24 },
		{ 39, UINT64_C(1) << 27 },
		{ 40, PFN_LIMIT }, /* both, exactly */
		{ 46, PFN_LIMIT }, /* the descriptor decides */
		{ 52, PFN_LIMIT },
		{ 0, PFN_LIMIT }, /* nobody said */
		{ 11, PFN_LIMIT },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(msadsc_limit(row[i].phys_bits), row[i].limit);
}

static void check_place(struct machine *m, paddr_t place)
{
	const struct occupant *o = m->occupants.entry;

	CHECK_EQ(machine_describe(m, place), MSADSC_OK);
	CHECK_EQ(m->array.base, place);
	while (o->base != place && o < &m->occupants.entry[OCCUPANTS_MAX - 1])
		o++;
	CHECK_TEXT(o->name, "descriptors");
	CHECK_EQ(o->end, place + m->array.pages * sizeof(struct msadsc));
	CHECK_EQ(o->kind, OCCUPANT_OWN);
	CHECK(machine_is_intact(m));
	CHECK_TEXT(msadsc_check(&m->array), NULL);
}

/*  page      1 ...  8000  ...   8192            8300
 *  RAM       |---|   |------------------------------|
 *  array                           |--|                  */
TEST(msadsc_places_the_array_at_32_mib_where_ram_begins_below)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(100));
	machine_add_ram(m, PAGES(8000), PAGES(8300));
	check_place(m, 32 * MiB);
}

TEST(msadsc_places_the_array_above_32_mib_behind_what_lies_there)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(8300));
	machine_add(m, 32 * MiB - 1, 32 * MiB + 1, OCCUPANT_LOADED, "module");
	check_place(m, 32 * MiB + PAGE_SIZE);
}

/* 8203 descriptors are 17 pages. */
TEST(msadsc_places_the_array_lowest_where_high_ram_is_too_short)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(17));
	machine_add_ram(m, PAGES(20), PAGES(60));
	machine_add_ram(m, PAGES(8187), PAGES(8208));
	machine_add(m, PAGES(20), PAGES(30), OCCUPANT_LOADED, "kernel");
	check_place(m, PAGES(30));
}

TEST(msadsc_places_the_array_below_the_limit)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(8190), PAGES(8300));
	m->limit = 8192 + 16; /* 17 pages are needed */
	CHECK_EQ(machine_describe(m, PAGES(8190)), MSADSC_OK);
	CHECK_EQ(m->array.base, PAGES(8190));
	m = machine_new();
	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(8190), PAGES(8300));
	m->limit = 8192 + 17;
	CHECK_EQ(machine_describe(m, PAGES(8192)), MSADSC_OK);
	CHECK_EQ(m->array.base, PAGES(8192));
}

/* That msadsc_init() refuses, says why, and changes nothing. */
static void check_refusal(struct machine *m, enum msadsc_status status,
                          const char *why)
{
	struct machine_copy before;

	machine_remember(m, &before);
	CHECK_EQ(machine_describe(m, 0), status);
	CHECK_TEXT(m->need.why, why);
	CHECK(machine_is(m, &before));
}

/*  page     1   2   3   4   5    ...    600
 *  RAM    |---|   |-----|              |---|
 *  kernel             |-|                          */
TEST(msadsc_without_room_says_what_it_needs_and_what_there_is)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(3), PAGES(5));
	machine_add_ram(m, PAGES(600), PAGES(601));
	machine_add(m, PAGES(4) + 1, PAGES(5), OCCUPANT_LOADED, "kernel");
	check_refusal(m, MSADSC_NO_ROOM, "no room");
	/* 601 descriptors are 4808 bytes; half pages help nobody. */
	CHECK_EQ(m->need.bytes, 8 * KiB);
	CHECK_EQ(m->need.largest, 4 * KiB);
}

TEST(msadsc_without_a_usable_page_is_refused)
{
	static const struct {
		paddr_t base, end;
	} row[] = {
		{ 1, 1 },                       /* no RAM at all */
		{ 0, PAGES(1) },                /* page 0 alone */
		{ PAGES(1) + 1, PAGES(3) - 1 }, /* no whole page */
		{ TiB, TiB + PAGES(1) },        /* above the limit */
		{ 0 - PAGES(1), 0 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct machine *m = machine_new();

		machine_add_ram(m, row[i].base, row[i].end);
		CHECK_EQ(e820_add(&m->map, 0 - PAGES(9), PAGES(1),
		                  E820_RESERVED),
		         E820_OK);
		if (row[i].end == 0) { /* the map ascends */
			struct e820_range high = m->map.range[0];

			m->map.range[0] = m->map.range[1];
			m->map.range[1] = high;
		}
		check_refusal(m, MSADSC_NO_RAM, "no usable page above page 0");
	}
}

TEST(msadsc_without_an_entry_for_itself_is_refused)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(9));
	while (m->occupants.count < OCCUPANTS_MAX)
		machine_add(m, PAGES(3), PAGES(4), OCCUPANT_FIRMWARE, "it");
	check_refusal(m, MSADSC_NO_ENTRY, "raise OCCUPANTS_MAX");
}

TEST(msadsc_finds_the_run_of_each_page)
{
	static const pfn_t run[] = { 0, 1, 1, 1, 0, 5, 5, 5, 0 };
	static const pfn_t outside[] = { 8449, PFN_LIMIT, UINT64_MAX };
	struct machine    *m = machine_of_two_ranges();
	const unsigned     rows = sizeof(run) / sizeof(run[0]);

	for (pfn_t pfn = 0; pfn < rows; pfn++)
		CHECK_EQ(msadsc_find(&m->array, pfn), run[pfn]);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(msadsc_find(&m->array, outside[i]), 0);
}

TEST(msadsc_knows_which_pages_are_ram)
{
	static const struct {
		pfn_t pfn;
		bool  is_ram;
	} row[] = {
		{ 0, false },
		{ 1, true },
		{ 3, true },
		{ 4, false }, /* half of it is RAM */
		{ 5, true },
		{ 6, false },
		{ 7, false },
		{ UINT64_C(1) << 34, true }, /* left out, but RAM */
		{ (UINT64_C(1) << 34) + 1, false },
		{ UINT64_C(1) << 52, false }, /* page 0, were it to wrap */
		{ (UINT64_C(1) << 52) + 1, false },
		{ UINT64_MAX, false },
	};
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(4) + 2048);
	machine_add_ram(m, PAGES(4) + 2049, PAGES(6));
	machine_add_ram(m, 64 * TiB, 64 * TiB + PAGES(1));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(msadsc_is_ram(&m->array, row[i].pfn), row[i].is_ram);
}

TEST(msadsc_order_is_the_smaller_of_alignment_and_pages)
{
	static const struct {
		pfn_t    pfn;
		uint64_t pages;
		unsigned order;
	} row[] = {
		{ 1, 100, 0 },                   /* alignment decides */
		{ 6, 100, 1 },                   /* 6 = 2 * 3 */
		{ 16, 1, 0 },                    /* pages decide */
		{ 16, 15, 3 },                   /* */
		{ 16, 16, 4 },                   /* both, exactly */
		{ 0, 4096, 12 },                 /* 0 is aligned to all */
		{ 0, PFN_LIMIT, ORDER_MAX },     /* */
		{ 1 << 18, 1 << 18, 18 },        /* 1 GiB, exactly */
		{ 1 << 19, 1 << 19, ORDER_MAX }, /* ORDER_MAX decides */
		{ 1 << 18, (1 << 18) - 1, 17 },  /* */
		{ PFN_LIMIT, PFN_LIMIT - 1, ORDER_MAX }, /* the last of all */
		{ PFN_LIMIT - 1, 1, 0 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(msadsc_order_at(row[i].pfn, row[i].pages),
		         row[i].order);
}

/*  page         0   1   2   3   4   5   6
 *  RAM            |-------|       |------      ends within page 6
 *  reserved               |---|                  */
TEST(msadsc_asks_the_map_which_pages_are_ram)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(3));
	CHECK_EQ(e820_add(&m->map, PAGES(3), PAGES(1), E820_RESERVED), E820_OK);
	machine_add_ram(m, PAGES(5), PAGES(6) + 1);
	CHECK_EQ(e820_add(&m->map, PAGES(9), PAGES(9), E820_RESERVED), E820_OK);
	m->map.range[4] = (struct e820_range){ PAGES(20), PAGES(21), E820_RAM };
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	CHECK_EQ(m->array.pages, 6);
	CHECK_TEXT(msadsc_check(&m->array), NULL);
	CHECK_EQ(m->array.usable_pages, 3);
	for (pfn_t pfn = 0; pfn < 9; pfn++)
		CHECK_EQ(msadsc_is_ram(&m->array, pfn),
		         pfn == 1 || pfn == 2 || pfn == 5);
	/* Its address is page 1's once the upper bits are gone. */
	CHECK(!msadsc_is_ram(&m->array, (UINT64_C(1) << 52) + 1));
	CHECK(!msadsc_is_ram(&m->array, UINT64_MAX));
}

/* The lowest range that has room is not RAM. */
TEST(msadsc_array_lies_in_usable_memory_only)
{
	struct machine *m = machine_new();

	CHECK_EQ(e820_add(&m->map, PAGES(1), PAGES(3), E820_NVS), E820_OK);
	machine_add_ram(m, PAGES(4), PAGES(6));
	CHECK_EQ(machine_describe(m, PAGES(4)), MSADSC_OK);
	CHECK_TEXT(msadsc_check(&m->array), NULL);
	CHECK_EQ(m->array.base, PAGES(4));
}

/* RAM at the very top: left out, and RAM all the same. */
TEST(msadsc_knows_the_last_page_there_can_be)
{
	struct machine *m = machine_new();
	pfn_t           last = pfn_down(UINT64_MAX);

	machine_add_ram(m, PAGES(1), PAGES(3));
	machine_add_ram(m, 0 - PAGES(2), 0);
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	CHECK_EQ(m->array.left_out_pages, 2);
	CHECK(msadsc_is_ram(&m->array, last));
	CHECK(!msadsc_is_ram(&m->array, last + 1));
}
