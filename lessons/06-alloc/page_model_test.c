/**
 * @file
 * Tests of lesson 6: random calls beside a slow and obviously right model.
 *
 * The model is an array with a few words for each page: whether it may be
 * given out, where the block it is in starts, how large that is, how many
 * share it.  It has no lists, no caches and no bits, and it looks at every
 * page to answer a question.  Before each call it says what must come of it;
 * after each call page_alloc_check() walks the real thing.
 */
#include "kstring.h"
#include "page_arena_test.h"
#include "test.h"

#define FRAMES 512 /* in the window that a model watches */

enum what { HOLE, OCCUPIED, FREE, USED };

static struct {
	pfn_t    base; /* the window is [base, base + FRAMES) */
	uint8_t  what[FRAMES];
	uint8_t  order[FRAMES];  /* USED: of the block around it */
	uint16_t shares[FRAMES]; /* USED: the same */
	uint16_t head[FRAMES];   /* USED: index of the block's first page */
} model;

static uint64_t seed;

static uint64_t below(uint64_t limit)
{
	return test_random(&seed) % limit;
}

/* The model of a machine that has just come up. */
static void model_start(const struct arena_range *ram,
                        const struct arena_range *occupied)
{
	arena_make(ram, occupied);
	memset(&model, 0, sizeof(model));
	model.base =
		arena.array.pages < FRAMES ? 0 : arena.array.pages - FRAMES;
	for (; ram->past != 0; ram++)
		for (pfn_t pfn = ram->first; pfn < ram->past; pfn++)
			model.what[pfn - model.base] = FREE;
	for (pfn_t pfn = model.base; pfn < arena.array.pages; pfn++)
		if (arena_holds_groups(pfn))
			model.what[pfn - model.base] = OCCUPIED;
	for (uint32_t i = 0; i < arena.occupants.count; i++)
		for (pfn_t pfn = pfn_down(arena.occupants.entry[i].base);
		     pfn < pfn_up(arena.occupants.entry[i].end); pfn++)
			model.what[pfn - model.base] = OCCUPIED;
}

static enum what what_at(pfn_t pfn)
{
	if (pfn < model.base || pfn - model.base >= FRAMES)
		return HOLE;
	return (enum what)model.what[pfn - model.base];
}

/* Whether [first, first + count) is free, and all in area @kind. */
static bool all_free(pfn_t first, uint64_t count, enum memarea_kind kind)
{
	for (pfn_t pfn = first; pfn < first + count; pfn++)
		if (what_at(pfn) != FREE || memarea_of(pfn) != kind)
			return false;
	return true;
}

/* The best area that has a free block, or MEMAREAS. */
static enum memarea_kind area_with_block(enum memarea_kind kind, uint64_t pages)
{
	for (int i = (int)kind; i >= 0; i--)
		for (pfn_t pfn = model.base / pages * pages;
		     pfn < model.base + FRAMES; pfn += pages)
			if (all_free(pfn, pages, (enum memarea_kind)i))
				return (enum memarea_kind)i;
	return MEMAREAS;
}

/* Describe [first, end) as blocks, each as large as its place allows. */
static void model_use(pfn_t first, pfn_t end, unsigned shares)
{
	while (first < end) {
		unsigned order = 0;

		while (first % (UINT64_C(2) << order) == 0 &&
		       (UINT64_C(2) << order) <= end - first)
			order++;
		for (pfn_t pfn = first; pfn < first + (UINT64_C(1) << order);
		     pfn++) {
			model.what[pfn - model.base] = USED;
			model.order[pfn - model.base] = (uint8_t)order;
			model.shares[pfn - model.base] = (uint16_t)shares;
			model.head[pfn - model.base] =
				(uint16_t)(first - model.base);
		}
		first += UINT64_C(1) << order;
	}
}

/* A call that asked for @count pages, @block of them in a row, came back. */
static void model_alloc(enum memarea_kind kind, uint64_t block, uint64_t count,
                        enum page_status status, pfn_t first)
{
	enum memarea_kind from = area_with_block(kind, block);

