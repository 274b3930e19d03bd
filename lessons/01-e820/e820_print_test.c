/**
 * @file
 * What lesson 1 prints of a map.
 */
#include "e820.h"
#include "kstring.h"
#include "strip.h"
#include "test.h"

/* What the tests work on. */
struct bench {
	struct e820_map firmware, map;
};

static struct e820_map *firmware, *map;

/* One range of each type there is, and what is wrong with others. */
static void begin(void)
{
	/* clang-format off */
	static const struct {
		uint64_t base, bytes;
		uint32_t type, attributes;
	} entry[] = {
		{ 0,              639 * KiB, E820_RAM,           0 },
		{ MiB,            0,         E820_RAM,           0 },
		{ MiB,            15 * MiB,  E820_RAM,           0 },
		{ 16 * MiB,       16 * MiB,  E820_RESERVED,      0 },
		{ 32 * MiB,       32 * MiB,  E820_ACPI,          0 },
		{ 64 * MiB,       64 * MiB,  E820_NVS,           0 },
		{ 128 * MiB,      128 * MiB, E820_BAD,           0 },
		{ GiB,            1,         E820_PMEM,          0 },
		{ 2 * GiB,        PAGE_SIZE, E820_SOFT_RESERVED, 0 },
		{ 3 * GiB,        GiB,       20,                 0 },
		{ 0 - GiB,        GiB + 1,   E820_RAM,           0 },
		{ 0 - GiB,        GiB,       UINT32_MAX,         0 },
	};
	/* clang-format on */
	struct bench *bench = test_memory();

	firmware = &bench->firmware;
	map = &bench->map;
	e820_read(firmware, entry, sizeof(entry) / sizeof(entry[0]),
	          sizeof(entry[0]));
	e820_normalize(firmware, map);
	/* What is behind the last range is none. */
	firmware->range[firmware->count] = map->range[map->count] =
		(struct e820_range){ 512 * MiB, 600 * MiB, E820_RAM };
}

/* The ranges as they are printed, twice. */
#define RANGES                                                                 \
	"e820:   0x0000000000000000-0x000000000009fbff "                       \
	"usable           639 KiB\n"                                           \
	"e820:   0x0000000000100000-0x0000000000ffffff "                       \
	"usable            15 MiB\n"                                           \
	"e820:   0x0000000001000000-0x0000000001ffffff "                       \
	"reserved          16 MiB\n"                                           \
	"e820:   0x0000000002000000-0x0000000003ffffff "                       \
	"acpi-data         32 MiB\n"                                           \
	"e820:   0x0000000004000000-0x0000000007ffffff "                       \
	"acpi-nvs          64 MiB\n"                                           \
	"e820:   0x0000000008000000-0x000000000fffffff "                       \
	"unusable         128 MiB\n"                                           \
	"e820:   0x0000000040000000-0x0000000040000000 "                       \
	"persistent           1 B\n"                                           \
	"e820:   0x0000000080000000-0x0000000080000fff "                       \
	"soft-reserved      4 KiB\n"                                           \
	"e820:   0x00000000c0000000-0x00000000ffffffff "                       \
	"type-20            1 GiB\n"                                           \
	"e820:   0xffffffffc0000000-0xffffffffffffffff "                       \
	"type-4294967295      1 GiB\n"

TEST(e820_print_shows_both_maps_and_a_picture)
{
	begin();
	CHECK_TEXT(PRINTED(e820_print(firmware, map)),
	           "e820: the firmware gives 12 ranges, 1 empty:\n" RANGES
	           "e820: warning: 1 usable range goes past 2^64: "
	           "left out\n"
	           "e820: in order, disjoint and joined they are 10:\n" RANGES
	           "e820: ##########..############rrraaaaaaxxx......x."
	           ".xxx........................\n"
	           "e820: 64K         1M          16M         256M    "
	           "    4G          64G       1T\n"
	           "e820: # usable  r reserved  a ACPI  x other  . "
	           "nothing; three columns double\n"
	           "e820: usable          15.6 MiB in 2 ranges\n"
	           "e820: reserved          16 MiB in 1 range\n"
	           "e820: acpi-data         32 MiB in 1 range\n"
	           "e820: acpi-nvs          64 MiB in 1 range\n"
	           "e820: unusable         128 MiB in 1 range\n"
	           "e820: persistent           1 B in 1 range\n"
	           "e820: type-20            1 GiB in 1 range\n"
	           "e820: soft-reserved      4 KiB in 1 range\n"
	           "e820: type-4294967295      1 GiB in 1 range\n"
	           "e820: usable pages: 3999, of which 159 below 1 MiB\n");
}

