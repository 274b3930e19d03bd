/**
 * @file
 * Tests of bytes_text().
 */
#include "test.h"

TEST(bytes_text_picks_the_largest_unit_that_fits)
{
	static const struct {
		uint64_t    bytes;
		const char *text;
	} row[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ KiB, "1 KiB" },
		{ 639 * KiB, "639 KiB" },
		{ KiB + 512, "1.5 KiB" },
		{ MiB - 1, "1023.9 KiB" }, /* rounds down */
		{ 127 * MiB + 896 * KiB, "127.8 MiB" },
		{ GiB + 1, "1.0 GiB" }, /* not whole, and says so */
		{ 1020 * GiB, "1020 GiB" },
		{ 1024 * TiB, "1 PiB" },
		{ UINT64_MAX, "15.9 EiB" },
	};
	char text[BYTES_TEXT_BYTES];

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_TEXT(bytes_text(text, row[i].bytes), row[i].text);
}