	CHECK_EQ(status, from == MEMAREAS ? PAGE_NO_MEMORY : PAGE_OK);
	if (status != PAGE_OK || from == MEMAREAS)
		return;
	CHECK_EQ(first % block, 0);
	CHECK(all_free(first, count, from));
	model_use(first, first + count, 1);
}

static enum page_status model_look(pfn_t first)
{
	switch (what_at(first)) {
	case HOLE:
		return PAGE_FOREIGN;
	case OCCUPIED:
		return PAGE_OCCUPIED;
	case FREE:
		return PAGE_IS_FREE;
	default:
		return model.head[first - model.base] == first - model.base
		               ? PAGE_OK
		               : PAGE_INSIDE;
	}
}

/* What page_free() must answer; the model then follows. */
static enum page_status model_free(pfn_t first, unsigned order)
{
	enum page_status status = model_look(first);

	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if (status == PAGE_FOREIGN)
		return status;
	if (first % (UINT64_C(1) << order) != 0)
		return PAGE_MISALIGNED;
	if (status != PAGE_OK)
		return status;
	if (model.order[first - model.base] != order)
		return PAGE_WRONG_ORDER;
	for (pfn_t i = first - model.base, n = UINT64_C(1) << order; n > 0;
	     i++, n--)
		if (--model.shares[i] == 0)
			model.what[i] = FREE;
	return PAGE_OK;
}

/* The block around @at, if there is one, cut there. */
static void model_cut(pfn_t at)
{
	pfn_t first, end, i = at - model.base;

	if (what_at(at) != USED)
		return;
	first = model.base + model.head[i];
	end = first + (UINT64_C(1) << model.order[i]);
	if (first == at)
		return;
	model_use(first, at, 1);
	model_use(at, end, 1);
}

/* What pages_free_exact() must answer; the model then follows. */
static enum page_status model_free_exact(pfn_t first, uint64_t count)
{
	if (count == 0)
		return PAGE_BAD_COUNT;
	for (pfn_t pfn = first; pfn < first + count; pfn++) {
		enum page_status status = model_look(pfn);

		if (status != PAGE_OK && status != PAGE_INSIDE)
			return status;
		if (model.shares[pfn - model.base] != 1)
			return PAGE_SHARES;
	}
	model_cut(first);
	model_cut(first + count);
	for (pfn_t pfn = first; pfn < first + count; pfn++)
		model.what[pfn - model.base] = FREE;
	return PAGE_OK;
}

/* A page near the window, more often one where a block starts. */
static pfn_t some_page(void)
{
	pfn_t pfn = model.base + below(FRAMES + 2);

	for (unsigned tries = 0; tries < 64 && below(8) != 0; tries++) {
		if (model_look(pfn) == PAGE_OK)
			break;
		pfn = model.base + below(FRAMES);
	}
	return pfn;
}

/* The order of the block there, or now and then another. */
static unsigned some_order(pfn_t pfn)
{
	if (what_at(pfn) == USED && below(8) != 0)
		return model.order[pfn - model.base];
	return (unsigned)below(ORDERS + 1);
}

/* An order that is often small: k half as often as k - 1. */
static unsigned small_order(void)
{
	return (unsigned)__builtin_ctzll(test_random(&seed) | 1 << 9);
}

static enum page_status call_alloc(void)
{
	enum memarea_kind kind = (enum memarea_kind)below(MEMAREAS);
	unsigned          order = small_order();
	pfn_t             first = 0;
	enum page_status status = page_alloc(&arena.pages, kind, order, &first);

	model_alloc(kind, UINT64_C(1) << order, UINT64_C(1) << order, status,
	            first);
	return status;
}

static enum page_status call_alloc_exact(void)
{
	enum memarea_kind kind = (enum memarea_kind)below(MEMAREAS);
	uint64_t          count = 1 + below(40), block = 1;
	pfn_t             first = 0;
	enum page_status  status =
		pages_alloc_exact(&arena.pages, kind, count, &first);

	while (block < count)
		block *= 2;
	model_alloc(kind, block, count, status, first);
	return status;
}

static enum page_status call_free(void)
{
	pfn_t            first = some_page();
	unsigned         order = some_order(first);
	enum page_status status = page_free(&arena.pages, first, order);

