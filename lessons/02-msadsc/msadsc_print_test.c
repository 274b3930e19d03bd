/**
 * @file
 * What lesson 2 prints of the descriptors, and says of a page at the end.
 */
#include "kstring.h"
#include "machine_test.h"
#include "strip.h"
#include "test.h"

/* Ten single pages, half a page, and sixteen pages above the limit. */
static struct machine *scattered(void)
{
	struct machine *m = machine_new();

	m->limit = 64;
	for (pfn_t pfn = 1; pfn <= 19; pfn += 2)
		machine_add_ram(m, PAGES(pfn), PAGES(pfn + 1));
	machine_add_ram(m, PAGES(21), PAGES(21) + 2048);
	CHECK_EQ(e820_add(&m->map, PAGES(22), PAGES(1), E820_RESERVED),
	         E820_OK);
	machine_add_ram(m, PAGES(60), PAGES(80));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	CHECK_TEXT(msadsc_check(&m->array), NULL);
	return m;
}

TEST(msadsc_print_shows_runs_costs_and_what_is_left_out)
{
	struct machine *m = machine_of_two_ranges();

	CHECK_TEXT(PRINTED(msadsc_print(&m->array)),
	           "msadsc: 8 pages, 6 usable; descriptors at 0x1000, "
	           "64 B\n"
	           "msadsc: 2 runs of free pages, the highest first:\n"
	           "msadsc:   page[0x5] = 0x0000001000000301: a run "
	           "of 3\n"
	           "msadsc:   page[0x1] = 0x0000000000000301: a run "
	           "of 3\n"
	           "msadsc:       64 B for          8 of  8 bytes "
	           "(ours), 0.26 % of RAM\n"
	           "msadsc:      240 B for          6 of 40 bytes "
	           "(the course), 0.97 % of RAM\n"
	           "msadsc:      2 MiB for      32768 of 64 bytes "
	           "(Linux), 8533.33 % of RAM\n");
	m = scattered();
	CHECK_TEXT(PRINTED(msadsc_print(&m->array)),
	           "msadsc: 64 pages, 14 usable; descriptors at "
	           "0x1000, 512 B\n"
	           "msadsc: warning: 64 KiB of RAM above the limit "
	           "left out\n"
	           "msadsc: 1 usable ranges hold no whole page\n"
	           "msadsc: 11 runs of free pages, the highest first:\n"
	           "msadsc:   page[0x3c] = 0x0000013000000401: a run "
	           "of 4\n"
	           "msadsc:   page[0x13] = 0x0000011000000101: a run "
	           "of 1\n"
	           "msadsc:   page[0x11] = 0x000000f000000101: a run "
	           "of 1\n"
	           "msadsc:   page[0xf] = 0x000000d000000101: a run "
	           "of 1\n"
	           "msadsc:   page[0xd] = 0x000000b000000101: a run "
	           "of 1\n"
	           "msadsc:   page[0xb] = 0x0000009000000101: a run "
	           "of 1\n"
	           "msadsc:   page[0x9] = 0x0000007000000101: a run "
	           "of 1\n"
	           "msadsc:   page[0x7] = 0x0000005000000101: a run "
	           "of 1\n"
	           "msadsc:   and 3 more\n"
	           "msadsc:      512 B for         64 of  8 bytes "
	           "(ours), 0.89 % of RAM\n"
	           "msadsc:      560 B for         14 of 40 bytes "
	           "(the course), 0.97 % of RAM\n"
	           "msadsc:      2 MiB for      32768 of 64 bytes "
	           "(Linux), 3657.14 % of RAM\n");
}

/*  sections  |   0   |   1   |   2   |   3   |   4   |   5   |   6
 *  RAM        |-| |-|           |-|            |----------| ||  |- left out
 *  reserved                   |-|                                        */
