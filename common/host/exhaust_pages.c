/**
 * @file
 * All states of a small page allocator: nothing is left to chance.
 *
 * From the state where all of the arena is free, this program reaches each of
 * the 458,330 states by allocating and freeing (exhaust.h).  In each it tries
 * every order, every legal free and every other free of a page near by; holds
 * each answer against the model; and demands that a refused call has changed
 * no byte.
 *
 *     exhaust_pages                   all states, all calls on blocks
 *     exhaust_pages --exact           all states, all calls on exact counts
 *     exhaust_pages --flips [SHARE]   flips each bit of each descriptor in
 *                                     each SHARE-th state
 *     exhaust_pages --bug NAME        with a mistake built in: must fail
 *
 * The mistakes: lost (a freed block is on no list), twice (a block that is
 * in use is said to be free), touch (a refused call writes).
 */
#include <stdlib.h>
#include <string.h>
#include "exhaust.h"
#include "host.h"

static exhaust_key found[EXHAUST_STATES + 1];
static size_t      states;
static uint8_t     seen[(UINT64_C(1) << 32) / 8]; /* a bit for each key */
static uint64_t    transitions, refusals, flips, blind;

static const char *bug = "";

static bool has_bug(const char *name)
{
	return strcmp(bug, name) == 0;
}

static _Noreturn void fail(exhaust_key key, const char *what)
{
	printf("1..1\nnot ok 1 state 0x%08x: %s\n", key, what);
	exit(1);
}

/* A call has led to a state, perhaps to a new one. */
static void reach(exhaust_key from, exhaust_key key)
{
	transitions++;
	if ((seen[key / 8] >> key % 8 & 1) != 0)
		return;
	if (states == EXHAUST_STATES)
		fail(from, "there are no more states than can be");
	seen[key / 8] |= (uint8_t)(1U << key % 8);
	found[states++] = key;
}

/* The allocator must now be in the state that the model has. */
static void demand(exhaust_key from, const struct model *model)
{
	const char *broken = exhaust_compare(model);

	if (broken != NULL)
		fail(from, broken);
	reach(from, model_key(model));
}

static void try_alloc(exhaust_key key, const struct model *model,
                      unsigned order, const struct state *before)
{
	struct model     after = *model;
	pfn_t            pfn = 0;
	enum page_status status =
		page_alloc(&machine.pages, MEMAREA_HARDWARE, order, &pfn);
	unsigned i = (unsigned)pfn - EXHAUST_FIRST;

	if (!model_has_free(model, order)) {
		if (status != PAGE_NO_MEMORY || pfn != 0)
			fail(key, "what is not there is not given out");
		if (!exhaust_is_unchanged(before))
			fail(key, "a refused allocation changes nothing");
		refusals++;
		return;
	}
	if (has_bug("twice") && model_is_used(model, 0))
		i = 0;
	if (status != PAGE_OK || i >= EXHAUST_COUNT || i % (1U << order) != 0)
		fail(key, "a free block is given out, aligned");
	for (unsigned k = i; k < i + (1U << order); k++)
		if (model_answer(model, EXHAUST_FIRST + k, 0) != PAGE_IS_FREE)
			fail(key, "what is given out was free");
	model_split_to(&after, i, order);
	after.used[i] = true;
	demand(key, &after);
}

static void try_free(exhaust_key key, const struct model *model, pfn_t pfn,
                     unsigned order, const struct state *before)
{
	enum page_status expected = model_answer(model, pfn, order);
	enum page_status status = page_free(&machine.pages, pfn, order);
	struct model     after = *model;

	if (status != expected)
		fail(key, page_status_text(status));
	if (status != PAGE_OK) {
		if (has_bug("touch") && status == PAGE_INSIDE)
			machine.array.page[pfn].word = 1;
		if (!exhaust_is_unchanged(before))
			fail(key, "a refused free changes nothing");
		refusals++;
		return;
	}
	after.used[pfn - EXHAUST_FIRST] = false;
	model_join(&after);
	if (has_bug("lost")) {
		page_empty_caches(&machine.pages);
		free_list_remove(
			&machine.areas.area[0], machine.array.page,
			machine.areas.area[0].list[after.block[0]].first);
	}
	demand(key, &after);
}

static void try_all(exhaust_key key, const struct state *empty)
{
	struct model model = model_of(key);
	struct state before;

	exhaust_build(empty, &model);
	if (page_alloc_check(&machine.pages) != NULL)
		fail(key, page_alloc_check(&machine.pages));
	exhaust_save(&before);
	for (unsigned order = 0; order <= EXHAUST_TOP + 1; order++) {
		try_alloc(key, &model, order, &before);
		exhaust_restore(&before);
	}
	for (pfn_t pfn = EXHAUST_FIRST - 1; pfn <= EXHAUST_PAST; pfn++)
		for (unsigned order = 0; order <= EXHAUST_TOP; order++) {
			try_free(key, &model, pfn, order, &before);
			exhaust_restore(&before);
		}
	try_free(key, &model, EXHAUST_TABLE, 0, &before);
	exhaust_restore(&before);
	try_free(key, &model, EXHAUST_FIRST, ORDER_MAX + 1, &before);
}

/* --- Exact counts --------------------------------------------------------- */

/* The allocator is in a sound state in which the pages of @model's blocks are
 * in use or free; how it cuts those in use is its own affair. */
