/**
 * @file
 * Tests of lesson 1.  A picture is the specification: one column is 16 KiB.
 */
#include "e820.h"
#include "kstring.h"
#include "test.h"

/* One range as firmware lays it out. */
struct entry {
	uint64_t base, bytes;
	uint32_t type, attributes;
};

#define CROWD (3 * E820_MAX)

/* What the tests work on. */
struct bench {
	struct e820_map firmware, map;
	struct entry    crowd[CROWD];
};

_Static_assert(sizeof(struct bench) <= TEST_MEMORY_BYTES, "fits");

static struct e820_map *firmware, *map;
static struct entry    *crowd;

/* Each test begins with maps that hold nothing. */
static void begin(void)
{
	struct bench *bench = test_memory();

	firmware = &bench->firmware;
	map = &bench->map;
	crowd = bench->crowd;
	*firmware = *map = (struct e820_map){ 0 };
}

/* The map made of @entries; its check must hold. */
static void make_map(const struct entry *entries, uint32_t count)
{
	begin();
	e820_read(firmware, entries, count, sizeof(*entries));
	e820_normalize(firmware, map);
	CHECK_TEXT(e820_check(map), NULL);
}

static void check_range(uint32_t i, paddr_t base, paddr_t end, uint32_t type)
{
	CHECK_EQ(map->range[i].base, base);
	CHECK_EQ(map->range[i].end, end);
	CHECK_EQ(map->range[i].type, type);
}

/*  in   RAM  |--------------------|
 *       NVS           |-----|
 *  out  RAM  |--------|     |-----|
 *       NVS           |-----|          */
TEST(e820_stronger_type_cuts_a_hole)
{
	static const struct entry in[] = {
		{ 0, 64 * KiB, E820_RAM, 0 },
		{ 16 * KiB, 8 * KiB, E820_NVS, 0 },
	};

	make_map(in, 2);
	CHECK_EQ(map->count, 3);
	check_range(0, 0, 16 * KiB, E820_RAM);
	check_range(1, 16 * KiB, 24 * KiB, E820_NVS);
	check_range(2, 24 * KiB, 64 * KiB, E820_RAM);
}

/*  in   RAM        |-----|
 *       reserved |----------|
 *  out  reserved |----------|          */
TEST(e820_stronger_type_swallows_a_range)
{
	static const struct entry in[] = {
		{ 16 * KiB, 8 * KiB, E820_RAM, 0 },
		{ 8 * KiB, 24 * KiB, E820_RESERVED, 0 },
	};

	make_map(in, 2);
	CHECK_EQ(map->count, 1);
	check_range(0, 8 * KiB, 32 * KiB, E820_RESERVED);
}

/*  in   RAM      |-----|     RAM |---|  (later in the list, lower)
 *  out  RAM      |-----------|          touching ranges of one type join */
TEST(e820_neighbours_of_one_type_are_one_range)
{
	static const struct entry in[] = {
		{ 32 * KiB, 16 * KiB, E820_RAM, 0 },
		{ 0, 32 * KiB, E820_RAM, 0 },
		{ 40 * KiB, 16 * KiB, E820_RAM, 0 },
	};

	make_map(in, 3);
	CHECK_EQ(map->count, 1);
	check_range(0, 0, 56 * KiB, E820_RAM);
}

/* Linux's own worked example, one unit a byte: sanitize_e820_map's comment
 * in arch/x86/kernel/e820.c. */
