/**
 * @file
 * Benchmark of lesson 6, memory for processes: 10 blocks of 16 bytes to 1 MiB
 * for each of 10 to 10,000 processes, which take turns.
 *
 *     M-alloc N    a block allocated, anew
 *     M-free N     every other block freed
 *     M-again N    allocated again, in between
 *     M-exit N     a process reclaimed, with all it has
 *     M-end N      the same, always with 256 pages, but with N blocks on them
 *
 * and, for comparison, the same sizes in the same order from obj_alloc, which
 * knows of no process:
 *
 *     O-alloc N, O-free N, O-again N
 */
#include "memm.h"
#include "memory_bench.h"

#define BLOCKS    10 /* Of a process. */
#define PROCESSES 10000

/* What 10,000 processes need: 10 GiB, and some more. */
#define ARENA_GIB 12

struct memm_workload {
	struct memm       memm;
	struct obj_alloc *objects;
	uint64_t          seed;
	void            **block; /* Block i is process i % processes'. */
	uint64_t          processes;
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

static uint64_t allocate_object(struct memm_workload *w, uint64_t i)
{
	uint64_t        bytes = some_bytes(&w->seed), since = bench_begin();
	enum obj_status status = obj_alloc(w->objects, bytes, &w->block[i]);

	since = bench_end(since);
	ASSERT(status == OBJ_OK, "object %llu: %d", (unsigned long long)i,
	       (int)status);
	return since;
}

static uint64_t release_object(struct memm_workload *w, uint64_t i)
{
	uint64_t        since = bench_begin();
	enum obj_status status = obj_free(w->objects, w->block[i]);

	since = bench_end(since);
	ASSERT(status == OBJ_OK, "object %llu: %d", (unsigned long long)i,
	       (int)status);
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

static void run_objects(struct memm_workload *w, uint64_t processes)
{
	w->processes = processes;
	w->seed = BENCH_SEED;
	count(w, "O-alloc", 1, allocate_object);
	count(w, "O-free", 2, release_object);
	count(w, "O-again", 2, allocate_object);
	for (uint64_t i = 0; i < processes * BLOCKS; i++)
		release_object(w, i);
}

#define END_RUNS   4 /* Allocators. */
#define END_PAGES  64
#define END_BLOCKS 10000
#define END_TIMES  10

/* A process with so many blocks of 16 bytes, on the same pages. */
static void settle(struct memm_workload *w, uint64_t blocks)
{
	struct memm_allocator *allocator;
	enum memm_status       status;
	void                  *block;

	for (unsigned i = 0; i < END_RUNS; i++) {
		status = memm_allocator_new(
			&w->memm, memm_find_pages(&w->memm, END_PAGES),
			END_PAGES, &memm_raw, 1, &allocator);
		ASSERT(status == MEMM_OK, "%s", memm_status_text(status));
	}
	for (uint64_t i = 0; i < blocks; i++) {
		status = memm_allocate(&w->memm, 1, 16, 0, &block);
		ASSERT(status == MEMM_OK, "%s", memm_status_text(status));
	}
	ASSERT(memm_find(&w->memm, 1)->allocator_pages == END_RUNS * END_PAGES,
	       "%llu blocks do not fit", (unsigned long long)blocks);
}

static void run_ends(struct memm_workload *w)
{
	for (uint64_t blocks = 10; blocks <= END_BLOCKS; blocks *= 10) {
		uint64_t ticks = 0;

		for (unsigned i = 0; i < END_TIMES; i++) {
			settle(w, blocks);
			ticks += leave(w, 0);
		}
		bench_row_of("M-end", blocks, END_TIMES, ticks);
	}
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
	run_ends(&w);
	w.objects = &m->objects;
	obj_alloc_init(w.objects, &m->pages, BENCH_KIND, OBJ_UNCHECKED);
	for (uint64_t n = 10; n <= PROCESSES; n *= 10)
		run_objects(&w, n);
	ASSERT(memm_check(&w.memm) == NULL, "%s", memm_check(&w.memm));
}
