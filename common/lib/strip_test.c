/**
 * @file
 * Tests of strip.h: which columns a range gets.
 */
#include "strip.h"

#include "test.h"

#define COLUMNS 72 /* three to each doubling */

/* The strip as letters: '.' nothing, 'f' free, 'u' used. */
static const char *letters(const struct strip *s)
{
	static char text[COLUMNS + 1];

	for (unsigned i = 0; i < COLUMNS; i++)
		text[i] = s->colour[i] == COLOUR_HOLE   ? '.'
		          : s->colour[i] == COLOUR_FREE ? 'f'
		                                        : 'u';
	return text;
}

static struct strip empty(void)
{
	struct strip s = { .columns = COLUMNS };

	for (unsigned i = 0; i < COLUMNS; i++)
		s.colour[i] = COLOUR_HOLE;
	return s;
}

TEST(strip_columns_of_a_doubling_are_three)
{
	static const struct {
		paddr_t  paddr;
		unsigned column;
	} row[] = {
		{ 0, 0 },           { 64 * KiB, 0 }, { 128 * KiB - 1, 2 },
		{ 128 * KiB, 3 },   { MiB, 12 },     { 4 * GiB - 1, 47 },
		{ 4 * GiB, 48 },    { TiB - 1, 71 }, { TiB, 72 },
		{ UINT64_MAX, 72 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(strip_column(COLUMNS, row[i].paddr), row[i].column);
}

TEST(strip_columns_rise_with_addresses)
{
	static const unsigned columns[] = { 1, 7, 416, STRIP_COLUMNS_MAX };
	uint64_t              state = 42;

	for (size_t k = 0; k < sizeof(columns) / sizeof(columns[0]); k++)
		for (unsigned i = 0; i < 1000; i++) {
			paddr_t a = test_random(&state) >> (i % 64);
			paddr_t b = a + (test_random(&state) >> (i % 64));

			if (b < a)
				continue;
			CHECK(strip_column(columns[k], a) <=
			      strip_column(columns[k], b));
			CHECK(strip_column(columns[k], b) <= columns[k]);
		}
}

/*  64K                               16M                      1T
 *  fff...                            u                            */
TEST(strip_later_ranges_cover_earlier_ones)
{
	struct strip s = empty();

	strip_paint(&s, 0, 16 * MiB, COLOUR_FREE);
	strip_paint(&s, MiB, MiB + 1, COLOUR_USED); /* one byte: one column */
	CHECK_TEXT(letters(&s), "ffffffffffffufffffffffff"
	                        "........................"
	                        "........................");
}

TEST(strip_edges_of_ranges_are_kept)
{
	struct strip s = empty();

	strip_paint(&s, MiB, MiB, COLOUR_FREE); /* empty */
	strip_paint(&s, MiB + 5, MiB + 5, COLOUR_FREE);
	strip_paint(&s, MiB + 9, MiB + 5, COLOUR_FREE);
	strip_paint(&s, 2 * MiB, MiB, COLOUR_FREE); /* inverted */
	strip_paint(&s, TiB, 2 * TiB, COLOUR_FREE); /* beyond */
	strip_paint(&s, 512 * GiB, UINT64_MAX, COLOUR_USED);
	strip_paint(&s, 0, 1, COLOUR_USED);
	CHECK_EQ(s.colour[COLUMNS], 0);
	CHECK_TEXT(letters(&s), "u......................."
	                        "........................"
	                        ".....................uuu");
}

static struct strip shown;

static void show(const struct strip *s)
{
	shown = *s;
}

TEST(strip_of_the_console_begins_as_the_last_one)
{
	console_strip_to(show, COLUMNS);
	console_strip_begin("first");
	console_strip_range(0, 1, COLOUR_FREE);
	console_strip_end("%u free", 1U);
	CHECK_TEXT(shown.name, "first");
	CHECK_TEXT(shown.total, "1 free");
	CHECK_EQ(shown.columns, COLUMNS);
	CHECK_EQ(shown.colour[0], COLOUR_FREE);
	CHECK_EQ(shown.colour[1], COLOUR_HOLE);
	CHECK_EQ(shown.colour[STRIP_COLUMNS_MAX - 1], COLOUR_HOLE);

	console_strip_begin("a name that is cut");
	console_strip_range(TiB - 1, TiB, COLOUR_USED);
	console_strip_end("a total of more than thirty-one characters");
	CHECK_TEXT(shown.name, "a name that");
	CHECK_TEXT(shown.total, "a total of more than thirty-one");
	CHECK_EQ(shown.colour[0], COLOUR_FREE);
	CHECK_EQ(shown.colour[COLUMNS - 1], COLOUR_USED);
	console_strip_to(NULL, 1);
}

TEST(strip_that_nobody_shows_is_not_drawn)
{
	shown.columns = 7;
	console_strip_to(NULL, 1);
	console_strip_begin("none");
	console_strip_range(0, TiB, COLOUR_FREE);
	console_strip_end("none");
	CHECK_EQ(shown.columns, 7);
	console_strip_to(show, COLUMNS);
	console_strip_end("none");
	CHECK_EQ(shown.colour[0], COLOUR_HOLE);
	console_strip_to(NULL, 1);
}
