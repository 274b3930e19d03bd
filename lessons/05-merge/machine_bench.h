/**
 * @file
 * The machine that workloads of lessons 5 and 6 run on: all stages so far.
 */
#ifndef MACHINE_BENCH_H
#define MACHINE_BENCH_H

#include "bench.h"
#include "merge.h"
#include "occupy.h"

/** What the stages of lessons 1 to 5 make, at the start of test_memory(). */
struct bench_machine {
	struct e820_map       firmware, map;
	struct bench_platform platform;
	struct msadsc_array   array;
	struct memareas       areas;
};

/** Read and sort the map of the platform's machine. */
struct bench_machine *bench_machine_read(void);

/** Stages 2 to 5: describe, divide, mark, merge. */
void bench_machine_stages(struct bench_machine *m);

#endif
