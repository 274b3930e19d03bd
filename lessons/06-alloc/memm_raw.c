/**
 * @file
 * Lesson 6: the type for blocks of any number of bytes.  See memm_raw.h for
 * what is known of its data.
 *
 * So from a block's first granule one reads how long it is, and from the
 * granule before it whether the block below is free and where that starts.
 * Free blocks are listed by their number of granules, four lists for each
 * doubling.  A request goes to the first list on which all blocks fit: no
 * search, good fit, a few dozen instructions.
 *
 * Source: M. Masmano et al., "TLSF: a New Dynamic Memory Allocator for
 * Real-Time Systems"; D. E. Knuth, "The Art of Computer Programming",
 * "Dynamic Storage Allocation", for the two ends of a block.
 */
#include "kstring.h"
#include "memm_raw.h"

/** Larger requests get pages of their own. */
#define RAW_MOST (32 * KiB)

/** Up to here a block may be at hand. */
#define SMALL_BYTES ((RAW_AT_HAND - 1) * RAW_GRANULE - MEMM_NAME_BYTES)

/* Granules that a request takes, with those it may lose to alignment. */
static uint64_t granules_for(uint64_t bytes)
{
	return (bytes + MEMM_NAME_BYTES + RAW_GRANULE - 1) / RAW_GRANULE;
}

/* Pages for the object and the words of @pages pages of data; the first
 * block's name is there as well. */
static uint64_t pages_below(uint64_t pages)
{
	return bytes_to_pages(sizeof(struct raw) + pages * RAW_PAGE_WORDS +
	                      MEMM_NAME_BYTES);
}

static uint64_t raw_pages_for(uint64_t bytes, uint64_t align)
{
	uint64_t granules =
		granules_for(bytes + (align > MEMM_ALIGN ? align : 0));
	uint64_t pages;

	if (bytes > RAW_MOST || align > PAGE_SIZE)
		return 0;
	granules = raw_list_least(raw_list_for((uint32_t)granules));
	pages = bytes_to_pages(granules * RAW_GRANULE);
	return pages + pages_below(pages);
}

static bool raw_init(struct memm_allocator *allocator)
{
	struct raw *raw = raw_of(allocator);
	uint64_t    all = allocator->bytes / PAGE_SIZE;
	uint64_t    fixed = sizeof(struct raw) + MEMM_NAME_BYTES;
	/* What stands below must hold a word for each granule above. */
	uint64_t below = (fixed + all * RAW_PAGE_WORDS + PAGE_SIZE +
	                  RAW_PAGE_WORDS - 1) /
	                 (PAGE_SIZE + RAW_PAGE_WORDS);
	uint64_t granules;

	if (below >= all)
		return false;
	granules = min_u64((all - below) * (PAGE_SIZE / RAW_GRANULE),
	                   RAW_NOWHERE - 1);
	allocator->data = (char *)allocator + below * PAGE_SIZE;
	raw->granules = (uint32_t)granules;
	memset(raw->not_empty, 0, sizeof(raw->not_empty));
	for (unsigned i = 0; i < RAW_LISTS; i++)
		raw->first[i] = RAW_NOWHERE;
	for (unsigned i = 0; i < RAW_AT_HAND; i++)
		raw->at_hand[i] = RAW_NOWHERE;
	raw->at_hand_granules = 0;
	memset(raw->word, 0, granules * sizeof(uint64_t));
	raw_put_free(raw, 0, raw->granules);
	return true;
}

/* Granules to leave out at @at, so that the block is aligned. */
static uint32_t lead_at(const struct raw *raw, uint32_t at, uint64_t align)
{
	const struct memm_allocator *a = &raw->allocator;
	paddr_t paddr = memm_paddr_in(a, a->data + at * RAW_GRANULE);

	if (align <= RAW_GRANULE)
		return 0;
	return (uint32_t)((-paddr & (align - 1)) / RAW_GRANULE);
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
	uint64_t last = at > 0 ? raw->word[at - 1] : 0;

	switch (raw_kind_of(last)) {
	case RAW_FREE:
		*below = at - 1;
		return true;
	case RAW_EXTENT:
		*below = at - raw_low(last);
		return true;
	default:
		return false;
	}
}

