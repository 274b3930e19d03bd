/**
 * @file
 * Tests of printf: each row is a format's result as C's own printf gives it.
 */
#include "kstring.h"
#include "test.h"

#define ROW(expected, ...)                                                     \
	do {                                                                   \
		char text[64];                                                 \
		CHECK_EQ(ksnprintf(text, sizeof(text), __VA_ARGS__),           \
		         strlen(expected));                                    \
		CHECK_TEXT(text, expected);                                    \
	} while (0)

TEST(format_writes_numbers_as_c_does)
{
	ROW("0 -1 7", "%d %i %u", 0, -1, 7U);
	ROW("-9223372036854775808", "%lld", (long long)INT64_MIN);
	ROW("18446744073709551615", "%llu", (unsigned long long)UINT64_MAX);
	ROW("ffffffffffffffff", "%llx", (unsigned long long)UINT64_MAX);
	ROW("1777777777777777777777", "%llo", (unsigned long long)UINT64_MAX);
	ROW("beef BEEF 0xbeef", "%x %X %#x", 0xbeefU, 0xbeefU, 0xbeefU);
	ROW("0 0 017", "%#x %#o %#o", 0U, 0U, 15U);
	ROW("4294967296 4294967297", "%ld %lu", 4294967296L, 4294967297UL);
	ROW("4294967296 4294967297", "%td %zu", (ptrdiff_t)4294967296,
	    (size_t)4294967297);
	ROW("-1 255", "%hhd %hhu", (signed char)-1, (unsigned char)255);
	ROW("-1 65535", "%hd %hu", (short)-1, (unsigned short)65535);
	ROW("12 34 56", "%zu %ld %lu", (size_t)12, 34L, 56UL);
	ROW("-5 -6", "%jd %td", (intmax_t)-5, (ptrdiff_t)-6);
	ROW("-9223372036854775807", "%ld", -INT64_MAX);
	ROW("0x1234", "%p", (void *)(uintptr_t)0x1234);
}

TEST(format_lays_out_width_precision_and_flags)
{
	ROW("   42|42   |00042", "%5d|%-5d|%05d", 42, 42, 42);
	ROW("  -42|-0042", "%5d|%05d", -42, -42);
	ROW("+42| 42|  042", "%+d|% d|%5.3d", 42, 42, 42);
	ROW("0x00002a|  0x2a", "%#08x|%#6x", 42U, 42U);
	ROW("|0|", "%.0d|%.1d|", 0, 0);
	ROW("7|07|007", "%.1d|%.2d|%.3d", 7, 7, 7);
	ROW("7|-7|0x7", "%.0d|%.0d|%#.0x", 7, -7, 7U);
	ROW("07|0|07|017", "%#.1o|%#.1o|%#.2o|%#.1o", 7U, 0U, 7U, 15U);
	ROW("        9|9        |", "%9d|%-9d|", 9, 9);
	ROW("|a|ab", "%.0s|%.1s|%.9s", "ab", "ab", "ab");
	ROW("    -7|-7    |", "%6d|%-6d|", -7, -7);
	ROW("    7|7    |", "%*d|%*d|", 5, 7, -5, 7);
	ROW("00000000deadbeef", "%016llx", 0xdeadbeefULL);
}

/* What the compiler would warn of, had it seen these formats. */
TEST(format_obeys_flags_that_have_no_effect)
{
	static const struct {
		const char *format, *expected;
	} row[] = {
		{ "%+ d", "+42" },      { "% +d", "+42" },
		{ "%-05d|", "42   |" }, { "%0d", "42" },
		{ "%05.1d", "   42" },  { "%#d", "42" },
	};
	char text[16];

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *volatile format = row[i].format;

		ksnprintf(text, sizeof(text), format, 42);
		CHECK_TEXT(text, row[i].expected);
	}
}

