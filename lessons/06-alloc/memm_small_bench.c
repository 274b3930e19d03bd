/**
 * @file
 * Benchmark of lesson 6, memory for processes: small blocks, where a process
 * asks again and again, while 1000 others have ten blocks each.
 *
 *     M-pair N   a block of N bytes, allocated and freed in turn: as row P
 *     M-mix      16 to 2048 bytes mixed, 32 MiB live: a call, as row S
 */
#include "memm.h"
#include "memory_bench.h"

#define OTHERS       1000
#define OTHERS_BYTES 600
#define BLOCKS       10
#define MINE         (OTHERS + 1) /* The process that asks. */
#define CALLS        1000000
#define LIVE_BYTES   (32 * MiB)
#define LIVE_MOST    65536

struct small {
	struct memm memm;
	uint64_t    seed, lives, live_bytes;
	struct live {
		void    *block;
		uint64_t bytes;
	} * live; /* Room for LIVE_MOST. */
};

static void *take(struct small *w, uint64_t pid, uint64_t bytes)
{
	void            *block = NULL;
	enum memm_status status =
		memm_allocate(&w->memm, pid, bytes, 0, &block);

	ASSERT(status == MEMM_OK, "%s", memm_status_text(status));
	return block;
}

static void give(struct small *w, void *block)
{
	enum memm_status status = memm_free(&w->memm, block);

	ASSERT(status == MEMM_OK, "%s", memm_status_text(status));
}

static void pairs(struct small *w, uint64_t bytes)
{
	uint64_t since = bench_begin();

	for (unsigned i = 0; i < CALLS; i++)
		give(w, take(w, MINE, bytes));
	bench_row_of("M-pair", bytes, CALLS, bench_end(since));
}

static uint64_t take_one(struct small *w)
{
	uint64_t bytes = 16 + bench_random(&w->seed) % 2033;
	uint64_t since = bench_begin();
	void    *block = take(w, MINE, bytes);

	since = bench_end(since);
	ASSERT(w->lives < LIVE_MOST, "%llu live", (unsigned long long)w->lives);
	w->live[w->lives++] = (struct live){ block, bytes };
	w->live_bytes += bytes;
	return since;
}

static uint64_t give_one(struct small *w)
{
	struct live *gone = &w->live[bench_random(&w->seed) % w->lives];
	void        *block = gone->block;
	uint64_t     since;

	w->live_bytes -= gone->bytes;
	*gone = w->live[--w->lives];
	since = bench_begin();
	give(w, block);
	return bench_end(since);
}

static void mix(struct small *w)
{
	uint64_t ticks = 0;

	for (unsigned i = 0; i < CALLS; i++)
		ticks += w->live_bytes < LIVE_BYTES ? take_one(w) : give_one(w);
	bench_row("M-mix", CALLS, ticks);
}

BENCH(memm_small)
{
	struct bench_memory *m = bench_memory_new();
	struct small         w = { .seed = BENCH_SEED };
	pfn_t                first;
	bool                 fits;

	w.live = bench_memory_take(m, LIVE_MOST * sizeof(*w.live));
	fits = page_alloc(&m->pages, BENCH_KIND, ORDER_MAX, &first) ==
	               PAGE_OK &&
	       memm_init(&w.memm, first, GiB / PAGE_SIZE, 0) == MEMM_OK;
	ASSERT(fits, "1 GiB for %d processes", MINE);
	for (uint64_t i = 0; i < OTHERS * BLOCKS; i++)
		take(&w, 1 + i % OTHERS, OTHERS_BYTES);
	pairs(&w, 64);
	pairs(&w, 1024);
	mix(&w);
	ASSERT(memm_check(&w.memm) == NULL, "%s", memm_check(&w.memm));
}
