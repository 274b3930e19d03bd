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

	strip_paint(&s, MiB, MiB, COLOUR_FREE);     /* empty */
	strip_paint(&s, 2 * MiB, MiB, COLOUR_FREE); /* inverted */
	strip_paint(&s, TiB, 2 * TiB, COLOUR_FREE); /* beyond */
	strip_paint(&s, 512 * GiB, UINT64_MAX, COLOUR_USED);
	strip_paint(&s, 0, 1, COLOUR_USED);
	CHECK_TEXT(letters(&s), "u......................."
	                        "........................"
	                        ".....................uuu");
}
