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
	ROW("-1 255", "%hhd %hhu", (signed char)-1, (unsigned char)255);
	ROW("-1 65535", "%hd %hu", (short)-1, (unsigned short)65535);
	ROW("12 34", "%zu %ld", (size_t)12, 34L);
	ROW("0x1234", "%p", (void *)(uintptr_t)0x1234);
}

TEST(format_lays_out_width_precision_and_flags)
{
	ROW("   42|42   |00042", "%5d|%-5d|%05d", 42, 42, 42);
	ROW("  -42|-0042", "%5d|%05d", -42, -42);
	ROW("+42| 42|  042", "%+d|% d|%5.3d", 42, 42, 42);
	ROW("0x00002a|  0x2a", "%#08x|%#6x", 42U, 42U);
	ROW("|0|", "%.0d|%.1d|", 0, 0);
	ROW("    7|7    |", "%*d|%*d|", 5, 7, -5, 7);
	ROW("00000000deadbeef", "%016llx", 0xdeadbeefULL);
}

TEST(format_writes_text)
{
	ROW("abc|  abc|abc  |ab", "%s|%5s|%-5s|%.2s", "abc", "abc", "abc",
	    "abc");
	ROW("x|  x|%", "%c|%3c|%%", 'x', 'x');
	ROW("", "%s", "");
}

TEST(format_cuts_what_does_not_fit_and_counts_all)
{
	char text[4] = { 'z', 'z', 'z', 'z' };

	CHECK_EQ(ksnprintf(text, 3, "%d", 12345), 5);
	CHECK_TEXT(text, "12");
	CHECK_EQ(text[3], 'z');
	CHECK_EQ(ksnprintf(NULL, 0, "%s", "four"), 4);
}
