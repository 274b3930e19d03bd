/**
 * @file
 * Lesson 6: the granules of memm's raw allocators, and their lists.
 *
 * The data is cut into granules of 64 bytes, and a block is a run of them;
 * its address is the data's plus 64 times its first granule's number, and
 * the last 16 bytes of its last granule belong to the name of the next block.
 * What is known of a granule stands below the data: two bits, and a word that
 * counts only where the bits say so.
 *
 *     starts     a block starts at the granule: its word says what it is
 *     free_ends  a free block ends with the granule
 *
 *              63           33 32            2 1  0
 *             +---------------+---------------+----+
 *     USED    | 0             | granules      | 1  |  given out
 *     USED    | next + 1      | granules      | 1  |  at hand
 *     FREE    | next on list  | previous      | 2  |  the block's first
 *     EXTENT  | 0             | granules      | 3  |  its second, its last
 *             +---------------+---------------+----+
 *
 * So a new allocator clears two words of bits for a page, not 64 words.
 *
 * A small block that comes back is kept at hand, as it is, and the next small
 * request gets it or a part of it.  When more than a quarter of the data is at
 * hand, or a request would fail, all of it is joined with its neighbours.
 */
#ifndef MEMM_RAW_H
#define MEMM_RAW_H

#include "memm_type.h"

#define RAW_GRANULE UINT64_C(64) /**< Bytes. */

/** Granules of a page, as many as a word of bits has. */
#define RAW_PAGE_GRANULES (PAGE_SIZE / RAW_GRANULE)

/** Bytes that stand below for a page of data: its words, and two of bits. */
#define RAW_PAGE_WORDS ((RAW_PAGE_GRANULES + 2) * sizeof(uint64_t))

/** Four lists for each of 31 doublings, less what the first two lack. */
#define RAW_LISTS      128
#define RAW_LIST_WORDS (RAW_LISTS / 64)     /**< A bit a list. */
#define RAW_NOWHERE    UINT32_C(0x7fffffff) /**< No granule. */
#define RAW_HIGH_SHIFT 33 /**< Lowest bit of the upper field. */

/** Granules that an allocator uses at most: 128 GiB; what it has beyond that is
 * left alone. */
#define RAW_GRANULES_MAX (RAW_NOWHERE - 1)

/** Pages of the smallest allocator: one is data. */
#define RAW_PAGES_LEAST 2

/** Blocks below this many granules are kept at hand: a bit each. */
#define RAW_AT_HAND 64

/** What a granule's word says. */
enum raw_kind {
	RAW_USED = 1, /**< The first granule of a block that is in use. */
	RAW_FREE,     /**< The first granule of a free block. */
	RAW_EXTENT,   /**< The second or last one of a free block. */
};

/** The allocator, as its type sees it. */
struct raw {
	struct memm_allocator allocator; /**< What all types have. */
	uint32_t              granules;  /**< Of the data. */

	uint64_t not_empty[RAW_LIST_WORDS]; /**< A bit a list. */
	uint32_t first[RAW_LISTS];          /**< Where the list has one. */

	/** A list for each number of granules, the same way. */
	uint64_t at_hand_not_empty;
	uint32_t at_hand[RAW_AT_HAND]; /**< The first block's, plus one. */
	uint64_t at_hand_granules;     /**< All together. */

	uint64_t *starts;    /**< A bit a granule. */
	uint64_t *free_ends; /**< A bit a granule. */
	uint64_t *word;      /**< One a granule. */
	uint64_t  below[];   /**< All three. */
};

_Static_assert(RAW_PAGE_GRANULES == 64, "a word of bits is a page of data");

/** The allocator, which memm_raw made, as its type sees it. */
static inline struct raw *raw_of(struct memm_allocator *allocator)
{
	return (struct raw *)(void *)allocator;
}

/** The same, to be looked at. */
static inline const struct raw *
raw_of_const(const struct memm_allocator *allocator)
{
	return (const struct raw *)(const void *)allocator;
}

/** A granule's word; @p low and @p high are at most RAW_NOWHERE. */
static inline uint64_t raw_word(enum raw_kind kind, uint32_t low, uint32_t high)
{
	return (uint64_t)kind | (uint64_t)low << 2 |
	       (uint64_t)high << RAW_HIGH_SHIFT;
}

/** What such a word says. */
static inline enum raw_kind raw_kind_of(uint64_t word)
{
	return (enum raw_kind)(word & 3);
}

/** RAW_USED, RAW_EXTENT: granules.  RAW_FREE: the block before on its list. */
static inline uint32_t raw_low(uint64_t word)
{
	return (uint32_t)(word >> 2) & RAW_NOWHERE;
}

/** RAW_FREE: the block behind on its list. */
static inline uint32_t raw_high(uint64_t word)
{
	return (uint32_t)(word >> RAW_HIGH_SHIFT);
}

/** Granules that a block of so many bytes takes, with the next one's name. */
static inline uint64_t raw_granules_for(uint64_t bytes)
{
	return pieces_for(bytes + MEMM_NAME_BYTES, RAW_GRANULE);
}

/** The list on which free blocks of @p granules stand: 4 to 7 are lists 4 to
 * 7, 8 and 9 are list 8, 10 and 11 are list 9. */
static inline unsigned raw_list_of(uint32_t granules)
{
	unsigned log;

	if (granules < 4)
		return granules;
	log = 31 - (unsigned)__builtin_clz(granules);
	return (log - 1) * 4 + (granules >> (log - 2) & 3);
}

/** The fewest granules that a block on this list has. */
static inline uint32_t raw_list_least(unsigned list)
{
	if (list < 4)
		return list;
	return (4 + (list & 3)) << (list / 4 - 1);
}

