/**
 * @file
 * What the workloads of lesson 6 begin with: pages that can be given out.
 */
#ifndef MEMORY_BENCH_H
#define MEMORY_BENCH_H

#include "machine_bench.h"
#include "obj_alloc.h"

/** All of it lies at the start of test_memory(). */
struct bench_memory {
	struct bench_machine machine;
	struct page_alloc    pages;
	struct obj_alloc     objects; /**< For workloads that want one. */
	struct bench_spread  spread;
};

/** Where workloads take pages. */
#define BENCH_KIND MEMAREA_KERNEL

/** A machine as it is after boot. */
struct bench_memory *bench_memory_new(void);

/** Memory for a workload's own notes, from the machine's pages. */
void *bench_memory_take(struct bench_memory *m, uint64_t bytes);

/** Pages that are free, also in groups and on stacks. */
uint64_t bench_memory_free_pages(const struct bench_memory *m);

#endif
