/**
 * @file
 * Lesson 6: the type for blocks of any number of bytes.
 *
 * The data is cut into granules of 64 bytes, and a block is a run of them;
 * its address is the data's plus 64 times its first granule's number, and
 * the last 16 bytes of its last granule belong to the name of the next block.
 * What is known of a granule stands below the data, in an array of words: as
 * a page's descriptor says what starts at the page, a granule's word says
 * what starts at the granule.
 *
 *              63           33 32            2 1  0
 *             +---------------+---------------+----+
 *     INSIDE  | 0             | 0             | 0  |  or in a free block
 *     USED    | 0             | granules      | 1  |
 *     FREE    | next on list  | previous      | 2  |  the block's first
 *     EXTENT  | 0             | granules      | 3  |  its second, its last
 *             +---------------+---------------+----+
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
#include "memm_type.h"

#define GRANULE UINT64_C(64)

/** Bytes of words for a page of data. */
#define PAGE_WORDS (PAGE_SIZE / GRANULE * sizeof(uint64_t))

/** Larger requests get pages of their own. */
#define RAW_MOST (64 * KiB)

/** Four lists for each of 31 doublings, less what the first two lack. */
#define LISTS       128
#define NOWHERE     UINT32_C(0x7fffffff) /**< No granule. */
#define FIELD_SHIFT 33

enum kind { INSIDE, USED, FREE, EXTENT };

struct raw {
	struct memm_allocator allocator;
	uint32_t              granules;
	uint32_t              first[LISTS];          /**< Or NOWHERE. */
	uint64_t              not_empty[LISTS / 64]; /**< A bit a list. */
	uint64_t              word[];
};

static struct raw *raw_of(struct memm_allocator *allocator)
{
	return (struct raw *)(void *)allocator;
}

static const struct raw *raw_of_const(const struct memm_allocator *allocator)
{
	return (const struct raw *)(const void *)allocator;
}

static uint64_t word_make(enum kind kind, uint32_t low, uint32_t high)
{
	return (uint64_t)kind | (uint64_t)low << 2 |
	       (uint64_t)high << FIELD_SHIFT;
}

static enum kind kind_of(uint64_t word)
{
	return (enum kind)(word & 3);
}

/* USED, EXTENT: granules.  FREE: the block before on its list. */
static uint32_t low_of(uint64_t word)
{
	return (uint32_t)(word >> 2) & NOWHERE;
}

/* FREE: the block behind on its list. */
static uint32_t high_of(uint64_t word)
{
	return (uint32_t)(word >> FIELD_SHIFT);
}

/* The list on which free blocks of @granules stand: 4 to 7 are lists 4 to 7,
 * 8 and 9 are list 8, 10 and 11 are list 9. */
static unsigned list_of(uint32_t granules)
{
	unsigned log;

	if (granules < 4)
		return granules;
	log = 31 - (unsigned)__builtin_clz(granules);
	return (log - 1) * 4 + (granules >> (log - 2) & 3);
}

/* The fewest granules that a block on this list has. */
static uint32_t list_least(unsigned list)
{
	if (list < 4)
		return list;
	return (4 + (list & 3)) << (list / 4 - 1);
}

/* The first list all of whose blocks have @granules or more. */
static unsigned list_for(uint32_t granules)
{
	unsigned list = list_of(granules);

	return list + (list_least(list) < granules);
}

/* The first list from @list on that is not empty, or LISTS. */
static unsigned list_from(const struct raw *raw, unsigned list)
{
	uint64_t lists;

	if (list >= LISTS)
		return LISTS;
	lists = raw->not_empty[list / 64] >> (list % 64);
	if (lists != 0)
		return list + (unsigned)__builtin_ctzll(lists);
	if (list >= 64 || raw->not_empty[1] == 0)
		return LISTS;
	return 64 + (unsigned)__builtin_ctzll(raw->not_empty[1]);
}

/* Granules that a request takes, with those it may lose to alignment. */
static uint64_t granules_for(uint64_t bytes)
{
	return (bytes + MEMM_NAME_BYTES + GRANULE - 1) / GRANULE;
}

static uint32_t free_granules(const struct raw *raw, uint32_t at)
{
	uint64_t second = at + 1 < raw->granules ? raw->word[at + 1] : 0;

	return kind_of(second) == EXTENT ? low_of(second) : 1;
}

static void put_free(struct raw *raw, uint32_t at, uint32_t granules)
{
	unsigned list = list_of(granules);
	uint32_t next = raw->first[list];

	if (next != NOWHERE)
		raw->word[next] = word_make(FREE, at, high_of(raw->word[next]));
	raw->word[at] = word_make(FREE, NOWHERE, next);
	if (granules > 1) {
		raw->word[at + 1] = word_make(EXTENT, granules, 0);
		raw->word[at + granules - 1] = word_make(EXTENT, granules, 0);
	}
	raw->first[list] = at;
	raw->not_empty[list / 64] |= UINT64_C(1) << (list % 64);
}