	CHECK_EQ(status, model_free(first, order));
	return status;
}

static enum page_status call_free_exact(void)
{
	pfn_t            first = some_page();
	uint64_t         count = below(20);
	enum page_status status = pages_free_exact(&arena.pages, first, count);

	CHECK_EQ(status, model_free_exact(first, count));
	return status;
}

static enum page_status call_share(void)
{
	pfn_t            first = some_page();
	enum page_status status = page_share(&arena.pages, first);

	CHECK_EQ(status, model_look(first));
	if (status != PAGE_OK)
		return status;
	for (pfn_t i = first - model.base,
	           n = UINT64_C(1) << model.order[first - model.base];
	     n > 0; i++, n--)
		model.shares[i]++;
	return status;
}

/* All pages by what the model says and what the allocator says. */
static void check_free_pages(void)
{
	uint64_t free = page_cached(&arena.pages), expected = 0;

	for (int i = 0; i < MEMAREAS; i++)
		free += arena.areas.area[i].free_pages;
	for (unsigned i = 0; i < FRAMES; i++)
		expected += model.what[i] == FREE;
	CHECK_EQ(free, expected);
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
}

/* Random calls; @fill of 16 allocate. */
static void run(unsigned calls, unsigned fill)
{
	while (calls-- > 0) {
		enum page_status status;

		arena_keep();
		if (below(16) < fill)
			status = below(4) == 0 ? call_alloc_exact()
			                       : call_alloc();
		else if (below(8) == 0)
			status = call_share();
		else
			status =
				below(4) == 0 ? call_free_exact() : call_free();
		if (status != PAGE_OK)
			CHECK(arena_is_as_kept());
		check_free_pages();
	}
}

/* Fill and empty a machine in turn, and at last free all that is left. */
static void play(const struct arena_range *ram,
                 const struct arena_range *occupied, unsigned calls)
{
	seed = 88172645463325252;
	model_start(ram, occupied);
	check_free_pages();
	for (unsigned turn = 0; turn < 4; turn++) {
		run(calls / 8, 12);
		run(calls / 8, 5);
	}
	for (pfn_t pfn = model.base; pfn < model.base + FRAMES; pfn++)
		while (what_at(pfn) == USED) {
			unsigned order = model.order[pfn - model.base];

			CHECK_EQ(page_free(&arena.pages, pfn, order), PAGE_OK);
			if (!CHECK_EQ(model_free(pfn, order), PAGE_OK))
				break;
		}
	page_empty_caches(&arena.pages);
	check_free_pages();
	arena_keep();
	arena_make(ram, occupied);
	CHECK(arena_lists_are_as_kept());
}

TEST(page_model_agrees_on_64_pages)
{
	static const struct arena_range ram[] = { { 64, 128 }, { 0, 0 } };

	play(ram, NULL, 4000);
}

TEST(page_model_agrees_on_three_ranges_with_things_in_them)
{
	static const struct arena_range ram[] = {
		{ 1, 37 }, { 40, 200 }, { 203, 501 }, { 0, 0 }
	};
	static const struct arena_range occupied[] = {
		{ 60, 64 }, { 127, 129 }, { 256, 257 }, { 500, 501 }, { 0, 0 }
	};

	play(ram, occupied, 4000);
}

TEST(page_model_agrees_on_two_areas)
{
	static const struct arena_range ram[] = {
		{ MEMAREA_KERNEL_BASE - 200, MEMAREA_KERNEL_BASE + 60 },
		{ MEMAREA_KERNEL_BASE + 61, MEMAREA_KERNEL_BASE + 128 },
		{ 0, 0 },
	};

	play(ram, NULL, 4000);
}

TEST(page_model_agrees_on_511_pages)
{
	static const struct arena_range ram[] = { { 1, 512 }, { 0, 0 } };

	play(ram, NULL, 4000);
}

/* The array ends in the middle of what would be the last pages' block. */
TEST(page_model_agrees_on_a_ragged_end)
{
	static const struct arena_range ram[] = { { 64, 125 }, { 0, 0 } };

	play(ram, NULL, 4000);
}
