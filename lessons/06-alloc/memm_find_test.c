/**
 * @file
 * Tests of lesson 6: where in its arena memm finds pages.
 */
#include "kstring.h"
#include "memm_pages.h"
#include "memm_test.h"
#include "phys.h"
#include "test.h"

static struct memm memm;

/* Take pages so that of the arena only [first, past) are free; both count from
 * the arena's first page. */
static void leave_free(uint64_t first, uint64_t past)
{
	if (first > 1)
		memm_pages_take(&memm, TEST_FIRST + 1, first - 1, MEMM_OWN);
	if (past < TEST_PAGES)
		memm_pages_take(&memm, TEST_FIRST + past, TEST_PAGES - past,
		                MEMM_OWN);
}

static pfn_t found(uint64_t pages, uint64_t lead, uint64_t align)
{
	pfn_t first = TEST_FIRST;
	bool  is_found = memm_pages_find(&memm, pages, lead, align, &first);

	CHECK_EQ(is_found, first != TEST_FIRST);
	return first - TEST_FIRST;
}

/* TEST_FIRST + 3 is a multiple of 4. */
TEST(memm_finds_pages_where_they_are_aligned)
{
	memm_test_begin(&memm, 0);
	leave_free(3, 7);
	CHECK_EQ(found(4, 0, 4), 3); /* only just */
	CHECK_EQ(found(5, 0, 1), 0);
	CHECK_EQ(found(4, 1, 4), 0);
	CHECK_EQ(found(1, 1, 4), 6);
	CHECK_EQ(found(2, 1, 4), 0);
	CHECK_EQ(found(0, 0, 1), 0);
	CHECK_EQ(found(UINT64_MAX, 0, 2), 0);
	CHECK_EQ(found(1, 0, UINT64_C(1) << 63), 0);
	CHECK(memm_pages_are_free(&memm, TEST_FIRST + 5, 2));
	CHECK(!memm_pages_are_free(&memm, TEST_FIRST + 5, 3));
	CHECK(!memm_pages_are_free(&memm, TEST_FIRST + 7, 1));
	CHECK(!memm_pages_are_free(&memm, TEST_FIRST + 2, 1));
	phys_lend(0, 0, NULL);
}

/* Two runs: the lower one is long enough, but nothing in it is aligned. */
TEST(memm_looks_first_where_any_alignment_fits)
{
	static const struct {
		uint64_t lower; /* pages from 4 on */
		uint64_t upper; /* pages from 20 on */
		uint64_t found;
	} row[] = { { 4, 7, 23 }, { 6, 7, 23 }, { 7, 7, 7 }, { 6, 8, 23 } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		memm_test_begin(&memm, 0);
		leave_free(4, 20 + row[i].upper);
		memm_pages_take(&memm, TEST_FIRST + 4 + row[i].lower,
		                16 - row[i].lower, MEMM_OWN);
		CHECK_EQ(found(4, 0, 4), row[i].found);
		phys_lend(0, 0, NULL);
	}
}

/* An alignment of as many pages as the arena has can be met. */
TEST(memm_aligns_to_all_of_the_arena)
{
	pfn_t first = 0;

	memset(test_memory(), 0xaa, 32 * PAGE_SIZE);
	phys_lend(pfn_to_paddr(TEST_FIRST), 32 * PAGE_SIZE, test_memory());
	CHECK_EQ(memm_init(&memm, TEST_FIRST, 32, 0), MEMM_OK);
	CHECK(memm_pages_find(&memm, 1, 0, 32, &first));
	CHECK_EQ(first, (TEST_FIRST + 31) / 32 * 32);
	CHECK_TEXT(memm_check(&memm), NULL);
	phys_lend(0, 0, NULL);
}

/* The highest arena that there can be. */
TEST(memm_arena_ends_at_one_tib)
{
	pfn_t first = MEMM_PAGES_MAX - 32;

	phys_lend(pfn_to_paddr(first), 32 * PAGE_SIZE, test_memory());
	CHECK_EQ(memm_init(&memm, first, 32, 31), MEMM_OK);
	CHECK_EQ(memm_free_pages(&memm), 0);
	CHECK_EQ(memm_init(&memm, first, 32, 2), MEMM_OK);
	CHECK_EQ(memm_free_pages(&memm), 29);
	CHECK_EQ(memm_init(&memm, first, 32, 1), MEMM_TOO_SMALL);
	CHECK_EQ(memm_init(&memm, first, 32, 32), MEMM_BAD_ARENA);
	CHECK_EQ(memm_init(&memm, first + 1, 32, 0), MEMM_BAD_ARENA);
	phys_lend(0, 0, NULL);
}

/* 170 words of bits, three times, are a page less 16 bytes. */
TEST(memm_bits_take_as_many_pages_as_they_need)
{
	static const struct {
		uint64_t pages, bits_pages;
	} row[] = {
		{ 1, 1 },     { 64, 1 },    { 65, 1 },    { 10880, 1 },
		{ 10881, 2 }, { 21824, 2 }, { 21825, 3 }, { 1u << 28, 24576 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(memm_bits_pages(row[i].pages), row[i].bits_pages);
}

TEST(memm_bit_is_the_pages_own)
{
	static const struct memm of_many = { .first = 100, .pages = 192 };
	uint64_t                 bits[3];

	for (pfn_t set = 0; set < 192; set++) {
		memset(bits, 0, sizeof(bits));
		bits[set / 64] = UINT64_C(1) << (set & 63);
		for (pfn_t i = 0; i < 192; i++)
			CHECK_EQ(memm_bit(&of_many, bits, 100 + i), i == set);
	}
}

TEST(memm_pages_that_are_none_are_in_no_run_behind_it)
{
	memm_test_begin(&memm, 0);
	leave_free(3, 7);
	CHECK(memm_pages_are_free(&memm, TEST_FIRST + 6, 1));
	CHECK(!memm_pages_are_free(&memm, TEST_FIRST + 7, 0));
	phys_lend(0, 0, NULL);
}

/* The last pages of an arena of 64, whose bits are a word's last ones. */
TEST(memm_check_counts_destroyed_pages_to_the_last)
{
	const uint64_t         pages = TEST_MEMORY_BYTES / PAGE_SIZE;
	struct memm_allocator *a;

	CHECK_EQ(pages, 64);
	phys_lend(pfn_to_paddr(TEST_FIRST), pages * PAGE_SIZE, test_memory());
	CHECK_EQ(memm_init(&memm, TEST_FIRST, pages, 0), MEMM_OK);
	CHECK_EQ(
		memm_allocator_new(&memm, TEST_FIRST + 62, 2, &memm_raw, 0, &a),
		MEMM_OK);
	CHECK_EQ(memm_allocator_destroy(&memm, a), MEMM_OK);
	CHECK_TEXT(memm_check(&memm), NULL);
	phys_lend(0, 0, NULL);
}