/* More than the length says is there: a caller promotes to int. */
TEST(format_cuts_a_number_to_its_length)
{
	const char *volatile format = "%hhd %hhu %hd %hu";
	char text[32];

	ksnprintf(text, sizeof(text), format, 0x103, 0x1fd, 0x1fffc, 0x1fffc);
	CHECK_TEXT(text, "3 253 -4 65532");
}

TEST(format_writes_one_digit_at_least)
{
	const char *volatile format = "%0d|%00d|%05d|%-05d|%d";
	char text[32];

	ksnprintf(text, sizeof(text), format, 0, 5, 7, 8, 0);
	CHECK_TEXT(text, "0|5|00007|8    |0");
}

TEST(format_shows_a_conversion_that_it_does_not_know)
{
	const char *volatile format = "a %5y b %";
	char text[16];

	CHECK_EQ(ksnprintf(text, sizeof(text), format, 42), 7);
	CHECK_TEXT(text, "a %y b ");
}

TEST(format_writes_text)
{
	ROW("abc|  abc|abc  |ab", "%s|%5s|%-5s|%.2s", "abc", "abc", "abc",
	    "abc");
	ROW("x|  x|%", "%c|%3c|%%", 'x', 'x');
	ROW("", "%s", "");
}

TEST(format_writes_a_text_that_is_not_there)
{
	const char *volatile none = NULL;

	ROW("(null)", "%s", none);
}

TEST(format_cuts_what_does_not_fit_and_counts_all)
{
	char text[4] = { 'z', 'z', 'z', 'z' };

	CHECK_EQ(ksnprintf(text, 3, "%d", 12345), 5);
	CHECK_TEXT(text, "12");
	CHECK_EQ(text[3], 'z');
	CHECK_EQ(ksnprintf(NULL, 0, "%s", "four"), 4);
}

/* kprintf() collects 128 characters before it shows them. */
TEST(format_prints_text_of_any_length)
{
	static const char line[] = "0123456789abcdef0123456789abcdef";
	char              text[300];

	for (unsigned parts = 0; parts <= 8; parts++) {
		console_capture(text, sizeof(text));
		for (unsigned i = 0; i + 1 < parts; i += 2)
			kprintf("%s%s", line, line);
		kprintf("%s", parts % 2 != 0 ? line : "");
		console_capture(NULL, 0);
		CHECK_EQ(strlen(text), 32 * parts);
	}
	console_capture(text, sizeof(text));
	kprintf("%s%s%s%s", line, line, line, line);
	kprintf("%s%s%s%s-", line, line, line, line);
	console_capture(NULL, 0);
	CHECK_EQ(strlen(text), 257);
	CHECK(memcmp(text + 96, line, 32) == 0);
	CHECK(memcmp(text + 128, line, 32) == 0);
	CHECK_TEXT(text + 224, "0123456789abcdef0123456789abcdef-");
}

TEST(format_capture_is_cut_and_ended)
{
	char text[8];

	memset(text, 'z', sizeof(text));
	console_capture(text, 4);
	CHECK_TEXT(text, "");
	kprintf("ab");
	kprintf("cd");
	console_capture(NULL, 0);
	CHECK_TEXT(text, "abc");
	CHECK_EQ(text[4], 'z');
}

TEST(format_colours_are_there_when_they_are_on)
{
	bool on = console_colour(COLOUR_FREE)[0] != '\0';

	console_set_colours(true);
	CHECK_TEXT(console_colour(COLOUR_NONE), "\033[0m");
	CHECK_TEXT(console_colour(COLOUR_FREE), "\033[32m");
	CHECK_TEXT(console_colour(COLOUR_USED), "\033[33m");
	CHECK_TEXT(console_colour(COLOUR_RESERVED), "\033[31m");
	CHECK_TEXT(console_colour(COLOUR_FIRMWARE), "\033[34m");
	CHECK_TEXT(console_colour(COLOUR_HOLE), "\033[90m");
	console_set_colours(false);
	CHECK_TEXT(console_colour(COLOUR_FREE), "");
	console_set_colours(on);
}
