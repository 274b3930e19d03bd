/**
 * @file
 * Benchmark of lesson 6, memory for processes: 10 blocks of 16 bytes to 1 MiB
 * for each of 10 to 10,000 processes, which take turns.
 *
 *     M-alloc N    a block allocated, anew
 *     M-free N     every other block freed
 *     M-again N    allocated again, in between
 *     M-exit N     a process reclaimed, with all it has
 */
#include "memm.h"
#include "memory_bench.h"

#define BLOCKS    10 /* Of a process. */
#define PROCESSES 10000

/* What 10,000 processes need: 10 GiB, and some more. */
#define ARENA_GIB 12

struct memm_workload {
	struct memm memm;
	uint64_t    seed;
	void      **block; /* Block i is process i % processes'. */
	uint64_t    processes;
};

/* Each doubling from 16 bytes to 1 MiB is as likely as the next. */
static uint64_t some_bytes(uint64_t *seed)
{
	uint64_t least = UINT64_C(16) << bench_random(seed) % 16;

	return least + bench_random(seed) % least;
}

static uint64_t allocate(struct memm_workload *w, uint64_t i)
{
	uint64_t         bytes = some_bytes(&w->seed), since = bench_begin();
	enum memm_status status = memm_allocate(&w->memm, 1 + i % w->processes,
	                                        bytes, 0, &w->block[i]);

	since = bench_end(since);
	ASSERT(status == MEMM_OK, "block %llu: %s", (unsigned long long)i,
	       memm_status_text(status));
	return since;
}

static uint64_t release(struct memm_workload *w, uint64_t i)
{
	uint64_t         since = bench_begin();
	enum memm_status status = memm_free(&w->memm, w->block[i]);

	since = bench_end(since);
	ASSERT(status == MEMM_OK, "block %llu: %s", (unsigned long long)i,
	       memm_status_text(status));
	return since;
}

static void count(struct memm_workload *w, const char *row, uint64_t step,
                  uint64_t (*call)(struct memm_workload *, uint64_t))
{
	uint64_t ticks = 0, blocks = w->processes * BLOCKS;

	for (uint64_t i = 0; i < blocks; i += step)
		ticks += call(w, i);
	bench_row_of(row, w->processes, blocks / step, ticks);
}

static uint64_t leave(struct memm_workload *w, uint64_t process)
{
	uint64_t since = bench_begin();

	memm_reclaim(&w->memm, 1 + process);
	return bench_end(since);
}

static void run(struct memm_workload *w, uint64_t processes)
{
	uint64_t free = memm_free_pages(&w->memm), ticks = 0;

	w->processes = processes;
	w->seed = BENCH_SEED;
	count(w, "M-alloc", 1, allocate);
	count(w, "M-free", 2, release);
	count(w, "M-again", 2, allocate);
	for (uint64_t i = 0; i < processes; i++)
		ticks += leave(w, i);
	bench_row_of("M-exit", processes, processes, ticks);
	ASSERT(free == memm_free_pages(&w->memm), "%llu pages lost",
	       (unsigned long long)(free - memm_free_pages(&w->memm)));
}

/* The largest blocks come side by side from a machine that has just booted.
 * Returns how many of those wanted. */
static uint64_t take_arena(struct bench_memory *m, pfn_t *first)
{
	uint64_t taken = 0;
	pfn_t    next = 0;

	while (taken < ARENA_GIB && page_alloc(&m->pages, MEMAREA_USER,
	                                       ORDER_MAX, &next) == PAGE_OK) {
		if (taken == 0)
			*first = next;
		ASSERT(next == *first + (taken << ORDER_MAX), "0x%llx",
		       (unsigned long long)next);
		taken++;
	}
	return taken;
}

BENCH(memm)
{
	struct bench_memory *m = bench_memory_new();
	struct memm_workload w = { 0 };
	pfn_t                first = 0;
	uint64_t             gib = take_arena(m, &first);

	w.block = bench_memory_take(m, PROCESSES * BLOCKS * sizeof(*w.block));
	if (gib < ARENA_GIB ||
	    memm_init(&w.memm, first, gib << ORDER_MAX, 0) != MEMM_OK) {
		kprintf("bench: memm needs a machine of %d GiB\n",
		        16 + ARENA_GIB + 1);
		return;
	}
	for (uint64_t n = 10; n <= PROCESSES; n *= 10)
		run(&w, n);
	ASSERT(memm_check(&w.memm) == NULL, "%s", memm_check(&w.memm));
}
