/**
 * @file
 * Benchmark of lesson 6, pages: calls made as costly as can be.
 *
 *     W-free     a page is freed and begins a batch, while of the batch before
 *                seven pages are cached and join up to the largest block
 *     W-split    that block is halved down to a page, for a cache that takes
 *                seven single pages first
 *     W-gather   a block is asked for of which all pages are free, but every
 *                second one of the batch is in the cache
 */
#include "memory_bench.h"

/* Pages that are in use one by one. */
#define SINGLES_ORDER 10
#define SINGLES       (1 << SINGLES_ORDER)

struct worst {
	struct bench_memory *m;
	unsigned             order; /* Of the largest block. */
	unsigned             other_order;
	pfn_t                block, other[2], singles;
};

/* Take the largest block of 2^order pages or less. */
static pfn_t take_largest(struct worst *w, unsigned *order)
{
	pfn_t first = 0;

	while (page_alloc(&w->m->pages, BENCH_KIND, *order, &first) != PAGE_OK)
		--*order;
	return first;
}

/* All memory is in use; four blocks are ours. */
static void take_all(struct worst *w)
{
	struct page_alloc *pages;
	pfn_t              first;

	w->m = bench_memory_new();
	pages = &w->m->pages;
	w->order = ORDER_MAX;
	w->block = take_largest(w, &w->order);
	w->other_order = w->order;
	w->other[0] = take_largest(w, &w->other_order);
	w->other[1] = take_largest(w, &w->other_order);
	page_alloc(pages, BENCH_KIND, SINGLES_ORDER, &w->singles);
	for (unsigned order = ORDERS; order-- > 0;)
		while (page_alloc(pages, BENCH_KIND, order, &first) == PAGE_OK)
			;
	page_free(pages, w->singles, SINGLES_ORDER);
	for (unsigned i = 0; i < SINGLES; i++)
		page_alloc(pages, BENCH_KIND, 0, &first);
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
		page_alloc(&w->m->pages, BENCH_KIND, order, &first);

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

/* Of the largest block the first 2^order pages are free.  The stack is as full
 * as can be: pages whose buddies are in use, and of the first batch of that
 * block those that @mask says.  What else is free of it is neither the first
 * nor the last on a list. */
static void fill_cache(struct worst *w, unsigned order, unsigned mask)
{
	struct page_alloc *pages = &w->m->pages;
	pfn_t              first;

	page_free(pages, w->block, w->order);
	for (unsigned i = 0; i < PAGE_BATCH; i++)
		page_alloc(pages, BENCH_KIND, 0, &first);
	ASSERT(first == w->block + PAGE_BATCH - 1, "0x%llx",
	       (unsigned long long)first);
	while (page_alloc(pages, BENCH_KIND, PAGE_BATCH_ORDER, &first) ==
	       PAGE_OK)
		;
	free_row(w, 0, order);
	for (unsigned k = PAGE_BATCH_ORDER; k < order; k++)
		pages_free_exact(pages, w->block + (UINT64_C(1) << k),
		                 UINT64_C(1) << k);
	for (unsigned i = 0; i < PAGE_BATCH; i++)
		if ((mask >> i & 1) == 0)
			pages_free_exact(pages, w->block + i, 1);
	free_row(w, 1, order);
	for (unsigned i = 0; i < PAGE_LONE; i++)
		page_free(pages, w->singles + 2 * i, 0);
	for (unsigned i = 0; i < PAGE_BATCH; i++)
		if ((mask >> i & 1) != 0)
			page_free(pages, w->block + i, 0);
}

static void run_free(void)
{
	struct worst w;

	take_all(&w);
	fill_cache(&w, w.order, 0x7f);
	count_free(&w, "W-free", w.singles + 1);
}

static void run_split(void)
{
	struct worst w;

	take_all(&w);
	page_free(&w.m->pages, w.block, w.order);
	for (unsigned i = 0; i < PAGE_BATCH - 1; i++)
		pages_free_exact(&w.m->pages, w.singles + 2 * i, 1);
	count_alloc(&w, "W-split", 0);
}

static void run_gather(unsigned order)
{
	struct worst w;

	take_all(&w);
	order = order < w.order ? order : w.order;
	fill_cache(&w, order, 0x55);
	count_alloc(&w, "W-gather", order);
}

BENCH(worst)
{
	run_free();
	run_split();
	run_gather(9);
	run_gather(ORDER_MAX);
}
