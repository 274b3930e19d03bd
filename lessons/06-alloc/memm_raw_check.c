/**
 * @file
 * Lesson 6: what must hold of a raw allocator.
 */
#include "memm_raw.h"

/* Whether the list that a free block should be on says the same. */
static bool is_listed(const struct raw *raw, uint32_t at, uint32_t granules)
{
	uint32_t previous = raw_low(raw->word[at]);
	uint32_t next = raw_high(raw->word[at]);

	if (next != RAW_NOWHERE &&
	    (next >= raw->granules ||
	     raw->word[next] !=
	             raw_word(RAW_FREE, at, raw_high(raw->word[next]))))
		return false;
	if (previous == RAW_NOWHERE)
		return raw->first[raw_list_of(granules)] == at;
	return previous < raw->granules &&
	       raw->word[previous] ==
	               raw_word(RAW_FREE, raw_low(raw->word[previous]), at) &&
	       raw_list_of(raw_free_granules(raw, previous)) ==
	               raw_list_of(granules);
}

/* All words of a block but those that say something. */
static bool inside_is_zero(const struct raw *raw, uint32_t at,
                           uint32_t granules)
{
	bool     used = raw_kind_of(raw->word[at]) == RAW_USED;
	uint64_t extent = raw_word(RAW_EXTENT, granules, 0);

	for (uint32_t i = 1; i < granules; i++) {
		bool end = !used && (i == 1 || i == granules - 1);

		if (raw->word[at + i] != (end ? extent : 0))
			return false;
	}
	return true;
}

/* The granules of the blocks on the lists at hand, or UINT64_MAX where one of
 * them is none. */
static uint64_t granules_at_hand(const struct raw *raw)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < RAW_AT_HAND; i++) {
		uint32_t mark = raw->at_hand[i];

		while (mark != RAW_NOWHERE) {
			uint64_t word;

			if (mark == 0 || mark > raw->granules)
				return UINT64_MAX;
			word = raw->word[mark - 1];
			if (raw_kind_of(word) != RAW_USED ||
			    raw_high(word) == 0 || raw_low(word) != i)
				return UINT64_MAX;
			sum += i;
			if (sum > raw->granules)
				return UINT64_MAX; /* a ring */
			mark = raw_high(word);
		}
	}
	return sum;
}

const char *memm_raw_check(const struct memm_allocator *allocator)
{
	const struct raw *raw = raw_of_const(allocator);
	uint64_t          blocks = 0, used_granules = 0, lists[2] = { 0, 0 };
	uint64_t          at_hand = 0;
	uint32_t          granules;
	bool              was_free = false;

	for (uint32_t at = 0; at < raw->granules; at += granules) {
		bool used = raw_kind_of(raw->word[at]) == RAW_USED;

		if (!used && raw_kind_of(raw->word[at]) != RAW_FREE)
			return "each granule is in a block";
		granules = used ? raw_low(raw->word[at])
		                : raw_free_granules(raw, at);
		if (granules == 0 || granules > raw->granules - at)
			return "blocks end inside the data";
		if (!inside_is_zero(raw, at, granules))
			return "inside a block all words are zero";
		if (!used && was_free)
			return "no two free blocks stand side by side";
		if (!used && !is_listed(raw, at, granules))
			return "each free block is on the list of its length";
		was_free = !used;
		if (used && raw_high(raw->word[at]) != 0) {
			at_hand += granules;
		} else if (used) {
			blocks++;
			used_granules += granules;
		}
		if (!used)
			lists[raw_list_of(granules) / 64] |=
				UINT64_C(1) << (raw_list_of(granules) % 64);
	}
	if (lists[0] != raw->not_empty[0] || lists[1] != raw->not_empty[1])
		return "the bits say which lists hold a block";
	if (at_hand != raw->at_hand_granules ||
	    at_hand != granules_at_hand(raw))
		return "each block that is at hand is on the list of its "
		       "length";
	if (blocks != allocator->blocks ||
	    used_granules * RAW_GRANULE != allocator->used_bytes)
		return "an allocator counts the blocks that it gave out";
	return NULL;
}
