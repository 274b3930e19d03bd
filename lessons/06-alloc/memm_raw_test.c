/**
 * @file
 * Tests of lesson 6: raw allocators, granule by granule.
 */
#include "kstring.h"
#include "memm_raw.h"
#include "memm_test.h"
#include "phys.h"
#include "test.h"

static struct memm            memm;
static struct memm_allocator *a;

static struct raw *begin(uint64_t pages)
{
	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, pages, &memm_raw, 0,
	                            &a),
	         MEMM_OK);
	return raw_of(a);
}

static void end(void)
{
	CHECK_TEXT(memm_raw_check(a), NULL);
	memm_test_end(&memm);
}

/* A block of so many granules, or NULL. */
static char *take(uint64_t granules)
{
	return a->allocate(a, granules * RAW_GRANULE - MEMM_NAME_BYTES, 0);
}

/* All granules have their words, and no page more could have them. */
TEST(memm_raw_words_stand_below_the_data)
{
	for (uint64_t pages = 2; pages < TEST_PAGES; pages++) {
		struct raw *raw = begin(pages);
		uint64_t    data = raw->granules / RAW_PAGE_GRANULES;
		uint64_t    more = sizeof(*raw) + MEMM_NAME_BYTES +
		                (data + 1) * RAW_PAGE_WORDS;

		CHECK((char *)&raw->word[raw->granules] + MEMM_NAME_BYTES <=
		      a->data);
		CHECK(more > (pages - data - 1) * PAGE_SIZE);
		CHECK(a->data + raw->granules * RAW_GRANULE ==
		      (char *)a + a->bytes);
		end();
	}
}

TEST(memm_raw_asks_for_no_page_too_many)
{
	CHECK_EQ(memm_raw.pages_for(4080, 0), 2);
	CHECK_EQ(memm_raw.pages_for(4080, 16), 2);
	CHECK_EQ(memm_raw.pages_for(4081, 0), 3);
	CHECK_EQ(memm_raw.pages_for(100, PAGE_SIZE), 3);
	CHECK_EQ(memm_raw.pages_for(100, 2 * PAGE_SIZE), 0);
	CHECK(memm_raw.pages_for(32 * KiB, 0) != 0);
	CHECK_EQ(memm_raw.pages_for(32 * KiB + 1, 0), 0);
}

TEST(memm_raw_tells_its_room)
{
	char *block[3];

	begin(3);
	CHECK_EQ(memm_raw.room(a), 128 * 64 - 16);
	block[0] = take(126);
	CHECK_EQ(memm_raw.room(a), 2 * 64 - 16);
	block[1] = take(1);
	CHECK_EQ(memm_raw.room(a), 48);
	block[2] = take(1);
	CHECK_EQ(memm_raw.room(a), 0);
	CHECK(take(1) == NULL);
	CHECK_EQ(a->free(a, block[2]), MEMM_OK); /* it is at hand */
	CHECK_EQ(memm_raw.room(a), 48);
	CHECK(take(2) == NULL); /* what was at hand is on a list now */
	CHECK_EQ(memm_raw.room(a), 48);
	CHECK_EQ(a->free(a, block[1]), MEMM_OK);
	CHECK(take(2) == block[1]); /* joined */
	end();
}

/* From RAW_AT_HAND granules on nothing is looked for at hand. */
TEST(memm_raw_takes_what_is_not_small_from_the_lists)
{
	struct raw *raw = begin(8);
	char       *small = take(2), *block;

	CHECK_EQ(a->free(a, small), MEMM_OK);
	CHECK(raw->at_hand_granules > 0);
	block = take(64);
	CHECK_EQ(a->used_bytes, 64 * 64);
	memset(block, 1, 64 * 64 - 16);
	CHECK_TEXT(memm_raw_check(a), NULL);
	CHECK_EQ(a->free(a, block), MEMM_OK);
	CHECK_EQ(a->free(a, block), MEMM_IS_FREE);
	CHECK(take(63) != NULL);
	end();
}

/* A quarter of the granules may be at hand, or twice RAW_AT_HAND. */
static void check_most_at_hand(uint64_t pages, uint64_t granules, uint64_t most)
{
	struct raw *raw = begin(pages);
	char       *block[400];
	uint64_t    blocks = 0, at_hand = 0;

	CHECK_EQ(raw->granules, granules);
	while (blocks < most / 2 + 1)
		block[blocks++] = take(2);
	while (raw->at_hand_granules != 0) /* the rest of a piece */
		block[blocks++] = take(2);
	for (uint64_t i = 0; i <= most / 2; i++) {
		at_hand = max_u64(at_hand, raw->at_hand_granules);
		CHECK_EQ(a->free(a, block[i]), MEMM_OK);
	}
	CHECK_EQ(at_hand, most);
	CHECK_EQ(raw->at_hand_granules, 0);
	end();
}

TEST(memm_raw_keeps_a_quarter_at_hand)
{
	check_most_at_hand(6, 320, 128);
	check_most_at_hand(42, 36 * 64, 36 * 64 / 4);
}

/* The largest request that fits behind what alignment may cost. */
TEST(memm_raw_aligns_in_a_block_that_is_just_long_enough)
{
	char *block;

	begin(3);
	CHECK(take(128 - 8) != NULL);
	block = a->allocate(a, 7 * 64 - 16, 128);
	CHECK(block != NULL);
	CHECK_EQ(memm_paddr_in(a, block) % 128, 0);
	end();
}

/* Behind the data the bits are those of other things. */
TEST(memm_raw_reads_no_bit_behind_its_last)
{
	struct raw *raw = begin(3);
	char       *first = take(1), *second = take(1);

	CHECK_EQ(a->free(a, first), MEMM_OK);
	CHECK(take(112) != NULL); /* joins what is at hand */
	CHECK(raw_bit(raw->free_ends, 0));
	CHECK_EQ(a->free(a, a->data + 128 * 64), MEMM_NOT_BLOCK);
	raw->word[128] = raw_word(RAW_FREE, 0, 5);
	CHECK_BROKEN(raw->word[0], raw_word(RAW_FREE, RAW_NOWHERE, 128),
	             memm_raw_check(a),
	             "each free block is on the list of its length");
	CHECK_EQ(a->free(a, second), MEMM_OK);
	end();
}

/* A piece has fewer granules than RAW_AT_HAND, also where a free block has as
 * many.  What an alignment of a granule asks for is at hand too. */
TEST(memm_raw_cuts_pieces_that_can_be_at_hand)
{
	struct raw *raw = begin(2);
	char       *first = take(1), *second;

	CHECK_EQ(raw->granules, RAW_AT_HAND);
	CHECK_EQ(raw->at_hand_granules, RAW_AT_HAND - 2);
	second = a->allocate(a, 48, RAW_GRANULE);
	CHECK(second == first + RAW_GRANULE);
	CHECK_EQ(raw->at_hand_granules, RAW_AT_HAND - 3);
	end();
}

/*  granule   0   1 ...  61  62  63
 *            |u| |-- u --|  |h| |f|      h: at hand, f: on a list */
TEST(memm_raw_joins_a_single_granule_that_is_at_hand)
{
	struct raw *raw = begin(2);

	CHECK(take(1) == a->data);
	CHECK(take(61) == a->data + RAW_GRANULE);
	CHECK_EQ(raw->at_hand_granules, 1);
	CHECK(take(2) == a->data + 62 * RAW_GRANULE);
	CHECK(take(1) == NULL);
	end();
}