/* Afterwards the block's words are all INSIDE. */
static void take_free(struct raw *raw, uint32_t at, uint32_t granules)
{
	unsigned list = list_of(granules);
	uint32_t previous = low_of(raw->word[at]);
	uint32_t next = high_of(raw->word[at]);

	if (next != NOWHERE)
		raw->word[next] =
			word_make(FREE, previous, high_of(raw->word[next]));
	if (previous != NOWHERE)
		raw->word[previous] =
			word_make(FREE, low_of(raw->word[previous]), next);
	else
		raw->first[list] = next;
	if (raw->first[list] == NOWHERE)
		raw->not_empty[list / 64] &= ~(UINT64_C(1) << (list % 64));
	raw->word[at] = 0;
	if (granules > 1) {
		raw->word[at + 1] = 0;
		raw->word[at + granules - 1] = 0;
	}
}

/* Pages for the object and the words of @pages pages of data; the first
 * block's name is there as well. */
static uint64_t pages_below(uint64_t pages)
{
	return bytes_to_pages(sizeof(struct raw) + pages * PAGE_WORDS +
	                      MEMM_NAME_BYTES);
}

static uint64_t raw_pages_for(uint64_t bytes, uint64_t align)
{
	uint64_t granules =
		granules_for(bytes + (align > MEMM_ALIGN ? align : 0));
	uint64_t pages;

	if (bytes > RAW_MOST || align > PAGE_SIZE)
		return 0;
	granules = list_least(list_for((uint32_t)granules));
	pages = bytes_to_pages(granules * GRANULE);
	return pages + pages_below(pages);
}

static bool raw_init(struct memm_allocator *allocator)
{
	struct raw *raw = raw_of(allocator);
	uint64_t    all = allocator->bytes / PAGE_SIZE;
	uint64_t    fixed = sizeof(struct raw) + MEMM_NAME_BYTES;
	/* What stands below must hold a word for each granule above. */
	uint64_t below =
		(fixed + all * PAGE_WORDS + PAGE_SIZE + PAGE_WORDS - 1) /
		(PAGE_SIZE + PAGE_WORDS);
	uint64_t granules;

	if (below >= all)
		return false;
	granules = min_u64((all - below) * (PAGE_SIZE / GRANULE), NOWHERE - 1);
	allocator->data = (char *)allocator + below * PAGE_SIZE;
	raw->granules = (uint32_t)granules;
	memset(raw->not_empty, 0, sizeof(raw->not_empty));
	for (unsigned i = 0; i < LISTS; i++)
		raw->first[i] = NOWHERE;
	memset(raw->word, 0, granules * sizeof(uint64_t));
	put_free(raw, 0, raw->granules);
	return true;
}

/* Granules to leave out at @at, so that the block is aligned. */
static uint32_t lead_at(const struct raw *raw, uint32_t at, uint64_t align)
{
	const struct memm_allocator *a = &raw->allocator;
	paddr_t paddr = memm_paddr_in(a, a->data + at * GRANULE);

	if (align <= GRANULE)
		return 0;
	return (uint32_t)((-paddr & (align - 1)) / GRANULE);
}

static void *raw_allocate(struct memm_allocator *allocator, uint64_t bytes,
                          uint64_t align)
{
	struct raw *raw = raw_of(allocator);
	uint64_t    granules = granules_for(bytes);
	uint64_t    padded = granules;
	uint32_t    at, found, lead, wanted;
	unsigned    list;

	if (bytes >= allocator->bytes || align >= allocator->bytes)
		return NULL;
	if (align > GRANULE)
		padded += align / GRANULE - 1;
	list = list_from(raw, list_for((uint32_t)padded));
	if (list == LISTS)
		return NULL;
	at = raw->first[list];
	if (bytes == 0)
		return allocator->data + at * GRANULE;

	found = free_granules(raw, at);
	wanted = (uint32_t)granules;
	lead = lead_at(raw, at, align);
	take_free(raw, at, found);
	if (lead != 0)
		put_free(raw, at, lead);
	at += lead;
	if (found > lead + wanted)
		put_free(raw, at + wanted, found - lead - wanted);
	raw->word[at] = word_make(USED, wanted, 0);
	allocator->blocks++;
	allocator->used_bytes += granules * GRANULE;
	return allocator->data + at * GRANULE;
}

/* Whether the block that ends where @at starts is free: then *below is its
 * first granule. */
static bool free_below(const struct raw *raw, uint32_t at, uint32_t *below)
{
	uint64_t last = at > 0 ? raw->word[at - 1] : 0;

	switch (kind_of(last)) {
	case FREE:
		*below = at - 1;
		return true;
	case EXTENT:
		*below = at - low_of(last);
		return true;
	default:
		return false;
	}
}

