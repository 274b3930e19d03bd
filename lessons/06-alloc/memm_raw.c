/**
 * @file
 * Lesson 6: the type for blocks of any number of bytes.  See memm_raw.h for
 * what is known of its data.
 *
 * So from a block's first granule one reads how long it is, and from the
 * granule before it whether the block below is free and where that starts.
 * No list has a first block until a bit says so: nothing else is made ready.
 */
#include "kstring.h"
#include "memm_raw.h"

/** Larger requests get pages of their own. */
#define RAW_MOST (32 * KiB)

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
		raw_granules_for(bytes + (align > MEMM_ALIGN ? align : 0));
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
	uint64_t below = pieces_for(fixed + all * RAW_PAGE_WORDS,
	                            PAGE_SIZE + RAW_PAGE_WORDS);
	uint64_t pages = all - below;

	if (below >= all)
		return false;
	allocator->data = (char *)allocator + below * PAGE_SIZE;
	raw->granules =
		(uint32_t)min_u64(pages * RAW_PAGE_GRANULES, RAW_GRANULES_MAX);
	memset(raw->not_empty, 0, sizeof(raw->not_empty));
	raw->at_hand_not_empty = raw->at_hand_granules = 0;
	raw->starts = raw->below;
	raw->free_ends = raw->starts + pages;
	raw->word = raw->free_ends + pages;
	memset(raw->below, 0, 2 * pages * sizeof(uint64_t));
	raw_put_free(raw, 0, raw->granules);
	return true;
}

static void *raw_allocate(struct memm_allocator *allocator, uint64_t bytes,
                          uint64_t align)
{
	struct raw *raw = raw_of(allocator);
	uint32_t    at = memm_raw_take(raw, bytes, align);

	if (at == RAW_NOWHERE)
		return NULL;
	if (bytes != 0) {
		allocator->blocks++;
		allocator->used_bytes += raw_low(raw->word[at]) * RAW_GRANULE;
	}
	return allocator->data + at * RAW_GRANULE;
}

static enum memm_status raw_free(struct memm_allocator *allocator, void *block)
{
	struct raw *raw = raw_of(allocator);
	uint64_t    offset = (uint64_t)((char *)block - allocator->data);
	uint32_t    at, granules;

	/* Also what lies behind the granules: a number of more than 32 bits. */
	if ((char *)block < allocator->data ||
	    offset / RAW_GRANULE >= raw->granules)
		return MEMM_NOT_BLOCK;
	at = (uint32_t)(offset / RAW_GRANULE);
	if (offset % RAW_GRANULE != 0)
		return MEMM_MISALIGNED;
	if (!raw_bit(raw->starts, at))
		return MEMM_NOT_BLOCK;
	if (raw_kind_of(raw->word[at]) != RAW_USED ||
	    raw_high(raw->word[at]) != 0)
		return MEMM_IS_FREE;

	granules = raw_low(raw->word[at]);
	allocator->blocks--;
	allocator->used_bytes -= granules * RAW_GRANULE;
	memm_raw_put(raw, at, granules);
	return MEMM_OK;
}

static unsigned highest(uint64_t bits)
{
	return 63 - (unsigned)__builtin_clzll(bits);
}

static uint64_t raw_room(const struct memm_allocator *allocator)
{
	const struct raw *raw = raw_of_const(allocator);
	uint64_t          granules = 0;

	if (raw->not_empty[1] != 0)
		granules = raw_list_least(64 + highest(raw->not_empty[1]));
	else if (raw->not_empty[0] != 0)
		granules = raw_list_least(highest(raw->not_empty[0]));
	if (raw->at_hand_not_empty != 0)
		granules = max_u64(granules, highest(raw->at_hand_not_empty));
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
