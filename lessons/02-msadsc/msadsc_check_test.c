/**
 * @file
 * Tests of lesson 2: that msadsc_check() sees what is broken.
 */
#include "machine_test.h"
#include "test.h"

TEST(msadsc_check_names_each_broken_descriptor)
{
	static const struct {
		pfn_t         pfn;
		struct msadsc d;
		const char   *sentence;
	} row[] = {
		{ 1, { 0x309 }, "a run has no order" },
		{ 6, { 0x303 }, "inside a run or block all is zero" },
		{ 5, { 0x1000000201 }, "each usable page is spoken for" },
		{ 5, { 0x1000000401 }, "runs do not overlap" },
		{ 1, { 0x401 }, "no run or block leaves its usable range" },
		{ 5, { 0x6000000301 }, "runs are linked from high to low" },
		{ 5, { 0x2000000301 }, "the list of runs holds runs" },
		{ 5, { 0x0000000301 }, "each run is on the list" },
		{ 4, { 0x4 }, "a hole is zero" },
		{ 0, { 0x4 }, "a hole is zero" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct machine *m = machine_of_two_ranges();

		m->page[row[i].pfn] = row[i].d;
		CHECK_TEXT(msadsc_check(&m->array), row[i].sentence);
	}
}

/* Page 0, being in no list, can be anything before it is looked at. */
TEST(msadsc_check_names_each_broken_word)
{
	static const struct {
		enum msadsc_phase phase;
		struct msadsc     d;
		const char       *sentence;
	} row[] = {
		{ MSADSC_DESCRIBED,
		  { 0xfffffff000000002 },
		  "free blocks have an order up to 18" },
		{ MSADSC_MARKED,
		  { 0x2 },
		  "free blocks have an order up to 18" },
		{ MSADSC_MERGED,
		  { 0x9a },
		  "free blocks have an order up to 18" },
		{ MSADSC_MARKED,
		  { 0xfffffff000000003 },
		  "a used block says twice the same, inverted" },
		{ MSADSC_MERGED,
		  { 0x3 },
		  "a used block says twice the same, inverted" },
		{ MSADSC_MERGED,
		  { 0xfffffff00000009b },
		  "a used block says twice the same, inverted" },
		{ MSADSC_DESCRIBED,
		  { 0x4 },
		  "an occupied block says its owner twice" },
		{ MSADSC_MERGED,
		  { 0xfffffff00000009c },
		  "an occupied block says its owner twice" },
		{ MSADSC_MARKED,
		  { 0x5 },
		  "a free single page says nothing else" },
		{ MSADSC_MARKED,
		  { 0x6 },
		  "a free single page says nothing else" },
		{ MSADSC_MERGED,
		  { 0xe },
		  "a free single page says nothing else" },
		{ MSADSC_MERGED,
		  { 0x105 },
		  "a free single page says nothing else" },
		{ MSADSC_MERGED, { 0x101 }, "each run is on the list" },
		{ MSADSC_MERGED, { 0x0 }, "each usable page is spoken for" },
		{ MSADSC_MERGED, { 0x7 }, "each usable page is spoken for" },
		{ MSADSC_MERGED, { 0x100 }, "each usable page is spoken for" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct machine *m = machine_new();

		machine_add_ram(m, 0, PAGES(4));
		CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
		m->page[0] = row[i].d;
		m->array.phase = row[i].phase;
		if (row[i].phase == MSADSC_MERGED)
			m->array.first_run = 0;
		CHECK_TEXT(msadsc_check(&m->array), row[i].sentence);
	}
}

TEST(msadsc_check_names_each_broken_count)
{
	struct machine *m = machine_of_two_ranges();

	m->array.usable_pages++;
	CHECK_TEXT(msadsc_check(&m->array), "usable pages are counted");
	m->array.usable_pages--;
	m->array.first_run = 1;
	CHECK_TEXT(msadsc_check(&m->array), "each run is on the list");
	m->array.first_run = 8;
	CHECK_TEXT(msadsc_check(&m->array), "runs are linked from high to low");
	m->array.first_run = 5;
	m->page[8].word = 0;
	m->array.pages = 9;
	CHECK_TEXT(msadsc_check(&m->array),
	           "the array ends with the highest usable page");
	m->array.pages = 8;
	CHECK_TEXT(msadsc_check(&m->array), NULL);
}

static const char *check(const struct machine *m, const void *areas)
{
	(void)areas;
	return msadsc_check(&m->array);
}

TEST(msadsc_check_sees_every_single_bit_that_flips)
{
	struct machine *m = machine_new();

	machine_add_ram(m, 0, PAGES(9));
	machine_add_ram(m, PAGES(12), PAGES(13));
	machine_add_ram(m, PAGES(20), PAGES(41));
	machine_add(m, 0, PAGES(1), OCCUPANT_FIRMWARE, "firmware");
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	CHECK_EQ(machine_blind_bits(m, NULL, check), 0);
}