/* The block [at, at + granules) becomes free, one with its free neighbours. */
static void join(struct raw *raw, uint32_t at, uint32_t granules)
{
	uint32_t above = at + granules, more = 0, below;
	bool     has_below = free_below(raw, at, &below);

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
	uint64_t granules = granules_for(bytes), padded = granules;
	uint64_t most = raw->allocator.bytes;
	uint32_t at, found, lead, wanted;
	unsigned list;

	if (bytes >= most || align >= most)
		return RAW_NOWHERE;
	if (align > RAW_GRANULE)
		padded += align / RAW_GRANULE - 1;
	if (padded >= RAW_NOWHERE)
		return RAW_NOWHERE;
	list = raw_list_from(raw, raw_list_for((uint32_t)padded));
	if (list == RAW_LISTS)
		return RAW_NOWHERE;
	at = raw->first[list];
	if (bytes == 0)
		return at;

	found = raw_free_granules(raw, at);
	wanted = (uint32_t)granules;
	lead = lead_at(raw, at, align);
	take_part(raw, at, found, lead, wanted);
	at += lead;
	raw->word[at] = raw_word(RAW_USED, wanted, 0);
	return at;
}

/* From those at hand: the block's first granule, or RAW_NOWHERE. */
static uint32_t take_at_hand(struct raw *raw, uint32_t granules)
{
	uint32_t at = raw->at_hand[granules] - 1;

	if (at == RAW_NOWHERE - 1)
		return RAW_NOWHERE;
	raw->at_hand[granules] = raw_high(raw->word[at]);
	raw->at_hand_granules -= granules;
	raw->word[at] = raw_word(RAW_USED, granules, 0);
	return at;
}

static void join_all_at_hand(struct raw *raw)
{
	for (uint32_t i = 1; i < RAW_AT_HAND; i++) {
		uint32_t at;

		while ((at = take_at_hand(raw, i)) != RAW_NOWHERE) {
			raw->word[at] = 0;
			join(raw, at, i);
		}
	}
}

static void *raw_allocate(struct memm_allocator *allocator, uint64_t bytes,
                          uint64_t align)
{
	struct raw *raw = raw_of(allocator);
	uint32_t    at = RAW_NOWHERE;

	/* 0 bytes, minus one, are many. */
	if (bytes - 1 < SMALL_BYTES && align <= RAW_GRANULE)
		at = take_at_hand(raw, (uint32_t)granules_for(bytes));
	if (at == RAW_NOWHERE)
		at = take_listed(raw, bytes, align);
	if (at == RAW_NOWHERE && raw->at_hand_granules != 0) {
		join_all_at_hand(raw);
		at = take_listed(raw, bytes, align);
	}
	if (at == RAW_NOWHERE)
		return NULL;
	if (bytes != 0) {
		allocator->blocks++;
		allocator->used_bytes += raw_low(raw->word[at]) * RAW_GRANULE;
	}
	return allocator->data + at * RAW_GRANULE;
}

static void put_at_hand(struct raw *raw, uint32_t at, uint32_t granules)
{
	raw->word[at] = raw_word(RAW_USED, granules, raw->at_hand[granules]);
	raw->at_hand[granules] = at + 1;
	raw->at_hand_granules += granules;
}

static enum memm_status raw_free(struct memm_allocator *allocator, void *block)
{
	struct raw *raw = raw_of(allocator);
	uint64_t    offset = (uint64_t)((char *)block - allocator->data);
	uint32_t    at = (uint32_t)(offset / RAW_GRANULE), granules;

	if ((char *)block < allocator->data || at >= raw->granules)
		return MEMM_NOT_BLOCK;
	if (offset % RAW_GRANULE != 0)
		return MEMM_MISALIGNED;
	if (raw_kind_of(raw->word[at]) == RAW_INSIDE)
		return MEMM_NOT_BLOCK;
	if (raw_kind_of(raw->word[at]) != RAW_USED ||
	    raw_high(raw->word[at]) != 0)
		return MEMM_IS_FREE;

	granules = raw_low(raw->word[at]);
	allocator->blocks--;
	allocator->used_bytes -= granules * RAW_GRANULE;
	if (granules < RAW_AT_HAND) {
		put_at_hand(raw, at, granules);
	} else {
		raw->word[at] = 0;
		join(raw, at, granules);
	}
	return MEMM_OK;
}

/* What is at hand may be one block, once it is joined. */
static uint64_t raw_room(const struct memm_allocator *allocator)
{
	const struct raw *raw = raw_of_const(allocator);
	uint64_t          lists = raw->not_empty[1];
	unsigned          list = 64;
	uint64_t          granules = raw->at_hand_granules;

	if (lists == 0) {
		lists = raw->not_empty[0];
		list = 0;
	}
	if (lists != 0) {
		list += 63 - (unsigned)__builtin_clzll(lists);
		granules = max_u64(granules, raw_list_least(list));
	}
	return granules != 0 ? granules * RAW_GRANULE - MEMM_NAME_BYTES : 0;
}

const struct memm_type memm_raw = {
	.name = "raw",
	.shares = true,
	.pages_for = raw_pages_for,
	.init = raw_init,
	.allocate = raw_allocate,
	.free = raw_free,
	.room = raw_room,
	.check = memm_raw_check,
};