TEST(e820_list_is_a_line_a_range)
{
	begin();
	CHECK_TEXT(PRINTED(e820_list(firmware, map)),
	           "entries_in 12 entries_out 10 usable_bytes "
	           "16382976 usable_pages 3999 pages_below_1M 159\n"
	           "0x0000000000000000-0x000000000009fbff usable\n"
	           "0x0000000000100000-0x0000000000ffffff usable\n"
	           "0x0000000001000000-0x0000000001ffffff reserved\n"
	           "0x0000000002000000-0x0000000003ffffff acpi-data\n"
	           "0x0000000004000000-0x0000000007ffffff acpi-nvs\n"
	           "0x0000000008000000-0x000000000fffffff unusable\n"
	           "0x0000000040000000-0x0000000040000000 persistent\n"
	           "0x0000000080000000-0x0000000080000fff "
	           "soft-reserved\n"
	           "0x00000000c0000000-0x00000000ffffffff type-20\n"
	           "0xffffffffc0000000-0xffffffffffffffff "
	           "type-4294967295\n");
}

/* A full map prints its warnings in the plural. */
TEST(e820_print_warns_of_what_is_left_out)
{
	struct e820_map *few = &((struct bench *)test_memory())->firmware;

	*few = (struct e820_map){ .given = 9 };
	CHECK_TEXT(PRINTED(e820_print_warnings(few)), "");
	few->wrapped = 2;
	few->crowded = 3;
	CHECK_TEXT(PRINTED(e820_print_warnings(few)),
	           "e820: warning: 2 usable ranges go past 2^64: left "
	           "out\n"
	           "e820: warning: 9 ranges, room for 1024: 3 usable "
	           "ranges left out (raise E820_MAX)\n");
	few->crowded = 1;
	CHECK(strstr(PRINTED(e820_print_warnings(few)),
	             "1 usable range left out") != NULL);
	few->crowded = 3;
	few->wrapped = 0;
	CHECK_TEXT(PRINTED(e820_print(few, few)),
	           "e820: the firmware gives 9 ranges:\n"
	           "e820: warning: 9 ranges, room for 1024: 3 usable "
	           "ranges left out (raise E820_MAX)\n"
	           "e820: in order, disjoint and joined they are 0:\n"
	           "e820: ............................................"
	           "............................\n"
	           "e820: 64K         1M          16M         256M    "
	           "    4G          64G       1T\n"
	           "e820: # usable  r reserved  a ACPI  x other  . "
	           "nothing; three columns double\n"
	           "e820: usable pages: 0, of which 0 below 1 MiB\n");
}

static struct strip *shown;

static void show(const struct strip *strip)
{
	*shown = *strip;
}

TEST(e820_print_draws_a_strip)
{
	begin();
	shown = (struct strip *)((struct bench *)test_memory() + 1);
	console_strip_to(show, 72);
	PRINTED(e820_print(firmware, map));
	console_strip_to(NULL, 1);
	CHECK_TEXT(shown->name, "e820");
	CHECK_TEXT(shown->total, "15.6 MiB usable");
	CHECK_EQ(shown->colour[0], COLOUR_FREE);
	CHECK_EQ(shown->colour[11], COLOUR_HOLE);
	CHECK_EQ(shown->colour[12], COLOUR_FREE);
	CHECK_EQ(shown->colour[24], COLOUR_RESERVED);
	CHECK_EQ(shown->colour[27], COLOUR_FIRMWARE);
	CHECK_EQ(shown->colour[30], COLOUR_FIRMWARE);
	CHECK_EQ(shown->colour[33], COLOUR_RESERVED);
	CHECK_EQ(shown->colour[39], COLOUR_HOLE);
	CHECK_EQ(shown->colour[42], COLOUR_RESERVED);
	CHECK_EQ(shown->colour[43], COLOUR_HOLE);
}

