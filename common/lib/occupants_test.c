/**
 * @file
 * The table of what occupies memory.
 */
#include "kstring.h"
#include "occupants.h"
#include "test.h"

static void add(struct occupants *table, paddr_t base, paddr_t end)
{
	CHECK_EQ(occupants_add(table, base, end, OCCUPANT_OWN, "it"),
	         OCCUPANTS_OK);
	CHECK(occupants_check(table) == NULL);
}

TEST(occupants_are_sorted_whatever_the_order)
{
	struct occupants table = { 0 };

	add(&table, 30, 40);
	add(&table, 10, 20);
	add(&table, 20, 25); /* touches */
	add(&table, 5, 50);  /* overlaps */
	add(&table, 30, 31); /* starts where another does */
	CHECK_EQ(table.count, 5);
	CHECK_EQ(table.entry[0].base, 5);
	CHECK_EQ(table.entry[1].base, 10);
	CHECK_EQ(table.entry[2].base, 20);
	CHECK_EQ(table.entry[3].end, 40);
	CHECK_EQ(table.entry[4].end, 31);
}

TEST(occupants_refuse_an_empty_range_and_change_nothing)
{
	struct occupants table = { 0 };

	CHECK_EQ(occupants_add(&table, 7, 7, OCCUPANT_OWN, "a"),
	         OCCUPANTS_EMPTY);
	CHECK_EQ(occupants_add(&table, 8, 7, OCCUPANT_OWN, "a"),
	         OCCUPANTS_EMPTY);
	CHECK_EQ(table.count, 0);
}

TEST(occupants_refuse_more_than_the_table_holds)
{
	struct occupants table = { 0 }, before;

	for (paddr_t i = 0; i < OCCUPANTS_MAX; i++)
		add(&table, i, i + 1);
	memcpy(&before, &table, sizeof(table));
	CHECK_EQ(occupants_add(&table, 0, 1, OCCUPANT_OWN, "a"),
	         OCCUPANTS_FULL);
	CHECK(memcmp(&before, &table, sizeof(table)) == 0);
}

TEST(occupants_have_names_of_one_word)
{
	static const struct {
		const char *given, *kept;
	} row[] = {
		{ "kernel", "kernel" },
		{ "a b\tc\x1b\xc3", "a_b_c__" },
		{ "!~\x7f", "!~_" },
		{ "", "_" },
		{ "0123456789012345678901234", "01234567890123456789012" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct occupants table = { 0 };

		CHECK_EQ(
			occupants_add(&table, 0, 1, OCCUPANT_OWN, row[i].given),
			OCCUPANTS_OK);
		CHECK_TEXT(table.entry[0].name, row[i].kept);
		CHECK(occupants_check(&table) == NULL);
	}
}

TEST(occupants_check_names_what_is_broken)
{
	struct occupants table = { 0 };

	add(&table, 10, 20);
	add(&table, 30, 40);
	table.entry[0].end = 10;
	CHECK_TEXT(occupants_check(&table), "no occupant is empty");
	table.entry[0] = table.entry[1];
	table.entry[0].base = 31;
	CHECK_TEXT(occupants_check(&table), "occupants ascend");
	table.entry[0].base = 10;
	table.entry[1].kind = (enum occupant_kind)3;
	CHECK_TEXT(occupants_check(&table),
	           "an occupant is firmware's, loaded or our own");
	table.entry[1].kind = OCCUPANT_OWN;
	memset(table.entry[0].name, 'x', OCCUPANT_NAME_BYTES);
	CHECK_TEXT(occupants_check(&table), "an occupant's name is one word");
	memset(table.entry[0].name, 0, OCCUPANT_NAME_BYTES);
	CHECK_TEXT(occupants_check(&table), "an occupant's name is one word");
	table.entry[0].name[0] = 'a';
	CHECK(occupants_check(&table) == NULL);
	table.entry[0].name[OCCUPANT_NAME_BYTES - 1] = 'b';
	CHECK_TEXT(occupants_check(&table), "an occupant's name is one word");
	table.count = OCCUPANTS_MAX + 1;
	CHECK_TEXT(occupants_check(&table), "count is at most OCCUPANTS_MAX");
}

/*  pages      0    1    2    3    4    5    6    7    8
 *  occupied   |xxxx|    |   x|x   |         |xxxx|
 *  gaps            |----|         |---------|    |--        */
TEST(occupants_gap_is_the_lowest_on_whole_pages)
{
	static const struct {
		paddr_t  base, end;
		uint64_t bytes;
		bool     found;
		paddr_t  place;
		uint64_t largest;
	} row[] = {
		{ 0, 0x9000, 1, true, 0x1000, 0x1000 },
		{ 0, 0x9000, 0x1001, true, 0x4000, 0x2000 },
		{ 0, 0x9000, 0x2001, false, 0, 0x2000 },
		{ 0x1001, 0x9000, 1, true, 0x4000, 0x2000 },
		{ 0, 0x5fff, 0x1001, false, 0, 0x1000 },
		{ 0, 0x1fff, 1, false, 0, 0 },
		{ 0x7000, 0xa000, 0x3000, true, 0x7000, 0x3000 },
		{ 0x7000, 0x7fff, 1, false, 0, 0 },
		{ 0x5000, 0x4000, 1, false, 0, 0 },
		{ 0, UINT64_MAX, UINT64_MAX, false, 0, UINT64_MAX - 0x7fff },
	};
	struct occupants table = { 0 };

	add(&table, 0, 0x1000);
	add(&table, 0x2fff, 0x3001);
	add(&table, 0x6000, 0x7000);
	add(&table, 0x6010, 0x6020); /* inside: must not end the other */
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		paddr_t  place = 0;
		uint64_t largest = 0;

		CHECK_EQ(occupants_find_gap(&table, row[i].base, row[i].end,
		                            row[i].bytes, &largest, &place),
		         row[i].found);
		CHECK_EQ(place, row[i].place);
		CHECK_EQ(largest, row[i].largest);
		CHECK_EQ(occupants_find_gap(&table, row[i].base, row[i].end,
		                            row[i].bytes, NULL, &place),
		         row[i].found);
	}
}

TEST(occupants_of_an_empty_table_leave_all_free)
{
	struct occupants table = { 0 };
	uint64_t         largest = 5 * PAGE_SIZE;
	paddr_t          place = 1;

	CHECK(occupants_find_gap(&table, 0, 0x3000, 0x3000, &largest, &place));
	CHECK_EQ(place, 0);
	CHECK_EQ(largest, 5 * PAGE_SIZE); /* is only ever raised */
}