/** The first list all of whose blocks have @p granules or more. */
static inline unsigned raw_list_for(uint32_t granules)
{
	unsigned list = raw_list_of(granules);

	return list + (raw_list_least(list) < granules);
}

/** The first list from @p list on that is not empty, or RAW_LISTS. */
static inline unsigned raw_list_from(const struct raw *raw, unsigned list)
{
	uint64_t lists;

	if (list >= RAW_LISTS)
		return RAW_LISTS;
	lists = raw->not_empty[list / 64] >> (list % 64);
	if (lists != 0)
		return list + (unsigned)__builtin_ctzll(lists);
	if (list >= 64 || raw->not_empty[1] == 0)
		return RAW_LISTS;
	return 64 + (unsigned)__builtin_ctzll(raw->not_empty[1]);
}

/** Whether bit @p at is set. */
static inline bool raw_bit(const uint64_t *bits, uint32_t at)
{
	return bits[at / 64] >> (at % 64) & 1;
}

/** Set bit @p at. */
static inline void raw_set_bit(uint64_t *bits, uint32_t at)
{
	bits[at / 64] |= UINT64_C(1) << (at % 64);
}

/** Clear bit @p at. */
static inline void raw_clear_bit(uint64_t *bits, uint32_t at)
{
	bits[at / 64] &= ~(UINT64_C(1) << (at % 64));
}

/** A free block has a second granule if nothing starts behind its first. */
static inline uint32_t raw_free_granules(const struct raw *raw, uint32_t at)
{
	if (at + 1 >= raw->granules || raw_bit(raw->starts, at + 1))
		return 1;
	return raw_low(raw->word[at + 1]);
}

/** The block's first word; next: see above. */
static inline void raw_put_used(struct raw *raw, uint32_t at, uint32_t granules,
                                uint32_t next)
{
	raw->word[at] = raw_word(RAW_USED, granules, next);
	raw_set_bit(raw->starts, at);
}

/** What a free block's words say of its end. */
static inline void raw_put_extent(struct raw *raw, uint32_t at,
                                  uint32_t granules)
{
	uint32_t last = at + granules - 1;

	raw_set_bit(raw->free_ends, last);
	if (granules > 1) {
		raw->word[at + 1] = raw_word(RAW_EXTENT, granules, 0);
		raw->word[last] = raw->word[at + 1];
	}
}

/** Write the words and bits of a free block, and put it first on its list. */
static inline void raw_put_free(struct raw *raw, uint32_t at, uint32_t granules)
{
	unsigned list = raw_list_of(granules);
	uint32_t next = RAW_NOWHERE;

	if (raw_bit(raw->not_empty, list)) {
		next = raw->first[list];
		raw->word[next] =
			raw_word(RAW_FREE, at, raw_high(raw->word[next]));
	}
	raw->word[at] = raw_word(RAW_FREE, RAW_NOWHERE, next);
	raw_set_bit(raw->starts, at);
	raw_put_extent(raw, at, granules);
	raw->first[list] = at;
	raw_set_bit(raw->not_empty, list);
}

/** Afterwards no bit speaks of the block. */
static inline void raw_take_free(struct raw *raw, uint32_t at,
                                 uint32_t granules)
{
	unsigned list = raw_list_of(granules);
	uint32_t previous = raw_low(raw->word[at]);
	uint32_t next = raw_high(raw->word[at]);

	if (next != RAW_NOWHERE)
		raw->word[next] =
			raw_word(RAW_FREE, previous, raw_high(raw->word[next]));
	if (previous != RAW_NOWHERE)
		raw->word[previous] =
			raw_word(RAW_FREE, raw_low(raw->word[previous]), next);
	else if (next != RAW_NOWHERE)
		raw->first[list] = next;
	else
		raw_clear_bit(raw->not_empty, list);
	raw_clear_bit(raw->starts, at);
	raw_clear_bit(raw->free_ends, at + granules - 1);
}

/**
 * A free block shrinks or grows.  Mostly it stays on its list, and there in
 * its place: then no list has to be looked for.
 */
static inline void raw_resize(struct raw *raw, uint32_t at, uint32_t granules,
                              uint32_t new_at, uint32_t new_granules)
{
	unsigned list = raw_list_of(granules);
	uint64_t word = raw->word[at];

	if (list != raw_list_of(new_granules)) {
		raw_take_free(raw, at, granules);
		raw_put_free(raw, new_at, new_granules);
		return;
	}
	raw_clear_bit(raw->free_ends, at + granules - 1);
	raw_put_extent(raw, new_at, new_granules);
	if (new_at == at)
		return;
	raw_clear_bit(raw->starts, at);
	raw_set_bit(raw->starts, new_at);
	raw->word[new_at] = word;
	if (raw_low(word) == RAW_NOWHERE)
		raw->first[list] = new_at;
	else
		raw->word[raw_low(word)] = raw_word(
			RAW_FREE, raw_low(raw->word[raw_low(word)]), new_at);
	if (raw_high(word) != RAW_NOWHERE)
		raw->word[raw_high(word)] = raw_word(
			RAW_FREE, new_at, raw_high(raw->word[raw_high(word)]));
}

/** A block's first granule, or RAW_NOWHERE.  0 bytes: only whether there is
 *  one. */
uint32_t memm_raw_take(struct raw *raw, uint64_t bytes, uint64_t align);

/** The block of so many granules at @p at comes back. */
void memm_raw_put(struct raw *raw, uint32_t at, uint32_t granules);

/** The type's check: see memm_type.h. */
const char *memm_raw_check(const struct memm_allocator *allocator);

#endif
