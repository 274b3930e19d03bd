/**
 * @file
 * Benchmark of lesson 6, pages: calls made as costly as can be.
 *
 *     W-drain    a page is freed, the cache is full, and each page that leaves
 *                it joins as often as it may: one up to the largest block
 *     W-split    that block is halved down to a page
 *     W-gather   a block is asked for of which all pages are free, but 16,
 *                evenly spread, are in the cache
 */
#include "memory_bench.h"

/* Pages that are in use one by one. */
#define SINGLES_ORDER 10
#define SINGLES       (1 << SINGLES_ORDER)

struct worst {
	struct bench_memory *m;
	unsigned             order; /* Of the largest block. */
	pfn_t                block, singles;
};

/* All memory is in use; two blocks are ours. */
static void take_all(struct worst *w)
{
	struct page_alloc *pages;
	pfn_t              first;

	w->m = bench_memory_new();
	pages = &w->m->pages;
	w->order = ORDER_MAX;
	while (page_alloc(pages, BENCH_KIND, w->order, &w->block) != PAGE_OK)
		w->order--;
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

/* A drain puts pages back from the top of the stack, until there are eight or
 * one has joined to a block of eight.  So the upper seven become blocks of
 * four, and the eighth is the first page of the largest block. */
static void run_drain(void)
{
	struct worst       w;
	struct page_alloc *pages;
	pfn_t              pfn, first;

	take_all(&w);
	pages = &w.m->pages;
	pages_free_exact(pages, w.block + 1, (UINT64_C(1) << w.order) - 1);
	for (unsigned i = 0; i < PAGE_BATCH; i++)
		page_free(pages, w.singles + 512 + 2 * i, 0);
	page_free(pages, w.block, 0);
	for (unsigned i = 0; i < PAGE_BATCH - 1; i++) {
		pfn = w.singles + UINT64_C(16) * i;
		pages_free_exact(pages, pfn + 1, 3);
		page_free(pages, pfn, 0);
	}
	count_free(&w, "W-drain", w.singles + 900);

	while (page_cached(pages) > 0)
		page_alloc(pages, BENCH_KIND, 0, &first);
	for (unsigned order = 0; order < w.order; order++)
		while (w.m->machine.areas.area[BENCH_KIND].orders >> order & 1)
			page_alloc(pages, BENCH_KIND, order, &first);
	count_alloc(&w, "W-split", 0);
}

static void run_gather(unsigned order)
{
	struct worst w;
	pfn_t        past, step;

	take_all(&w);
	order = order < w.order ? order : w.order;
	past = w.block + (UINT64_C(1) << order);
	step = (UINT64_C(1) << order) / PAGE_CACHE_PAGES;
	for (pfn_t pfn = w.block; pfn < past; pfn += step) {
		pages_free_exact(&w.m->pages, pfn + 1, step - 1);
		page_free(&w.m->pages, pfn, 0);
	}
	count_alloc(&w, "W-gather", order);
}

BENCH(worst)
{
	run_drain();
	run_gather(9);
	run_gather(ORDER_MAX);
}