static void demand_pages(exhaust_key from, const bool used[EXHAUST_COUNT])
{
	struct model model;
	const char  *broken;

	page_empty_caches(&machine.pages);
	broken = page_alloc_check(&machine.pages);
	if (broken != NULL)
		fail(from, broken);
	memset(model.block, INSIDE, sizeof(model.block));
	memset(model.used, 0, sizeof(model.used));
	for (unsigned i = 0; i < EXHAUST_COUNT;) {
		struct msadsc d = machine.array.page[EXHAUST_FIRST + i];
		unsigned      end = i + (unsigned)msadsc_pages(d);

		model.block[i] = (unsigned char)msadsc_order(d);
		model.used[i] = msadsc_state(d) == MSADSC_USED;
		for (unsigned k = i; k < end; k++)
			if (used[k] != model.used[i])
				fail(from, "exactly these pages are in use");
		i = end;
	}
	reach(from, model_key(&model));
}

static void pages_in_use(const struct model *model, bool used[EXHAUST_COUNT])
{
	for (unsigned i = 0; i < EXHAUST_COUNT; i++)
		used[i] = model_is_used(model, i);
}

static void try_alloc_exact(exhaust_key key, const struct model *model,
                            unsigned count, const struct state *before)
{
	pfn_t            pfn = 0;
	bool             used[EXHAUST_COUNT];
	unsigned         order = 0;
	enum page_status status = pages_alloc_exact(
		&machine.pages, MEMAREA_HARDWARE, count, &pfn);
	unsigned i = (unsigned)pfn - EXHAUST_FIRST;

	while (1U << order < count)
		order++;
	if (count == 0 || !model_has_free(model, order)) {
		if (status != (count == 0 ? PAGE_BAD_COUNT : PAGE_NO_MEMORY))
			fail(key, "a count that is not there is refused");
		if (!exhaust_is_unchanged(before))
			fail(key, "a refused count changes nothing");
		refusals++;
		return;
	}
	if (status != PAGE_OK || i >= EXHAUST_COUNT)
		fail(key, "a count that is there is given out");
	pages_in_use(model, used);
	for (unsigned k = i; k < i + count; k++) {
		if (k >= EXHAUST_COUNT || used[k])
			fail(key, "what is given out was free");
		used[k] = true;
	}
	demand_pages(key, used);
}

static void try_free_exact(exhaust_key key, const struct model *model,
                           pfn_t pfn, unsigned count,
                           const struct state *before)
{
	enum page_status status = pages_free_exact(&machine.pages, pfn, count);
	enum page_status expected = count == 0 ? PAGE_BAD_COUNT : PAGE_OK;
	bool             used[EXHAUST_COUNT];

	pages_in_use(model, used);
	for (pfn_t p = pfn; p < pfn + count && expected == PAGE_OK; p++) {
		if (p < EXHAUST_FIRST || p >= EXHAUST_PAST)
			expected = PAGE_FOREIGN;
		else if (!used[p - EXHAUST_FIRST])
			expected = PAGE_IS_FREE;
		else
			used[p - EXHAUST_FIRST] = false;
	}
	if (status != expected)
		fail(key, page_status_text(status));
	if (status == PAGE_OK) {
		demand_pages(key, used);
		return;
	}
	if (!exhaust_is_unchanged(before))
		fail(key, "a refused count changes nothing");
	refusals++;
}

static void try_all_exact(exhaust_key key, const struct state *empty)
{
	struct model model = model_of(key);
	struct state before;

	exhaust_build(empty, &model);
	exhaust_save(&before);
	for (unsigned count = 0; count <= EXHAUST_COUNT + 1; count++) {
		try_alloc_exact(key, &model, count, &before);
		exhaust_restore(&before);
	}
	for (pfn_t pfn = EXHAUST_FIRST - 1; pfn <= EXHAUST_PAST; pfn++)
		for (unsigned count = 0; count <= EXHAUST_PAST - pfn + 1;
		     count++) {
			try_free_exact(key, &model, pfn, count, &before);
			exhaust_restore(&before);
		}
}

static void flip_all(exhaust_key key, const struct state *empty)
{
	struct model model = model_of(key);

	exhaust_build(empty, &model);
	for (unsigned i = 0; i < EXHAUST_PAST; i++)
		for (unsigned bit = 0; bit < 64; bit++) {
			machine.array.page[i].word ^= UINT64_C(1) << bit;
			flips++;
			if (page_alloc_check(&machine.pages) == NULL) {
				blind++;
				printf("# state 0x%08x: frame %u, bit %u: not "
				       "seen\n",
				       key, i, bit);
			}
			machine.array.page[i].word ^= UINT64_C(1) << bit;
		}
}

int main(int argc, char **argv)
{
	bool         flip = argc > 1 && strcmp(argv[1], "--flips") == 0;
	bool         exact = argc > 1 && strcmp(argv[1], "--exact") == 0;
	size_t       share = flip && argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	struct state empty;

	if (argc > 2 && strcmp(argv[1], "--bug") == 0)
		bug = argv[2];
	exhaust_make(&empty);
	reach(0, 1); /* one free block */
	for (size_t i = 0; i < states; i++)
		if (exact)
			try_all_exact(found[i], &empty);
		else
			try_all(found[i], &empty);
	for (size_t i = 0; flip && i < states; i += share)
		flip_all(found[i], &empty);

	printf("1..%d\n# %zu states, %llu transitions, %llu refusals, %llu "
	       "flipped bits of which %llu not seen\n",
	       1 + flip, states, (unsigned long long)transitions - 1,
	       (unsigned long long)refusals, (unsigned long long)flips,
	       (unsigned long long)blind);
	printf("%sok 1 each of the %d states is reached, and no other\n",
	       states == EXHAUST_STATES ? "" : "not ", EXHAUST_STATES);
	if (flip)
		printf("%sok 2 each flipped bit is seen\n",
		       blind == 0 ? "" : "not ");
	return states != EXHAUST_STATES || blind != 0;
}
