/**
 * @file
 * All states of a very small page allocator, with its lists, its groups and its
 * stack.
 *
 * It is compiled with groups of four pages, batches of two and room for three
 * lone pages.  Eight pages can be given out; eight more are one block that
 * stays in use.  Two states are the same only if descriptors, lists, groups and
 * the stack with the pages that wait there are, to the byte.  Which there are
 * depends on how pages are taken and given, so here no paper says how many: the
 * program follows each call, and counts.
 *
 * The judge is a table of who has which page: a block is refused only where no
 * aligned one is free, and each call leaves the blocks in use as it must.
 *
 *     exhaust_cache              all states, all calls on blocks
 *     exhaust_cache --bug NAME   with a mistake built in: must fail
 *
 * The mistakes: lost (a page leaves the cache), touch (a refused call writes).
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "exhaust.h"
#include "host.h"

#define PAGES  8
#define TOP    3                   /* order of all of them */
#define MOST   (UINT64_C(1) << 20) /* states there is room for */
#define PLACES (2 * MOST)          /* in the table, a power of two */

/* What tells two states apart. */
struct snapshot {
	struct msadsc     page[EXHAUST_PAST];
	struct memarea    area;
	struct page_cache cache;
	struct page_group groups[EXHAUST_PAST / PAGE_GROUP];
};

static struct snapshot *found;
static uint32_t        *table; /* of states' numbers, from 1 on; 0: none */
static uint64_t         states, allocs, frees, no_memory, refusals;
static struct state     empty, before;
static const char      *bug = "";

static bool has_bug(const char *name)
{
	return strcmp(bug, name) == 0;
}

static _Noreturn void fail(const char *what)
{
	printf("1..1\nnot ok 1 %llu states: %s\n", (unsigned long long)states,
	       what);
	exit(1);
}

/* What is on the stack no longer tells nothing. */
static void take(struct snapshot *s)
{
	uint64_t count = machine.pages.cache[0].count;

	memset(s, 0, sizeof(*s));
	memcpy(s->page, machine.array.page, sizeof(s->page));
	memcpy(&s->area, &machine.areas.area[0], sizeof(s->area));
	memcpy(&s->cache, &machine.pages.cache[0], sizeof(s->cache));
	memcpy(s->groups, machine.pages.group, sizeof(s->groups));
	memset(s->cache.page + count, 0,
	       sizeof(s->cache.page) - count * sizeof(s->cache.page[0]));
}

static void give(const struct snapshot *s)
{
	exhaust_restore(&empty);
	memcpy(machine.array.page, s->page, sizeof(s->page));
	memcpy(&machine.areas.area[0], &s->area, sizeof(s->area));
	memcpy(&machine.pages.cache[0], &s->cache, sizeof(s->cache));
	memcpy(machine.pages.group, s->groups, sizeof(s->groups));
}

static uint64_t hash(const struct snapshot *s)
{
	uint64_t word[sizeof(*s) / 8], sum = 0;

	memcpy(word, s, sizeof(word));
	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		sum = (sum ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15) ^
		      sum >> 29;
	return sum >> 20;
}

/* The machine's state, perhaps a new one. */
static void reach(void)
{
	struct snapshot s;
	uint64_t        at;

	take(&s);
	for (at = hash(&s) % PLACES; table[at] != 0; at = (at + 1) % PLACES)
		if (memcmp(&found[table[at] - 1], &s, sizeof(s)) == 0)
			return;
	if (states == MOST)
		fail("there is room for no more states");
	found[states++] = s;
	table[at] = (uint32_t)states;
}

/* The table of owners, by the descriptors; what waits in a cache is free. */
static struct model owners(void)
{
	struct model model = { .used = { false } };

	memset(model.block, INSIDE, sizeof(model.block));
	for (unsigned i = 0; i < EXHAUST_COUNT; i++) {
		struct msadsc d = machine.array.page[EXHAUST_FIRST + i];

		model.used[i] = msadsc_state(d) == MSADSC_USED;
		if (d.word != 0)
			model.block[i] = (unsigned char)msadsc_order(d);
	}
	return model;
}

