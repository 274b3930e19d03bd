/**
 * @file
 * Benchmark of lesson 6, pages: calls made as costly as can be.
 *
 *     W-free     a page that has an owner is freed beside one on the stack, so
 *                that another group is the current one: all of the one before is
 *                free, its batch lies at the bottom of the stack, and it joins
 *                up to the largest block
 *     W-split    that block is halved for a group, which a page is taken from
 *     W-lone     the stack is filled from as many groups as a batch has pages,
 *                the last of which has 32
 *     W-gather   a block is asked for of which all pages are free, and the
 *                current group is a part of it
 *     W-areas    the same, while the area that is asked first has half of such a
 *                block, which is found out last
 */
#include "memory_bench.h"
#include "page_block.h"

/* Pages that are in use one by one. */
#define SINGLES_ORDER 11
#define SINGLES       (1 << SINGLES_ORDER)

struct worst {
	struct bench_memory *m;
	enum memarea_kind    kind;  /* Where pages are asked for. */
	unsigned             order; /* Of the largest block. */
	unsigned             other_order;
	pfn_t                block, other[2], singles;
};

/* Take the largest block of 2^order pages or less. */
static pfn_t take_largest(struct worst *w, unsigned *order)
{
	pfn_t first = 0;

	while (page_alloc(&w->m->pages, w->kind, *order, &first) != PAGE_OK)
		--*order;
	return first;
}

/* All memory is in use; four blocks are ours. */
static void take_all(struct worst *w)
{
	struct page_alloc *pages;
	pfn_t              first;

	pages = &w->m->pages;
	w->order = ORDER_MAX;
	w->block = take_largest(w, &w->order);
	w->other_order = w->order;
	w->other[0] = take_largest(w, &w->other_order);
	w->other[1] = take_largest(w, &w->other_order);
	page_alloc(pages, w->kind, SINGLES_ORDER, &w->singles);
	for (unsigned order = ORDERS; order-- > 0;)
		while (page_alloc(pages, w->kind, order, &first) == PAGE_OK)
			;
	page_free(pages, w->singles, SINGLES_ORDER);
	for (unsigned i = 0; i < SINGLES; i++)
		page_alloc(pages, w->kind, 0, &first);
}

static void count_free(struct worst *w, const char *row, pfn_t first)
{
	uint64_t         since = bench_begin();
	enum page_status status = page_free(&w->m->pages, first, 0);

	bench_row(row, 1, bench_end(since));
	ASSERT(status == PAGE_OK, "%d", (int)status);
}

static void count_alloc(struct worst *w, const char *row, unsigned order)
{
	pfn_t            first = 0;
	uint64_t         since = bench_begin();
	enum page_status status =
		page_alloc(&w->m->pages, w->kind, order, &first);

	since = bench_end(since);
	if (order == 0)
		bench_row(row, 1, since);
	else
		bench_row_of(row, order, 1, since);
	ASSERT(status == PAGE_OK, "%d", (int)status);
}

/* Free one block of each order below @order. */
static void free_row(struct worst *w, unsigned i, unsigned order)
{
	order = order < w->other_order ? order : w->other_order;
	pages_free_exact(&w->m->pages, w->other[i] + 1,
	                 (UINT64_C(1) << order) - 1);
}

/* On the stack are pages whose buddies are in use, as many as may be. */
static void fill_stack(struct worst *w)
{
	struct page_cache *cache = page_cache_of(&w->m->pages, w->singles);

	for (pfn_t i = 0; cache->count < PAGE_LONE; i += 2)
		page_free(&w->m->pages, w->singles + i, 0);
}

/* Of the largest block the first 2^order pages are free.  The first 64 are the
 * current group, whose batch lies at the bottom of a full stack.  What else is
 * free of it is neither the first nor the last on a list. */
static void fill(struct worst *w, unsigned order)
{
	struct page_alloc *pages = &w->m->pages;
	pfn_t              first;

	page_free(pages, w->block, w->order);
	for (unsigned i = 0; i < PAGE_BATCH; i++)
		page_alloc(pages, w->kind, 0, &first);
	ASSERT(first == w->block + PAGE_BATCH - 1, "0x%llx",
	       (unsigned long long)first);
	for (unsigned k = ORDERS; k-- > PAGE_GROUP_ORDER;)
		while (page_alloc(pages, w->kind, k, &first) == PAGE_OK)
			;
	free_row(w, 0, order);
	for (unsigned k = PAGE_GROUP_ORDER; k < order; k++)
		pages_free_exact(pages, w->block + (UINT64_C(1) << k),
		                 UINT64_C(1) << k);
	free_row(w, 1, order);
	for (unsigned i = 0; i < PAGE_BATCH; i++)
		page_free(pages, w->block + i, 0);
	fill_stack(w);
}

static struct worst new_worst(void)
{
	return (struct worst){ .m = bench_memory_new(), .kind = BENCH_KIND };
}

static void run_free(void)
{
	struct worst w = new_worst();

	take_all(&w);
	fill(&w, w.order);
	page_set_owner(&w.m->pages, w.singles + 1, 7);
	count_free(&w, "W-free", w.singles + 1);
}

static void run_split(void)
{
	struct worst w = new_worst();

	take_all(&w);
	page_free(&w.m->pages, w.block, w.order);
	count_alloc(&w, "W-split", 0);
}

static void run_lone(void)
{
	struct worst w = new_worst();
	pfn_t        first;

	take_all(&w);
	fill_stack(&w);
	for (unsigned i = 0; i < PAGE_GROUP; i += 2)
		page_free(&w.m->pages, w.singles + 7 * PAGE_GROUP + i, 0);
	for (unsigned i = 1; i < PAGE_BATCH; i++)
		page_free(&w.m->pages, w.singles + (8 + i) * PAGE_GROUP, 0);
	for (unsigned i = 0; i < PAGE_LONE; i++)
		page_alloc(&w.m->pages, w.kind, 0, &first);
	count_alloc(&w, "W-lone", 0);
}

static void run_gather(unsigned order)
{
	struct worst w = new_worst();

	take_all(&w);
	order = order < w.order ? order : w.order;
	fill(&w, order);
	count_alloc(&w, "W-gather", order);
}

/* The user area is asked first, and has all but half of the block. */
static void run_areas(void)
{
	struct worst kernel = new_worst(), user = kernel;

	take_all(&kernel);
	if (kernel.m->pages.pages <= MEMAREA_USER_BASE)
		return;
	user.kind = MEMAREA_USER;
	take_all(&user);
	fill(&user, user.order - 1);
	fill(&kernel, kernel.order);
	count_alloc(&user, "W-areas", kernel.order);
}

BENCH(worst)
{
	run_free();
	run_split();
	run_lone();
	run_gather(9);
	run_gather(ORDER_MAX);
	run_areas();
}
