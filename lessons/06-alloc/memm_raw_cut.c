/**
 * @file
 * Lesson 6: how the blocks of a raw allocator are cut and joined.
 *
 * Free blocks are listed by their number of granules, four lists for each
 * doubling.  A request goes to the first list on which all blocks fit: no
 * search, good fit.  A small block does not even come to the lists: it is at
 * hand as it was, a list for each length, and a bit says which are not empty.
 *
 * Source: M. Masmano et al., "TLSF: a New Dynamic Memory Allocator for
 * Real-Time Systems"; D. E. Knuth, "The Art of Computer Programming",
 * "Dynamic Storage Allocation", for the two ends of a block.
 */
#include "memm_raw.h"

/** Up to here a block may be at hand. */
#define SMALL_BYTES ((RAW_AT_HAND - 1) * RAW_GRANULE - MEMM_NAME_BYTES)

/* Granules to leave out at @at, so that the block is aligned. */
static uint32_t lead_at(const struct raw *raw, uint32_t at, uint64_t align)
{
	const struct memm_allocator *a = &raw->allocator;
	paddr_t paddr = memm_paddr_in(a, a->data + at * RAW_GRANULE);

	return (uint32_t)(-paddr % align / RAW_GRANULE);
}

/* Of the free block [at, at + found), take @wanted granules behind @lead. */
static void take_part(struct raw *raw, uint32_t at, uint32_t found,
                      uint32_t lead, uint32_t wanted)
{
	uint32_t past = at + lead + wanted, rest = found - lead - wanted;

	if (lead == 0 && rest != 0) {
		raw_resize(raw, at, found, past, rest);
		return;
	}
	raw_take_free(raw, at, found);
	if (lead != 0)
		raw_put_free(raw, at, lead);
	if (rest != 0)
		raw_put_free(raw, past, rest);
}

/* Whether the block that ends where @at starts is free: then *below is its
 * first granule. */
static bool free_below(const struct raw *raw, uint32_t at, uint32_t *below)
{
	if (at == 0 || !raw_bit(raw->free_ends, at - 1))
		return false;
	*below = raw_bit(raw->starts, at - 1) ? at - 1
	                                      : at - raw_low(raw->word[at - 1]);
	return true;
}

/* The block [at, at + granules) becomes free, one with its free neighbours. */
static void join(struct raw *raw, uint32_t at, uint32_t granules)
{
	uint32_t above = at + granules, more = 0, below;
	bool     has_below = free_below(raw, at, &below);

	raw_clear_bit(raw->starts, at);
	if (above < raw->granules && raw_kind_of(raw->word[above]) == RAW_FREE)
		more = raw_free_granules(raw, above);
	if (has_below) {
		if (more != 0)
			raw_take_free(raw, above, more);
		raw_resize(raw, below, at - below, below, above + more - below);
	} else if (more != 0) {
		raw_resize(raw, above, more, at, granules + more);
	} else {
		raw_put_free(raw, at, granules);
	}
}

/* From the lists: the block's first granule, or RAW_NOWHERE. */
static uint32_t take_listed(struct raw *raw, uint64_t bytes, uint64_t align)
{
	uint64_t granules = raw_granules_for(bytes);
	uint64_t unit = max_u64(align, RAW_GRANULE);
	uint64_t padded = granules + unit / RAW_GRANULE - 1;
	uint32_t at, found, lead, wanted;
	unsigned list;

	/* What passes here, padded, is a number of 32 bits. */
	if (max_u64(bytes, align) >= raw->granules * RAW_GRANULE)
		return RAW_NOWHERE;
	list = raw_list_from(raw, raw_list_for((uint32_t)padded));
	if (list == RAW_LISTS)
		return RAW_NOWHERE;
	at = raw->first[list];
	if (bytes == 0)
		return at;

	found = raw_free_granules(raw, at);
	wanted = (uint32_t)granules;
	lead = lead_at(raw, at, unit);
	take_part(raw, at, found, lead, wanted);
	at += lead;
	raw_put_used(raw, at, wanted, 0);
	return at;
}