/* The machine is sound, and in use is what the judge has in use. */
static void demand(const struct model *model)
{
	const char  *broken = page_alloc_check(&machine.pages);
	struct model is = owners();

	if (broken != NULL)
		fail(broken);
	for (unsigned i = 0; i < EXHAUST_COUNT; i++)
		if (is.used[i] != model->used[i] ||
		    (is.used[i] && is.block[i] != model->block[i]))
			fail("exactly these blocks are in use");
	reach();
}

static bool is_all_free(const struct model *model, unsigned i, unsigned order)
{
	for (unsigned k = i; k < i + (1U << order); k++)
		if (k >= EXHAUST_COUNT || model_is_used(model, k))
			return false;
	return true;
}

/* Whether no page of some aligned block of that order is in use. */
static bool can_have(const struct model *model, unsigned order)
{
	for (unsigned i = 0; i < EXHAUST_COUNT; i += 1U << order)
		if (is_all_free(model, i, order))
			return true;
	return false;
}

static void try_alloc(struct model model, unsigned order)
{
	pfn_t            pfn = 0;
	enum page_status status =
		page_alloc(&machine.pages, MEMAREA_HARDWARE, order, &pfn);
	unsigned i = (unsigned)pfn - EXHAUST_FIRST;

	if (!can_have(&model, order)) {
		if (status != PAGE_NO_MEMORY || pfn != 0 ||
		    !exhaust_is_unchanged(&before))
			fail("a block that is not there changes nothing");
		no_memory++;
		return;
	}
	if (status != PAGE_OK || i % (1U << order) != 0 ||
	    !is_all_free(&model, i, order))
		fail("a block whose pages are free is given out");
	allocs++;
	model.used[i] = true;
	model.block[i] = (unsigned char)order;
	demand(&model);
}

static void try_free(struct model model, pfn_t pfn, unsigned order)
{
	enum page_status expected = model_answer(&model, pfn, order);
	uint64_t        *cached = &machine.pages.cache[0].count;

	if (page_free(&machine.pages, pfn, order) != expected)
		fail("a free gets its answer");
	if (expected == PAGE_OK) {
		if (has_bug("lost") && *cached > 0)
			*cached -= 1;
		frees++;
		model.used[pfn - EXHAUST_FIRST] = false;
		demand(&model);
		return;
	}
	if (has_bug("touch") && expected == PAGE_INSIDE)
		machine.array.page[pfn].word = 1;
	refusals++;
	if (!exhaust_is_unchanged(&before))
		fail("a refused free changes nothing");
}

/* The block above the eight pages is left alone, but for mistakes. */
static void try_all(const struct snapshot *s)
{
	struct model model;

	give(s);
	model = owners();
	exhaust_save(&before);
	for (unsigned order = 0; order <= TOP + 1; order++) {
		try_alloc(model, order);
		exhaust_restore(&before);
	}
	for (pfn_t pfn = EXHAUST_FIRST - 1; pfn <= EXHAUST_PAST; pfn++)
		for (unsigned order = 0; order <= TOP + 1; order++) {
			if (pfn == EXHAUST_FIRST + PAGES && order == TOP)
				continue;
			try_free(model, pfn, order);
			exhaust_restore(&before);
		}
}

int main(int argc, char **argv)
{
	struct model model = { .block = { TOP } };

	if (argc > 2 && strcmp(argv[1], "--bug") == 0)
		bug = argv[2];
	found = calloc(MOST, sizeof(*found));
	table = calloc(PLACES, sizeof(*table));
	ASSERT(found != NULL && table != NULL, "%zu bytes a state",
	       sizeof(*found));
	memset(model.block + 1, INSIDE, sizeof(model.block) - 1);
	model.block[PAGES] = TOP;
	model.used[PAGES] = true;
	exhaust_make(&empty);
	exhaust_build(&empty, &model);
	reach();
	for (uint64_t i = 0; i < states; i++)
		try_all(&found[i]);
	printf("1..1\n# %llu states, %llu allocations, %llu frees; refused: "
	       "%llu allocations, %llu frees\n"
	       "ok 1 each state of lists, groups and stack that is reached is "
	       "sound\n",
	       (unsigned long long)states, (unsigned long long)allocs,
	       (unsigned long long)frees, (unsigned long long)no_memory,
	       (unsigned long long)refusals);
	return 0;
}
