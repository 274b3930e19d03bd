/**
 * @file
 * Benchmark of lesson 6, pages: the workloads, for any page allocator.
 *
 *     A   single pages, allocated and freed in turn: 1 M pairs
 *     A1  the same while another page is held
 *     B   all memory page by page, then freed in the same order
 *     R   the same, freed in a random order
 *     C   1 M calls, orders 0 to 9, half full
 *
 * Who includes this file has bench.h, or the same by another system's means,
 * and defines first
 *
 *     struct page_source      what pages come from
 *     page_take()             a block of 2^order pages
 *     page_give()             takes it back
 *
 * so that the compiler can put the allocator's common case into the loops, as
 * it does in other callers.
 */
#ifndef PAGE_WORKLOAD_H
#define PAGE_WORKLOAD_H

#define PAGE_WORKLOAD_MIXED 1000000

/** A block in use. */
struct page_live {
	uint32_t first, order;
};

/** What a workload has. */
struct page_workload {
	struct page_source *source;
	uint64_t            free_pages; /**< That it may take. */
	void               *notes;      /**< 8 bytes for each of them. */
	uint64_t            seed;
	struct bench_spread spread;
	uint64_t            lives, live_pages; /**< For workload C. */
};

static bool page_take(struct page_source *source, unsigned order,
                      uint64_t *first);
static bool page_give(struct page_source *source, uint64_t first,
                      unsigned order);

static __attribute__((__noinline__)) void page_pairs(struct page_source *source,
                                                     uint64_t            pairs)
{
	uint64_t first = 0;

	for (; pairs > 0; pairs--) {
		page_take(source, 0, &first);
		page_give(source, first, 0);
	}
}

static void page_workload_pairs(struct page_workload *w, const char *row,
                                bool hold)
{
	uint64_t since, held = 0;

	page_pairs(w->source, 1000);
	if (hold)
		page_take(w->source, 0, &held);
	since = bench_begin();
	page_pairs(w->source, PAGE_WORKLOAD_MIXED);
	bench_row(row, PAGE_WORKLOAD_MIXED, bench_end(since));
	if (hold)
		page_give(w->source, held, 0);
}

static __attribute__((__noinline__)) void
take_each(struct page_source *source, uint32_t *first, uint64_t count)
{
	uint64_t page = 0;

	for (uint64_t i = 0; i < count; i++) {
		if (!page_take(source, 0, &page))
			panic("page %llu", (unsigned long long)i);
		first[i] = (uint32_t)page;
	}
}

static __attribute__((__noinline__)) void
give_each(struct page_source *source, const uint32_t *first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (!page_give(source, first[i], 0))
			panic("page %u", first[i]);
}

static void shuffle(struct page_workload *w, uint32_t *first, uint64_t count)
{
	for (uint64_t i = count; i > 1; i--) {
		uint64_t k = bench_random(&w->seed) % i;
		uint32_t swap = first[i - 1];

		first[i - 1] = first[k];
		first[k] = swap;
	}
}

/* B, of which taking is counted too, and R. */
static void page_workload_all(struct page_workload *w, bool in_order)
{
	uint32_t *first = w->notes;
	uint64_t  since;

	if (in_order) {
		since = bench_begin();
		take_each(w->source, first, w->free_pages);
		bench_row("B-alloc", w->free_pages, bench_end(since));
	} else {
		take_each(w->source, first, w->free_pages);
		shuffle(w, first, w->free_pages);
	}
	since = bench_begin();
	give_each(w->source, first, w->free_pages);
	bench_row(in_order ? "B-free" : "R-free", w->free_pages,
	          bench_end(since));
}

/* Order k with the probability 2^-(k+1), up to 9. */
static unsigned some_order(struct page_workload *w)
{
	uint64_t bits = bench_random(&w->seed) | UINT64_C(1) << 9;

	return (unsigned)__builtin_ctzll(bits);
}

static void keep(struct page_workload *w, uint64_t first, unsigned order)
{
	struct page_live *live = w->notes;

	live[w->lives++] = (struct page_live){ (uint32_t)first, order };
	w->live_pages += UINT64_C(1) << order;
}

static void take_counted(struct page_workload *w)
{
	unsigned order = some_order(w);
	uint64_t first = 0, since = bench_begin();
	bool     good = page_take(w->source, order, &first);

	bench_note(&w->spread, bench_end(since));
	if (!good)
		panic("no block of order %u", order);
	keep(w, first, order);
}

static struct page_live forget(struct page_workload *w, uint64_t i)
{
	struct page_live *live = w->notes, gone = live[i];

	live[i] = live[--w->lives];
	w->live_pages -= UINT64_C(1) << gone.order;
	return gone;
}

static void give_counted(struct page_workload *w)
{
	struct page_live gone = forget(w, bench_random(&w->seed) % w->lives);
	uint64_t         since = bench_begin();
	bool             good = page_give(w->source, gone.first, gone.order);

	bench_note(&w->spread, bench_end(since));
	if (!good)
		panic("block %u of order %u", gone.first, gone.order);
}

/* What is counted starts where half of the memory is in use. */
static void page_workload_mixed(struct page_workload *w)
{
	uint64_t half = w->free_pages / 2;
	uint64_t first = 0;
	unsigned order;

	while (w->live_pages < half) {
		order = some_order(w);
		page_take(w->source, order, &first);
		keep(w, first, order);
	}
	for (unsigned i = 0; i < PAGE_WORKLOAD_MIXED; i++)
		if (w->live_pages < half)
			take_counted(w);
		else
			give_counted(w);
	bench_spread_row("C", &w->spread);
	while (w->lives > 0) {
		struct page_live gone = forget(w, w->lives - 1);

		page_give(w->source, gone.first, gone.order);
	}
}

#endif