TEST(msadsc_print_counts_linux_sections)
{
	static const struct {
		pfn_t    base, end;
		uint32_t type;
	} row[] = {
		{ 0x10008, 0x10010, E820_RESERVED },
		{ 0x10010, 0x10020, E820_RAM },
		{ 0x1ffff, 0x28001, E820_RAM },
		{ 0x28002, 0x28003, E820_RAM },
		{ 0x30000, 0x30001, E820_RAM },
	};
	struct machine *m = machine_of_two_ranges();

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(e820_add(&m->map, PAGES(row[i].base),
		                  PAGES(row[i].end - row[i].base), row[i].type),
		         E820_OK);
	m->array.pages = 0x28003;
	CHECK(strstr(PRINTED(msadsc_print(&m->array)),
	             "for     163840 of 64 bytes (Linux)") != NULL);
	m->array.left_out_pages = 1;
	CHECK(strstr(PRINTED(msadsc_print(&m->array)),
	             "warning: 4 KiB of RAM above the limit") != NULL);
	m->array.left_out_pages = 0;
	m->array.pages = 0x20000;
	CHECK(strstr(PRINTED(msadsc_print(&m->array)),
	             "for      98304 of 64 bytes (Linux)") != NULL);
}

/* A section that has no RAM costs nothing, whatever else is there; RAM above
 * the limit has no descriptors. */
TEST(msadsc_print_counts_sections_with_ram_only)
{
	static const struct {
		pfn_t    base, end;
		uint32_t type;
	} row[] = {
		{ 0x1, 0x8001, E820_RAM },       /* one page of section 1 */
		{ 0x10000, 0x10008, E820_ACPI }, /* section 2 */
		{ 0x18000, 0x18001, E820_RAM },  /* section 3 */
		{ 0x40000, 0x48000, E820_RAM },
	};
	struct machine *m = machine_new();

	m->limit = 0x20000;
	machine_add_ram(m, PAGES(1), PAGES(8));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	m->map.count = 0;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(e820_add(&m->map, PAGES(row[i].base),
		                  PAGES(row[i].end - row[i].base), row[i].type),
		         E820_OK);
	m->array.pages = 0x18001;
	CHECK(strstr(PRINTED(msadsc_print(&m->array)),
	             "for      98304 of 64 bytes (Linux)") != NULL);
	m->map.count = 1;
	m->array.pages = 0x8001;
	CHECK(strstr(PRINTED(msadsc_print(&m->array)),
	             "for      65536 of 64 bytes (Linux)") != NULL);
}

TEST(msadsc_list_is_for_other_programs)
{
	struct machine *m = machine_of_two_ranges();

	CHECK_TEXT(PRINTED(msadsc_list(&m->array)),
	           "descriptors 8 bytes 64 at 0x1000\n"
	           "left_out_pages 0\n");
}

static struct strip shown;

static void show(const struct strip *strip)
{
	shown = *strip;
}

TEST(msadsc_print_draws_the_array)
{
	struct machine *m = machine_of_32_pages();

	m->array.base = MiB;
	console_strip_to(show, 72);
	PRINTED(msadsc_print(&m->array));
	console_strip_to(NULL, 1);
	CHECK_TEXT(shown.name, "msadsc");
	CHECK_TEXT(shown.total, "384 B taken");
	CHECK_EQ(shown.colour[11], COLOUR_HOLE);
	CHECK_EQ(shown.colour[12], COLOUR_USED);
	CHECK_EQ(shown.colour[13], COLOUR_HOLE);
}

TEST(msadsc_tell_says_what_speaks_for_a_page)
{
	struct machine *m = machine_of_two_ranges();

	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(8))),
	           " page     not described: the descriptors end at "
	           "page 0x8\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(4))),
	           " page     nothing\n"
	           " page[0x4] = 0x0000000000000000\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(5))),
	           " page     a run of free pages, from page 0x5 to "
	           "0x7\n"
	           " page[0x5] = 0x0000001000000301\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(7) + 1)),
	           " page     a run of free pages, from page 0x5 to "
	           "0x7\n"
	           " page[0x7] = 0x0000000000000000\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(3))),
	           " page     a run of free pages, from page 0x1 to "
	           "0x3\n"
	           " page[0x3] = 0x0000000000000000\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, 0)),
	           " page     nothing\n"
	           " page[0x0] = 0x0000000000000000\n");
	m->array.phase = MSADSC_MARKED;
	m->page[2] = msadsc_twice(MSADSC_OCCUPIED, 0, 1);
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(2))),
	           " page     occupied\n"
	           " page[0x2] = 0xffffffe000000104\n");
}