TEST(e820_resolves_linux_example)
{
	static const struct entry in[] = {
		{ 4, 2, 2, 0 },  { 22, 1, 4, 0 }, { 4, 4, 1, 0 },
		{ 1, 2, 4, 0 },  { 0, 8, 1, 0 },  { 20, 2, 3, 0 },
		{ 11, 2, 4, 0 }, { 10, 5, 3, 0 }, { 14, 2, 2, 0 },
		{ 19, 4, 2, 0 }, { 9, 9, 1, 0 },  { 21, 2, 1, 0 },
		{ 17, 1, 4, 0 },
	};
	static const struct e820_range out[] = {
		{ 0, 1, 1 },   { 1, 3, 4 },   { 3, 4, 1 },   { 4, 6, 2 },
		{ 6, 8, 1 },   { 9, 10, 1 },  { 10, 11, 3 }, { 11, 13, 4 },
		{ 13, 15, 3 }, { 15, 16, 2 }, { 16, 17, 1 }, { 17, 18, 4 },
		{ 19, 20, 2 }, { 20, 22, 3 }, { 22, 23, 4 },
	};

	make_map(in, sizeof(in) / sizeof(in[0]));
	CHECK_EQ(map->count, sizeof(out) / sizeof(out[0]));
	for (uint32_t i = 0; i < map->count; i++)
		check_range(i, out[i].base, out[i].end, out[i].type);
}

TEST(e820_drops_empty_ranges_wherever_they_stand)
{
	static const struct entry in[] = {
		{ 0, 0, 0, 0 },
		{ 4096, 8192, E820_RAM, 0 },
		{ 6000, 0, E820_RESERVED, 0 },
		{ UINT64_MAX, 0, 0, 0 },
	};

	make_map(in, 4);
	CHECK_EQ(map->count, 1);
	CHECK_EQ(firmware->empty, 3);
	CHECK_EQ(firmware->given, 4);
	make_map(in, 1);
	CHECK_EQ(map->count, 0);
}

TEST(e820_refuses_ram_that_wraps_and_cuts_what_is_reserved)
{
	begin();
	CHECK_EQ(e820_add(firmware, UINT64_MAX, 2, E820_RAM), E820_WRAP);
	CHECK_EQ(e820_add(firmware, 2, UINT64_MAX, E820_RAM), E820_WRAP);
	CHECK(memcmp(map, firmware, sizeof(*map)) == 0);
	CHECK_EQ(e820_add(firmware, 1, UINT64_MAX, E820_RAM), E820_OK);

	firmware->count = 0;
	CHECK_EQ(e820_add(firmware, UINT64_MAX - 4095, 8192, E820_RESERVED),
	         E820_OK);
	e820_normalize(firmware, map);
	CHECK_EQ(map->count, 1);
	CHECK_EQ(map->range[0].base, UINT64_MAX - 4095);
	CHECK_EQ(e820_last(&map->range[0]), UINT64_MAX);
}

/*  2^64 - 16K   2^64 - 8K   2^64
 *  RAM    |-----------------|
 *  NVS          |-----------|  both end with the address space */
TEST(e820_is_exact_at_the_end_of_the_address_space)
{
	static const struct entry in[] = {
		{ 0 - 16 * KiB, 16 * KiB, E820_RAM, 0 },
		{ 0 - 8 * KiB, 8 * KiB, E820_NVS, 0 },
	};

	make_map(in, 2);
	CHECK_EQ(map->count, 2);
	check_range(0, 0 - 16 * KiB, 0 - 8 * KiB, E820_RAM);
	check_range(1, 0 - 8 * KiB, 0, E820_NVS);
	CHECK_EQ(e820_past_page(&map->range[1]), UINT64_C(1) << 52);
}

