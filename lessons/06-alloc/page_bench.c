/**
 * @file
 * Benchmark of lesson 6, pages: see page_workload.h.
 */
#include "memory_bench.h"

struct page_source {
	struct page_alloc pages;
};

#include "page_workload.h"

static inline bool page_take(struct page_source *source, unsigned order,
                             uint64_t *first)
{
	return page_alloc(&source->pages, BENCH_KIND, order, first) == PAGE_OK;
}

static inline bool page_give(struct page_source *source, uint64_t first,
                             unsigned order)
{
	return page_free(&source->pages, first, order) == PAGE_OK;
}

static struct page_workload new_workload(void)
{
	struct bench_memory *m = bench_memory_new();
	uint64_t             bytes = bench_memory_free_pages(m) * 8;
	void                *notes = bench_memory_take(m, bytes);

	page_empty_caches(&m->pages);
	return (struct page_workload){
		.source = (struct page_source *)&m->pages,
		.free_pages = bench_memory_free_pages(m),
		.notes = notes,
		.seed = BENCH_SEED,
		.spread = m->spread,
	};
}

/* All descriptors but for links: which blocks are on which lists. */
static uint64_t hash_of_blocks(const struct page_alloc *pages)
{
	uint64_t hash = 0;

	for (pfn_t pfn = 0; pfn < pages->pages; pfn++)
		hash = (hash ^ (pages->page[pfn].word & 0xff)) *
		       UINT64_C(0x100000001b3);
	return hash;
}

static void run_all(bool in_order)
{
	struct page_workload w = new_workload();
	struct page_alloc   *pages = &w.source->pages;
	uint64_t             hash = hash_of_blocks(pages);

	page_workload_all(&w, in_order);
	page_empty_caches(pages);
	ASSERT(hash == hash_of_blocks(pages),
	       "%llu pages joined to other blocks than before",
	       (unsigned long long)w.free_pages);
}

/* What lesson 6 adds to "ready": memory for groups, which is cleared. */
BENCH(init)
{
	struct bench_machine *machine = bench_machine_read();
	struct bench_memory  *m = (struct bench_memory *)machine;
	uint64_t              since;

	bench_machine_stages(machine);
	since = bench_begin();
	page_alloc_init(&m->pages, &machine->array, &machine->areas);
	bench_row("D-init", machine->array.usable_pages, bench_end(since));
	ASSERT(page_alloc_check(&m->pages) == NULL, "%s",
	       page_alloc_check(&m->pages));
}

BENCH(pages)
{
	struct page_workload w = new_workload();

	page_workload_pairs(&w, "A", false);
	page_workload_pairs(&w, "A1", true);
	run_all(true);
	run_all(false);
	w = new_workload();
	page_workload_mixed(&w);
	ASSERT(page_alloc_check(&w.source->pages) == NULL, "%s",
	       page_alloc_check(&w.source->pages));
}