/* What stands behind the array is no descriptor, even where it looks like a
 * link to a run that is there. */
TEST(msadsc_tell_follows_no_link_out_of_the_array)
{
	struct machine *m = machine_of_two_ranges();

	m->array.first_run = m->array.pages;
	m->page[m->array.pages] = msadsc_make(MSADSC_RUN, 0, 1, 5);
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(7))),
	           " page     nothing\n"
	           " page[0x7] = 0x0000000000000000\n");
}

/* The run that begins at the page is told by its own word, wherever that
 * links to. */
TEST(msadsc_tell_needs_no_link_of_the_run_itself)
{
	struct machine *m = machine_of_two_ranges();

	m->page[5] = msadsc_make(MSADSC_RUN, 0, 3, 5);
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(5))),
	           " page     a run of free pages, from page 0x5 to 0x7\n"
	           " page[0x5] = 0x0000005000000301\n");
}

/*  page       0   1   2   3   4   5   6   7   8
 *  RAM          |-----------|   |-----------|
 *                1 |--free-|    free|-used--|      */
TEST(msadsc_tell_knows_blocks)
{
	struct machine *m = machine_of_two_ranges();

	m->array.phase = MSADSC_MERGED;
	m->page[1] = msadsc_make(MSADSC_CACHED, 0, 0, 0);
	m->page[2] = msadsc_make(MSADSC_FREE, 1, 0, 0);
	m->page[5] = msadsc_make(MSADSC_FREE, 0, 0, 0);
	m->page[6] = msadsc_twice(MSADSC_USED, 1, 0);
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(1))),
	           " page     a free page kept at hand\n"
	           " page[0x1] = 0x0000000000000005\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(3))),
	           " page     a free block of order 1, from page 0x2 "
	           "to 0x3\n"
	           " page[0x3] = 0x0000000000000000\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(5))),
	           " page     a free block of order 0\n"
	           " page[0x5] = 0x0000000000000002\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(7))),
	           " page     a block given out of order 1, from page "
	           "0x6 to 0x7\n"
	           " page[0x7] = 0x0000000000000000\n");
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(4))),
	           " page     nothing\n"
	           " page[0x4] = 0x0000000000000000\n");
	m->page[7].word = 6;
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(7))),
	           " page     a free page of a group\n"
	           " page[0x7] = 0x0000000000000006\n");
	m->page[7].word = 7;
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(7))),
	           " page     broken\n"
	           " page[0x7] = 0x0000000000000007\n");
}

/* The kernel is dead: a list that runs in circles or out of the array must
 * not keep it from saying so. */
TEST(msadsc_tell_trusts_no_list)
{
	static const char none[] = " page     nothing\n"
				   " page[0x2] = 0x0000000000000000\n";
	struct machine   *m = machine_of_two_ranges();

	m->page[5] = msadsc_make(MSADSC_RUN, 0, 3, 5); /* points at itself */
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(2))), none);
	m->page[5] = msadsc_make(MSADSC_RUN, 0, 3, 7); /* upwards */
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(2))), none);
	m->page[5] = msadsc_make(MSADSC_RUN, 0, 3, 0); /* ends too early */
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(2))), none);
	m->array.first_run = 99; /* outside */
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(2))), none);
	m->array.first_run = 8; /* the first that is outside */
	CHECK_TEXT(PRINTED(msadsc_tell(&m->array, PAGES(2))), none);
}

/*  sections  |   0   |   1   |   2   |   3
 *  RAM        |------|              |-|     half a page, and behind the last */
TEST(msadsc_print_counts_no_section_without_a_whole_page)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(8));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	m->map.range[0].end = PAGES(0x8000);
	m->map.range[1] =
		(struct e820_range){ PAGES(0x10002),
		                     PAGES(0x10002) + PAGE_SIZE / 2, E820_RAM };
	m->map.range[2] =
		(struct e820_range){ PAGES(0x18000), PAGES(0x18001), E820_RAM };
	m->map.count = 2;
	m->array.pages = 0x18001;
	CHECK(strstr(PRINTED(msadsc_print(&m->array)),
	             "for      32768 of 64 bytes (Linux)") != NULL);
}