TEST(e820_rounds_usable_ranges_inward)
{
	static const struct {
		struct entry range;
		uint64_t     pages, below_1m;
	} row[] = {
		{ { 0, 0x9fc00, E820_RAM, 0 }, 159, 159 },
		{ { 1, 4096, E820_RAM, 0 }, 0, 0 },       /* two halves */
		{ { 1, 8191, E820_RAM, 0 }, 1, 1 },       /* one whole page */
		{ { 4095, 2, E820_RAM, 0 }, 0, 0 },       /* around an edge */
		{ { 0xff000, 8192, E820_RAM, 0 }, 2, 1 }, /* around 1 MiB */
		{ { 0x100000, 4096, E820_RAM, 0 }, 1, 0 },
		{ { 0, 1 * MiB, E820_RESERVED, 0 }, 0, 0 },
		{ { 0 - PAGE_SIZE, 4096, E820_RAM, 0 }, 1, 0 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct e820_totals totals;

		make_map(&row[i].range, 1);
		totals = e820_total(map);
		CHECK_EQ(totals.usable_pages, row[i].pages);
		CHECK_EQ(totals.pages_below_1m, row[i].below_1m);
	}
}

/* 1024 ranges that all overlap: range i is [i, 2047 - i) of type i + 1. */
TEST(e820_cuts_as_many_pieces_as_ranges_can_have)
{
	begin();
	for (uint32_t i = 0; i < E820_MAX; i++)
		CHECK_EQ(e820_add(firmware, i, 2047 - 2 * i, i + 1), E820_OK);
	e820_normalize(firmware, map);
	CHECK_TEXT(e820_check(map), NULL);
	CHECK_EQ(map->count, 2 * E820_MAX - 1);
	for (uint32_t i = 0; i < map->count; i++)
		CHECK_EQ(map->range[i].type,
		         i < E820_MAX ? i + 1 : 2 * E820_MAX - 1 - i);
}

TEST(e820_full_map_takes_no_more_and_stays_as_it_was)
{
	begin();
	for (uint32_t i = 0; i < E820_MAX; i++)
		e820_add(firmware, i * 8192, 4096, E820_RAM);
	*map = *firmware;
	CHECK_EQ(e820_add(firmware, 0, 4096, E820_RESERVED), E820_FULL);
	CHECK(memcmp(map, firmware, sizeof(*map)) == 0);
	CHECK_EQ(e820_add(firmware, 0, 0, E820_RESERVED), E820_OK);
}

/* Many RAM ranges come first, then one that is reserved. */
TEST(e820_leaves_out_ram_and_never_what_is_reserved)
{
	begin();
	for (uint32_t i = 0; i < CROWD; i++)
		crowd[i] = (struct entry){ i * 2 * PAGE_SIZE, PAGE_SIZE,
			                   E820_RAM, 0 };
	crowd[CROWD - 1] = (struct entry){ 1024, 64, E820_RESERVED, 0 };
	make_map(crowd, CROWD);
	CHECK_EQ(firmware->crowded, CROWD - E820_MAX);
	CHECK_EQ(map->count, E820_MAX + 1);
	check_range(1, 1024, 1088, E820_RESERVED);
}

TEST(e820_joins_what_touches_before_it_leaves_out)
{
	begin();
	for (uint32_t i = 0; i < CROWD; i++) {
		uint32_t page = i * 2 < CROWD ? i * 2 : (i * 2 - CROWD) | 1;

		crowd[i] = (struct entry){ page * PAGE_SIZE, PAGE_SIZE,
			                   E820_RAM, 0 };
	}
	make_map(crowd, E820_MAX + 1);
	CHECK_EQ(firmware->crowded, 1);
	for (uint32_t i = 0; i < CROWD; i++)
		crowd[i].base = i * PAGE_SIZE;
	make_map(crowd, CROWD);
	CHECK_EQ(firmware->crowded, 0);
	CHECK_EQ(map->count, 1);
	check_range(0, 0, CROWD * PAGE_SIZE, E820_RAM);
}

/* E820_MAX ranges that touch nobody, but for the first ones. */
static void fill_crowd(uint32_t from)
{
	for (uint32_t i = from; i < E820_MAX; i++)
		crowd[i] = (struct entry){ (1000 + 2 * i) * PAGE_SIZE,
			                   PAGE_SIZE, E820_RESERVED, 0 };
}

TEST(e820_joins_twins_when_it_is_full)
{
	begin();
	fill_crowd(2);
	crowd[0] = crowd[1] = (struct entry){ 0, 4096, E820_RESERVED, 0 };
	crowd[E820_MAX] = (struct entry){ 7 * PAGE_SIZE, 1, E820_RESERVED, 0 };
	make_map(crowd, E820_MAX + 1);
	CHECK_EQ(firmware->count, E820_MAX);
	CHECK_EQ(firmware->crowded, 0);
	check_range(0, 0, 4096, E820_RESERVED);
}

/*  bytes    50       100            200  205 210  220
 *  in        |--NVS--|---reserved---|    |NVS|NVS-|
 *  then      |--NVS--|-------NVS-------------|            there is no room
 *  kept      |--------------NVS-------------------|                      */
TEST(e820_looks_again_at_what_a_wider_range_touches)
{
	begin();
	fill_crowd(2);
	crowd[0] = (struct entry){ 50, 50, E820_NVS, 0 };
	crowd[1] = (struct entry){ 100, 100, E820_RESERVED, 0 };
	crowd[E820_MAX] = (struct entry){ 205, 5, E820_NVS, 0 };
	crowd[E820_MAX + 1] = (struct entry){ 210, 10, E820_NVS, 0 };
	crowd[E820_MAX + 2] = (struct entry){ GiB, PAGE_SIZE, E820_RAM, 0 };
	make_map(crowd, E820_MAX + 3);
	CHECK_EQ(firmware->count, E820_MAX);
	CHECK_EQ(firmware->crowded, 0);
	check_range(0, 50, 220, E820_NVS);
	check_range(map->count - 1, GiB, GiB + PAGE_SIZE, E820_RAM);
}

TEST(e820_widens_a_neighbour_when_reserved_ranges_fill_it)
{
	uint64_t reserved = 0;

	begin();
	for (uint32_t i = 0; i < CROWD; i++)
		crowd[i] = (struct entry){ i * 4 * PAGE_SIZE, PAGE_SIZE,
			                   E820_RESERVED, 0 };
	crowd[0].type = E820_RAM;
	crowd[0].bytes = CROWD * 4 * PAGE_SIZE;
	make_map(crowd, CROWD);
	for (uint32_t i = 1; i < CROWD; i++) {
		uint32_t k = 0;

		while (k < map->count &&
		       e820_last(&map->range[k]) < crowd[i].base)
			k++;
		reserved += k < map->count &&
		            map->range[k].type == E820_RESERVED &&
		            map->range[k].base <= crowd[i].base;
	}
	CHECK_EQ(reserved, CROWD - 1);
}

/*  pages          78   80              112     116
 *  listed              |R|               |R|        and so on, each 16 pages
 *  then           |N|     |R|               |R|     which have no room
 *  kept           |NNNNNNNNN|            |RRRR|                            */
TEST(e820_widens_the_nearest_neighbour_to_the_stronger_type)
{
	static const struct entry late[] = {
		{ 78 * PAGE_SIZE, PAGE_SIZE, E820_NVS, 0 },
		{ 82 * PAGE_SIZE, PAGE_SIZE, E820_RESERVED, 0 },
		{ 115 * PAGE_SIZE, PAGE_SIZE, E820_RESERVED, 0 },
		{ 112 * PAGE_SIZE + 7, 9, E820_RESERVED, 0 },     /* inside */
		{ 152 * PAGE_SIZE, PAGE_SIZE, E820_RESERVED, 0 }, /* a tie */
		{ (16 * E820_MAX - 14) * PAGE_SIZE, PAGE_SIZE, E820_NVS, 0 },
		{ (16 * E820_MAX - 30) * PAGE_SIZE, PAGE_SIZE, E820_NVS, 0 },
		{ PAGE_SIZE, 0, E820_RAM, 0 },
		{ PAGE_SIZE, 0, E820_RESERVED, 0 },
		{ UINT64_MAX, 2, E820_RAM, 0 },
		{ PAGE_SIZE, PAGE_SIZE, E820_RAM, 0 },
	};

	begin();
	for (uint32_t i = 0; i < E820_MAX; i++)
		crowd[i] = (struct entry){ (E820_MAX - 1 - i) * 16 * PAGE_SIZE,
			                   PAGE_SIZE, E820_RESERVED, 0 };
	memcpy(crowd + E820_MAX, late, sizeof(late));
	make_map(crowd, E820_MAX + 11);
	CHECK_EQ(firmware->empty, 2);
	CHECK_EQ(firmware->wrapped, 1);
	CHECK_EQ(firmware->crowded, 1);
	CHECK_EQ(map->count, E820_MAX);
	check_range(4, 64 * PAGE_SIZE, 65 * PAGE_SIZE, E820_RESERVED);
	check_range(5, 78 * PAGE_SIZE, 83 * PAGE_SIZE, E820_NVS);
	check_range(6, 96 * PAGE_SIZE, 97 * PAGE_SIZE, E820_RESERVED);
	check_range(7, 112 * PAGE_SIZE, 116 * PAGE_SIZE, E820_RESERVED);
	check_range(9, 144 * PAGE_SIZE, 145 * PAGE_SIZE, E820_RESERVED);
	check_range(10, 152 * PAGE_SIZE, 161 * PAGE_SIZE, E820_RESERVED);
	check_range(E820_MAX - 2, (16 * E820_MAX - 32) * PAGE_SIZE,
	            (16 * E820_MAX - 29) * PAGE_SIZE, E820_NVS);
	check_range(E820_MAX - 1, (16 * E820_MAX - 16) * PAGE_SIZE,
	            (16 * E820_MAX - 13) * PAGE_SIZE, E820_NVS);
}

TEST(e820_reads_entries_of_any_stride_and_alignment)
{
	unsigned char bytes[3 * 29 + 1];
	uint64_t      base = 0, length = 4096;
	uint32_t      type = 7;

	begin();
	for (uint32_t stride = 20; stride <= 29; stride++) {
		memset(bytes, 0xff, sizeof(bytes));
		for (uint32_t i = 0; i < 3; i++) {
			base = i * 8192;
			memcpy(bytes + 1 + i * stride, &base, 8);
			memcpy(bytes + 9 + i * stride, &length, 8);
			memcpy(bytes + 17 + i * stride, &type, 4);
		}
		e820_read(firmware, bytes + 1, 3, stride);
		e820_normalize(firmware, map);
		CHECK_EQ(map->count, 3);
		check_range(2, 16384, 20480, 7);
	}
}

/* A type of each unit of a small address space, the slow and obvious way. */
static uint32_t type_at(const struct e820_map *m, paddr_t pa)
{
	uint32_t type = 0;

	for (uint32_t i = 0; i < m->count; i++)
		if (m->range[i].base <= pa && pa <= e820_last(&m->range[i]) &&
		    m->range[i].type > type)
			type = m->range[i].type;
	return type;
}

TEST(e820_agrees_with_a_byte_by_byte_model)
{
	uint64_t seed = UINT64_C(88172645463325252);

	for (unsigned round = 0; round < 500; round++) {
		unsigned ranges = (unsigned)(test_random(&seed) % 12);
		unsigned wrong = 0;

		begin();
		for (unsigned i = 0; i < ranges; i++)
			e820_add(firmware, test_random(&seed) % 48,
			         test_random(&seed) % 16,
			         (uint32_t)(1 + test_random(&seed) % 6));
		e820_normalize(firmware, map);
		CHECK_TEXT(e820_check(map), NULL);
		for (paddr_t pa = 0; pa < 64; pa++)
			wrong += type_at(firmware, pa) != type_at(map, pa);
		CHECK_EQ(wrong, 0);
	}
}

TEST(e820_knows_which_bytes_are_usable)
{
	static const struct entry in[] = {
		{ 4 * KiB, 8 * KiB, E820_RAM, 0 },
		{ 12 * KiB, 4 * KiB, E820_NVS, 0 },
		{ 0 - 4 * KiB, 4 * KiB, E820_RAM, 0 },
	};

	make_map(in, 3);
	CHECK(e820_is_usable(map, 4 * KiB, 12 * KiB));
	CHECK(!e820_is_usable(map, 4 * KiB - 1, 12 * KiB));
	CHECK(!e820_is_usable(map, 4 * KiB, 12 * KiB + 1));
	CHECK(!e820_is_usable(map, 12 * KiB, 13 * KiB));
	CHECK(e820_is_usable(map, 0 - 4 * KiB, 0));
}

TEST(e820_check_names_each_broken_invariant)
{
	static const struct e820_range good[] = { { 0, 4096, E820_RAM },
		                                  { 4096, 8192, E820_NVS } };

	begin();
	map->count = 2;
	memcpy(map->range, good, sizeof(good));
	CHECK_TEXT(e820_check(map), NULL);
	map->range[1].type = E820_RAM;
	CHECK_TEXT(e820_check(map), "neighbours of one type are one range");
	map->range[1].base = 4095;
	CHECK_TEXT(e820_check(map), "ranges ascend and do not overlap");
	map->range[1].end = 4095;
	CHECK_TEXT(e820_check(map), "no range is empty");
	map->count = E820_ROOM + 1;
	CHECK_TEXT(e820_check(map), "the map has room for its ranges");
}

/* Ranges that overlap by one byte, that overlap by more, and that leave gaps
 * which others fill later. */
TEST(e820_joins_all_that_touch_where_there_are_too_many)
{
	begin();
	for (uint32_t i = 0; i < CROWD; i++)
		crowd[i] = (struct entry){ i * PAGE_SIZE, PAGE_SIZE + 1,
			                   E820_RAM, 0 };
	make_map(crowd, CROWD);
	CHECK_EQ(firmware->count, 1);
	CHECK_EQ(firmware->crowded, 0);
	check_range(0, 0, CROWD * PAGE_SIZE + 1, E820_RAM);
	begin();
	for (uint32_t i = 0; i < CROWD; i++)
		crowd[i].bytes = 3 * PAGE_SIZE;
	make_map(crowd, CROWD);
	CHECK_EQ(firmware->count, 1);
	begin();
	for (uint32_t i = 0; i < E820_MAX + 2; i++) {
		uint32_t half = E820_MAX / 2 + 1;
		uint32_t page = i < half ? 2 * i : 2 * (i - half) + 1;

		crowd[i] = (struct entry){ page * PAGE_SIZE, PAGE_SIZE,
			                   E820_RESERVED, 0 };
	}
	make_map(crowd, E820_MAX + 2);
	CHECK_EQ(firmware->count, 1);
	check_range(0, 0, (E820_MAX + 2) * PAGE_SIZE, E820_RESERVED);
}

TEST(e820_keeps_all_as_they_came_where_there_is_room)
{
	begin();
	for (uint32_t i = 0; i < E820_MAX; i++)
		crowd[i] =
			(struct entry){ i * PAGE_SIZE, PAGE_SIZE, E820_RAM, 0 };
	make_map(crowd, E820_MAX);
	CHECK_EQ(firmware->count, E820_MAX);
	CHECK_EQ(map->given, E820_MAX);
	CHECK_EQ(map->count, 1);
}

TEST(e820_reads_all_bytes_of_an_entry)
{
	static const struct entry in = { UINT64_C(0x8182838485868788),
		                         UINT64_C(0x7172737475767778),
		                         UINT32_C(0x91929394), 0xffffffff };

	begin();
	e820_read(firmware, &in, 1, sizeof(in));
	CHECK_EQ(firmware->range[0].base, in.base);
	CHECK_EQ(firmware->range[0].end, in.base + in.bytes);
	CHECK_EQ(firmware->range[0].type, in.type);
}

/* What lies before the first range and behind the last is not asked. */
TEST(e820_map_is_its_ranges_and_nothing_else)
{
	static const struct entry in[] = { { 0, PAGE_SIZE, 0, 0 },
		                           { MiB, MiB, E820_RAM, 0 } };

	make_map(in, 2);
	CHECK_EQ(map->count, 2);
	check_range(0, 0, PAGE_SIZE, 0);
	map->range[2] = (struct e820_range){ 4 * MiB, 8 * MiB, E820_RAM };
	CHECK_EQ(e820_total(map).usable_bytes, MiB);
	CHECK(!e820_is_usable(map, 5 * MiB, 6 * MiB));
	CHECK_TEXT(e820_check(map), NULL);
}

TEST(e820_check_accepts_a_map_that_is_full)
{
	begin();
	for (uint32_t i = 0; i < E820_ROOM; i++)
		map->range[i] = (struct e820_range){ i * 2 * PAGE_SIZE,
			                             (i * 2 + 1) * PAGE_SIZE,
			                             E820_RAM };
	map->count = E820_ROOM;
	CHECK_TEXT(e820_check(map), NULL);
}
