/**
 * @file
 * Lesson 6: what must hold of a raw allocator.
 */
#include "memm_raw.h"

static bool starts(const struct raw *raw, uint32_t at)
{
	return at < raw->granules && raw_bit(raw->starts, at);
}

/* Whether the list that a free block should be on says the same. */
static bool is_listed(const struct raw *raw, uint32_t at, uint32_t granules)
{
	uint32_t previous = raw_low(raw->word[at]);
	uint32_t next = raw_high(raw->word[at]);

	if (next != RAW_NOWHERE &&
	    (!starts(raw, next) ||
	     raw->word[next] !=
	             raw_word(RAW_FREE, at, raw_high(raw->word[next]))))
		return false;
	if (previous == RAW_NOWHERE)
		return raw_bit(raw->not_empty, raw_list_of(granules)) &&
		       raw->first[raw_list_of(granules)] == at;
	return starts(raw, previous) &&
	       raw->word[previous] ==
	               raw_word(RAW_FREE, raw_low(raw->word[previous]), at) &&
	       raw_list_of(raw_free_granules(raw, previous)) ==
	               raw_list_of(granules);
}

/* Nothing starts inside a block, and it ends as a free one if it is one; then
 * the words of its second granule and its last say how long it is. */
static bool inside_is_right(const struct raw *raw, uint32_t at,
                            uint32_t granules)
{
	bool     is_free = raw_kind_of(raw->word[at]) == RAW_FREE;
	uint64_t extent = raw_word(RAW_EXTENT, granules, 0);
	uint32_t last = at + granules - 1;

	for (uint32_t i = at; i <= last; i++) {
		bool first = i == at, end = is_free && i == last;

		if (raw_bit(raw->starts, i) != first ||
		    raw_bit(raw->free_ends, i) != end)
			return false;
	}
	return !is_free || granules == 1 ||
	       (raw->word[at + 1] == extent && raw->word[last] == extent);
}

/* The granules of the blocks on the lists at hand, or UINT64_MAX where one of
 * them is none. */
static uint64_t granules_at_hand(const struct raw *raw)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < RAW_AT_HAND; i++) {
		bool     bit = raw->at_hand_not_empty >> i & 1;
		uint32_t mark = bit ? raw->at_hand[i] : RAW_NOWHERE;

		if (bit && mark == RAW_NOWHERE)
			return UINT64_MAX;
		while (mark != RAW_NOWHERE) {
			uint64_t word;

			if (mark == 0 || !starts(raw, mark - 1))
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

/* What the blocks sum to. */
struct sum {
	uint64_t blocks, used, at_hand; /* the latter two: granules */
	uint64_t lists[RAW_LIST_WORDS];
};

static const char *check_block(const struct raw *raw, uint32_t at,
                               uint32_t granules, bool below_is_free,
                               struct sum *sum)
{
	bool     is_free = raw_kind_of(raw->word[at]) == RAW_FREE;
	unsigned list = raw_list_of(granules);

	if (granules == 0 || granules > raw->granules - at)
		return "blocks end inside the data";
	if (!inside_is_right(raw, at, granules))
		return "bits and words speak of whole blocks";
	if (is_free && below_is_free)
		return "no two free blocks stand side by side";
	if (is_free && !is_listed(raw, at, granules))
		return "each free block is on the list of its length";
	if (is_free) {
		sum->lists[list / 64] |= UINT64_C(1) << (list % 64);
	} else if (raw_high(raw->word[at]) != 0) {
		sum->at_hand += granules;
	} else {
		sum->blocks++;
		sum->used += granules;
	}
	return NULL;
}

const char *memm_raw_check(const struct memm_allocator *allocator)
{
	const struct raw *raw = raw_of_const(allocator);
	struct sum        sum = { 0 };
	uint32_t          granules;
	bool              below_is_free = false;
	uint64_t          data = allocator->bytes -
	                (uint64_t)(allocator->data - (const char *)allocator);

	if (raw->granules != min_u64(data / RAW_GRANULE, RAW_GRANULES_MAX) ||
	    raw->starts != raw->below ||
	    raw->free_ends != raw->starts + data / PAGE_SIZE ||
	    raw->word != raw->free_ends + data / PAGE_SIZE)
		return "the data is cut into granules";

	for (uint32_t at = 0; at < raw->granules; at += granules) {
		enum raw_kind kind = raw_kind_of(raw->word[at]);
		const char   *broken;

		if (!starts(raw, at) || (kind != RAW_USED && kind != RAW_FREE))
			return "each granule is in a block";
		granules = kind == RAW_USED ? raw_low(raw->word[at])
		                            : raw_free_granules(raw, at);
		broken = check_block(raw, at, granules, below_is_free, &sum);
		if (broken != NULL)
			return broken;
		below_is_free = kind == RAW_FREE;
	}
	if (sum.lists[0] != raw->not_empty[0] ||
	    sum.lists[1] != raw->not_empty[1])
		return "the bits say which lists hold a block";
	if (sum.at_hand != raw->at_hand_granules ||
	    sum.at_hand != granules_at_hand(raw))
		return "each block at hand is on the list of its length";
	if (sum.blocks != allocator->blocks ||
	    sum.used * RAW_GRANULE != allocator->used_bytes)
		return "an allocator counts the blocks that it gave out";
	return NULL;
}