/* The right edge is 1 TiB, and a range that ends at 2^64 reaches it. */
TEST(e820_print_draws_what_ends_at_the_top)
{
	begin();
	CHECK_EQ(e820_add(firmware, 4 * GiB, 0 - 4 * GiB, E820_RESERVED),
	         E820_OK);
	e820_normalize(firmware, map);
	CHECK_EQ(map->range[map->count - 2].end, 0 - GiB);
	shown = (struct strip *)((struct bench *)test_memory() + 1);
	console_strip_to(show, 72);
	PRINTED(e820_print(firmware, map));
	map->range[map->count - 2].end = 0;
	PRINTED(e820_print(firmware, map));
	console_strip_to(NULL, 1);
	CHECK_EQ(shown->colour[47], COLOUR_RESERVED);
	for (unsigned i = 48; i < 72; i++)
		CHECK_EQ(shown->colour[i], COLOUR_RESERVED);
}

TEST(e820_print_shows_types_in_their_colours)
{
	struct bench *bench = test_memory();
	char         *text = (char *)(bench + 1);
	bool          on = console_colour(COLOUR_FREE)[0] != '\0';

	begin();
	console_set_colours(true);
	console_capture(text, 8 * KiB);
	e820_print(firmware, map);
	console_capture(NULL, 0);
	console_set_colours(on);
	CHECK(strstr(text, "\033[32musable       \033[0m") != NULL);
	CHECK(strstr(text, "\033[31mreserved     \033[0m") != NULL);
	CHECK(strstr(text, "\033[34macpi-data    \033[0m") != NULL);
	CHECK(strstr(text, "\033[34macpi-nvs     \033[0m") != NULL);
	CHECK(strstr(text, "\033[31munusable     \033[0m") != NULL);
	CHECK(strstr(text, "\033[32m#\033[90m.\033[90m.\033[32m#") != NULL);
	CHECK(strstr(text, "\033[31mr\033[34ma\033[34ma") != NULL);
	CHECK(strstr(text, "\033[34ma\033[31mx\033[31mx") != NULL);
}

/*  columns from  0     1M      2M      4M, 5.3M    8M, 10.6M
 *  listed        #     r ##    aa #    rr  ##|##   r  ##|##
 *  bytes         1     1 100   100 50  100 100|100 99 100|100    */
TEST(e820_print_shows_in_a_column_what_has_most_of_it)
{
	const paddr_t third = 4 * MiB + 4 * MiB / 3;
	const paddr_t later = 8 * MiB + 8 * MiB / 3;

	begin();
	map->count = 0;
	e820_add(map, 0, 1, E820_RAM);
	e820_add(map, MiB, 1, E820_RESERVED);
	e820_add(map, MiB + 200, 100, E820_RAM);
	e820_add(map, 2 * MiB, 100, E820_NVS);
	e820_add(map, 2 * MiB + 200, 50, E820_RAM);
	e820_add(map, 4 * MiB, 100, E820_RESERVED);
	e820_add(map, third - 100, 200, E820_RAM);
	e820_add(map, 8 * MiB, 99, E820_RESERVED);
	e820_add(map, later - 100, 200, E820_RAM);
	CHECK(strstr(PRINTED(e820_print(firmware, map)),
	             "e820: #...........#..a..r#.##................."
	             "................................\n") != NULL);
}

/* Of a type that no other range has, and of one that nobody knows. */
TEST(e820_print_sums_up_the_first_range_and_type_0)
{
	begin();
	map->count = 0;
	e820_add(map, MiB, MiB, 0);
	e820_add(map, 4 * MiB, MiB, E820_RAM);
	CHECK(strstr(PRINTED(e820_print(firmware, map)),
	             "e820: type-0             1 MiB in 1 range\n"
	             "e820: usable             1 MiB in 1 range\n") != NULL);
}