static enum memm_status raw_free(struct memm_allocator *allocator, void *block)
{
	struct raw *raw = raw_of(allocator);
	uint64_t    offset = (uint64_t)((char *)block - allocator->data);
	uint32_t    at = (uint32_t)(offset / GRANULE), granules, below, above;

	if ((char *)block < allocator->data || at >= raw->granules)
		return MEMM_NOT_BLOCK;
	if (offset % GRANULE != 0)
		return MEMM_MISALIGNED;
	if (kind_of(raw->word[at]) == FREE)
		return MEMM_IS_FREE;
	if (kind_of(raw->word[at]) != USED)
		return MEMM_NOT_BLOCK;

	granules = low_of(raw->word[at]);
	above = at + granules;
	raw->word[at] = 0;
	allocator->blocks--;
	allocator->used_bytes -= granules * GRANULE;
	if (above < raw->granules && kind_of(raw->word[above]) == FREE) {
		uint32_t more = free_granules(raw, above);

		take_free(raw, above, more);
		granules += more;
	}
	if (free_below(raw, at, &below)) {
		take_free(raw, below, at - below);
		granules += at - below;
		at = below;
	}
	put_free(raw, at, granules);
	return MEMM_OK;
}

static uint64_t raw_room(const struct memm_allocator *allocator)
{
	const struct raw *raw = raw_of_const(allocator);
	uint64_t          lists = raw->not_empty[1];
	unsigned          list = 64;

	if (lists == 0) {
		lists = raw->not_empty[0];
		list = 0;
	}
	if (lists == 0)
		return 0;
	list += 63 - (unsigned)__builtin_clzll(lists);
	return list_least(list) * GRANULE - MEMM_NAME_BYTES;
}

/* Whether the list that a free block should be on says the same. */
static bool is_listed(const struct raw *raw, uint32_t at, uint32_t granules)
{
	uint32_t previous = low_of(raw->word[at]);
	uint32_t next = high_of(raw->word[at]);

	if (next != NOWHERE &&
	    (next >= raw->granules ||
	     raw->word[next] != word_make(FREE, at, high_of(raw->word[next]))))
		return false;
	if (previous == NOWHERE)
		return raw->first[list_of(granules)] == at;
	return previous < raw->granules &&
	       raw->word[previous] ==
	               word_make(FREE, low_of(raw->word[previous]), at) &&
	       list_of(free_granules(raw, previous)) == list_of(granules);
}

/* All words of a block but those that say something. */
static bool inside_is_zero(const struct raw *raw, uint32_t at,
                           uint32_t granules)
{
	bool     used = kind_of(raw->word[at]) == USED;
	uint64_t extent = word_make(EXTENT, granules, 0);

	for (uint32_t i = 1; i < granules; i++) {
		bool end = !used && (i == 1 || i == granules - 1);

		if (raw->word[at + i] != (end ? extent : 0))
			return false;
	}
	return true;
}

static const char *raw_check(const struct memm_allocator *allocator)
{
	const struct raw *raw = raw_of_const(allocator);
	uint64_t          blocks = 0, used_granules = 0, lists[2] = { 0, 0 };
	uint32_t          granules;
	bool              was_free = false;

	for (uint32_t at = 0; at < raw->granules; at += granules) {
		bool used = kind_of(raw->word[at]) == USED;

		if (!used && kind_of(raw->word[at]) != FREE)
			return "each granule is in a block";
		granules =
			used ? low_of(raw->word[at]) : free_granules(raw, at);
		if (granules == 0 || granules > raw->granules - at)
			return "blocks end inside the data";
		if (!inside_is_zero(raw, at, granules))
			return "inside a block all words are zero";
		if (!used && was_free)
			return "no two free blocks stand side by side";
		if (!used && !is_listed(raw, at, granules))
			return "each free block is on the list of its length";
		was_free = !used;
		blocks += used;
		used_granules += used ? granules : 0;
		if (!used)
			lists[list_of(granules) / 64] |=
				UINT64_C(1) << (list_of(granules) % 64);
	}
	if (lists[0] != raw->not_empty[0] || lists[1] != raw->not_empty[1])
		return "the bits say which lists hold a block";
	if (blocks != allocator->blocks ||
	    used_granules * GRANULE != allocator->used_bytes)
		return "an allocator counts the blocks that it gave out";
	return NULL;
}

const struct memm_type memm_raw = {
	.name = "raw",
	.shares = true,
	.pages_for = raw_pages_for,
	.init = raw_init,
	.allocate = raw_allocate,
	.free = raw_free,
	.room = raw_room,
	.check = raw_check,
};