/* The first of those at hand of this length. */
static uint32_t pop_at_hand(struct raw *raw, uint32_t granules)
{
	uint32_t at = raw->at_hand[granules] - 1;

	raw->at_hand[granules] = raw_high(raw->word[at]);
	if (raw->at_hand[granules] == RAW_NOWHERE)
		raw->at_hand_not_empty ^= UINT64_C(1) << granules;
	raw->at_hand_granules -= granules;
	return at;
}

static void put_at_hand(struct raw *raw, uint32_t at, uint32_t granules)
{
	uint64_t bit = UINT64_C(1) << granules;

	raw_put_used(raw, at, granules,
	             raw->at_hand_not_empty & bit ? raw->at_hand[granules]
	                                          : RAW_NOWHERE);
	raw->at_hand[granules] = at + 1;
	raw->at_hand_not_empty |= bit;
	raw->at_hand_granules += granules;
}

/* From those at hand, the shortest that is long enough: the block's first
 * granule, or RAW_NOWHERE. */
static uint32_t take_at_hand(struct raw *raw, uint32_t granules)
{
	uint64_t lists = raw->at_hand_not_empty >> granules;
	uint32_t found, at;

	if (lists == 0)
		return RAW_NOWHERE;
	found = granules + (uint32_t)__builtin_ctzll(lists);
	at = pop_at_hand(raw, found);
	if (found > granules)
		put_at_hand(raw, at + granules, found - granules);
	raw->word[at] = raw_word(RAW_USED, granules, 0);
	return at;
}

static void join_all_at_hand(struct raw *raw)
{
	while (raw->at_hand_not_empty != 0) {
		uint32_t granules =
			(uint32_t)__builtin_ctzll(raw->at_hand_not_empty);
		uint32_t at = pop_at_hand(raw, granules);

		join(raw, at, granules);
	}
}

/* A small block: one at hand, or one cut from a listed piece, whose rest is
 * at hand for the next, a whole number of times. */
static uint32_t take_small(struct raw *raw, uint32_t granules)
{
	uint32_t at = take_at_hand(raw, granules), found, piece;
	unsigned list;

	if (at != RAW_NOWHERE)
		return at;
	list = raw_list_from(raw, raw_list_for(granules));
	if (list == RAW_LISTS)
		return RAW_NOWHERE;
	at = raw->first[list];
	found = raw_free_granules(raw, at);
	piece = found < RAW_AT_HAND ? found
	                            : (RAW_AT_HAND - 1) / granules * granules;
	if (found > piece)
		raw_resize(raw, at, found, at + piece, found - piece);
	else
		raw_take_free(raw, at, found);
	raw_put_used(raw, at, granules, 0);
	if (piece > granules)
		put_at_hand(raw, at + granules, piece - granules);
	return at;
}

uint32_t memm_raw_take(struct raw *raw, uint64_t bytes, uint64_t align)
{
	uint32_t at = RAW_NOWHERE;

	/* 0 bytes, minus one, are many. */
	if (bytes - 1 < SMALL_BYTES && align <= RAW_GRANULE)
		at = take_small(raw, (uint32_t)raw_granules_for(bytes));
	else
		at = take_listed(raw, bytes, align);
	if (at == RAW_NOWHERE && raw->at_hand_granules != 0) {
		join_all_at_hand(raw);
		at = take_listed(raw, bytes, align);
	}
	return at;
}

/* A quarter of the data, but in a small allocator two pieces: the rest of a
 * piece is at hand, so with less a lone block would be cut each time anew. */
static uint64_t at_hand_most(const struct raw *raw)
{
	return max_u64(raw->granules / 4, UINT64_C(2) * RAW_AT_HAND);
}

void memm_raw_put(struct raw *raw, uint32_t at, uint32_t granules)
{
	if (granules >= RAW_AT_HAND) {
		join(raw, at, granules);
		return;
	}
	put_at_hand(raw, at, granules);
	if (raw->at_hand_granules > at_hand_most(raw))
		join_all_at_hand(raw);
}
