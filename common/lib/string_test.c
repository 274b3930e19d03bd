/**
 * @file
 * Tests of memcpy and friends: in the kernel ours, on the host the library's.
 */
#include "kstring.h"
#include "test.h"

TEST(memmove_survives_overlap_in_both_directions)
{
	char up[] = "0123456789", down[] = "0123456789";

	memmove(up + 2, up, 6);
	CHECK_TEXT(up, "0101234589");
	memmove(down, down + 2, 6);
	CHECK_TEXT(down, "2345676789");
}

TEST(memset_and_memcpy_stop_at_their_last_byte)
{
	char text[] = "........", copy[] = "--------";

	CHECK(memset(text + 2, 'x', 3) == text + 2);
	CHECK_TEXT(text, "..xxx...");
	CHECK(memcpy(copy + 1, text + 1, 5) == copy + 1);
	CHECK_TEXT(copy, "-.xxx.--");
}

TEST(memcmp_compares_bytes_without_sign)
{
	CHECK(memcmp("a\xff", "a\x01", 2) > 0);
	CHECK(memcmp("abc", "abd", 3) < 0);
	CHECK(memcmp("abc", "abd", 2) == 0);
}

TEST(text_functions_find_ends_and_words)
{
	const char *text = "test=merge once";

	CHECK_EQ(strlen(text), 15);
	CHECK(strstr(text, "merge") == text + 5);
	CHECK(strstr(text, "") == text);
	CHECK(strstr(text, "merged") == NULL);
	CHECK(strcmp("ab", "abc") < 0);
	CHECK(strcmp("abc", "abc") == 0);
	CHECK(strncmp("abx", "aby", 2) == 0);
}
