/**
 * @file
 * All ways in which few pages can be in use by the run, and all exact counts.
 *
 * Who asks for pages by the count has runs of them.  Of 16 pages each is free,
 * or the first of a run, or goes on with the run of the page before:
 *
 *     free(n) = used(n - 1) + free(n - 1), used(n) = 2 used(n - 1) + free(n - 1)
 *
 * are the ways in which the last of n pages is free or not; together they are
 * 2, 5, 13, 34 ... 3,524,578, each second number of Fibonacci's.  The
 * allocator does not remember runs but blocks, each as large as its place
 * allows, so several of these ways are one state to it.
 *
 * In each, every count is asked for, and every part of every run is freed.
 * The judge cuts runs into blocks its own way, and says where each call leads.
 *
 *     exhaust_runs [SHARE]       each SHARE-th way (1)
 *     exhaust_runs --bug short   the last page of each part that is freed
 *                                stays in use: must fail
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "exhaust.h"
#include "host.h"

enum page_is { FREE, FIRST, NEXT };

static unsigned char page[EXHAUST_COUNT]; /* what each page is */
static struct state  empty, before;
static uint64_t      ways, tried, allocs, no_memory, frees, different;
static uint64_t      share = 1;
static bool          bug;
static uint8_t       seen[(UINT64_C(1) << 32) / 8]; /* a bit for each key */

static _Noreturn void fail(const char *what)
{
	printf("1..1\nnot ok 1 ");
	for (unsigned i = 0; i < EXHAUST_COUNT; i++)
		putchar(".|#"[page[i]]);
	printf(": %s\n", what);
	exit(1);
}

static unsigned past_run(unsigned first)
{
	unsigned past = first + 1;

	while (past < EXHAUST_COUNT && page[past] == NEXT)
		past++;
	return past;
}

/* Pages [at, past) in use, in blocks: each is twice as large as long as it
 * would start at a multiple of that and end in the run. */
static void cut_run(struct model *model, unsigned at, unsigned past)
{
	while (at < past) {
		unsigned order = 0;

		while (at % (2U << order) == 0 && at + (2U << order) <= past)
			order++;
		model->block[at] = (unsigned char)order;
		model->used[at] = true;
		at += 1U << order;
	}
}

/* The blocks of the pages as they are. */
static struct model blocks(void)
{
	struct model model = { .used = { false } };

	memset(model.block, INSIDE, sizeof(model.block));
	for (unsigned i = 0; i < EXHAUST_COUNT; i++)
		if (page[i] == FREE)
			model.block[i] = 0;
		else if (page[i] == FIRST)
			cut_run(&model, i, past_run(i));
	model_join(&model);
	return model;
}

/* The machine is where the pages are. */
static void demand(void)
{
	struct model model = blocks();
	const char  *broken = exhaust_compare(&model);

	if (broken != NULL)
		fail(broken);
}

static void use(unsigned first, unsigned past)
{
	for (unsigned i = first; i < past; i++) {
		if (i >= EXHAUST_COUNT || page[i] != FREE)
			fail("what is given out was free");
		page[i] = i == first ? FIRST : NEXT;
	}
}

static void try_alloc(const struct model *model, unsigned count)
{
	unsigned char    was[EXHAUST_COUNT];
	unsigned         order = 0, i;
	pfn_t            pfn = 0;
	enum page_status status = pages_alloc_exact(
		&machine.pages, MEMAREA_HARDWARE, count, &pfn);

	while (1U << order < count)
		order++;
	if (!model_has_free(model, order)) {
		if (status != PAGE_NO_MEMORY || pfn != 0 ||
		    !exhaust_is_unchanged(&before))
			fail("a count that is not there changes nothing");
		no_memory++;
		return;
	}
	i = (unsigned)pfn - EXHAUST_FIRST;
	if (status != PAGE_OK || i % (1U << order) != 0)
		fail("a count that is there is given out, aligned");
	memcpy(was, page, sizeof(was));
	use(i, i + count);
	demand();
	memcpy(page, was, sizeof(was));
	allocs++;
}

/* Free pages [first, past) of a run: what is behind them is a run then. */
static void try_free(unsigned first, unsigned past)
{
	unsigned char was[EXHAUST_COUNT];
	unsigned      count = past - first;

	memcpy(was, page, sizeof(was));
	if (pages_free_exact(&machine.pages, EXHAUST_FIRST + first,
	                     bug && count > 1 ? count - 1 : count) != PAGE_OK)
		fail("a part of a run can be freed");
	if (past < EXHAUST_COUNT && page[past] == NEXT)
		page[past] = FIRST;
	memset(page + first, FREE, count);
	demand();
	memcpy(page, was, sizeof(was));
	frees++;
}

static void try_all(void)
{
	struct model model = blocks();
	exhaust_key  key = model_key(&model);

	different += (seen[key / 8] >> key % 8 & 1) == 0;
	seen[key / 8] |= (uint8_t)(1U << key % 8);
	exhaust_build(&empty, &model);
	exhaust_save(&before);
	for (unsigned count = 1; count <= EXHAUST_COUNT + 1; count++) {
		try_alloc(&model, count);
		exhaust_restore(&before);
	}
	for (unsigned i = 0; i < EXHAUST_COUNT; i++)
		for (unsigned past = i + 1; page[i] != FREE; past++) {
			try_free(i, past);
			exhaust_restore(&before);
			if (past == EXHAUST_COUNT || page[past] != NEXT)
				break;
		}
	tried++;
}

/* All ways to go on behind page @at - 1. */
static void visit(unsigned at)
{
	if (at == EXHAUST_COUNT) {
		if (ways++ % share == 0)
			try_all();
		return;
	}
	for (unsigned is = FREE; is <= NEXT; is++) {
		if (is == NEXT && (at == 0 || page[at - 1] == FREE))
			continue;
		page[at] = (unsigned char)is;
		visit(at + 1);
	}
}

int main(int argc, char **argv)
{
	bug = argc > 1 && strcmp(argv[1], "--bug") == 0;
	if (argc > 1 && !bug)
		share = strtoull(argv[1], NULL, 10);
	ASSERT(share > 0, "SHARE is a number from 1 on");
	exhaust_make(&empty);
	visit(0);
	printf("1..1\n# %llu ways to be in use by runs, %llu tried, in %llu "
	       "states; %llu counts given out, %llu refused, %llu parts "
	       "freed\n",
	       (unsigned long long)ways, (unsigned long long)tried,
	       (unsigned long long)different, (unsigned long long)allocs,
	       (unsigned long long)no_memory, (unsigned long long)frees);
	printf("ok 1 exact counts and parts of runs lead where they must\n");
	return 0;
}
