/**
 * @file
 * The benchmark program of the host: see bench.h.
 *
 *     lesson-6-bench WORKLOAD GIB
 *
 * runs one workload on a machine of that much memory, and counts nanoseconds.
 * Under callgrind, which must be started with --collect-atstart=no, it counts
 * instructions: each row is a dump, named by the row, the operations in it,
 * and how often counting began and ended for them.
 *
 * Source: Valgrind User Manual, "Callgrind specific client requests".
 */
#define _POSIX_C_SOURCE 199309L
#include <stdlib.h>
#include <time.h>
#include <valgrind/callgrind.h>
#include "bench.h"
#include "boot_info.h"
#include "check.h"
#include "host.h"
#include "phys.h"
#include "test.h"

/* No workload reaches higher into its memory, and callgrind has not more. */
#define LENT_MOST (32 * GiB)

static uint64_t          gib, pieces;
static struct boot_range ram[3];

void *test_memory(void)
{
	static _Alignas(4096) unsigned char memory[TEST_MEMORY_BYTES];

	return memory;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t bench_begin(void)
{
	if (!RUNNING_ON_VALGRIND)
		return now();
	pieces++;
	CALLGRIND_TOGGLE_COLLECT;
	return 0;
}

uint64_t bench_end(uint64_t since)
{
	if (!RUNNING_ON_VALGRIND)
		return now() - since;
	CALLGRIND_TOGGLE_COLLECT;
	return 0;
}

uint64_t bench_since_entry(void)
{
	return 0;
}

uint64_t bench_cleared(void)
{
	return 0;
}

void bench_row(const char *row, uint64_t operations, uint64_t ticks)
{
	char text[96];

	ksnprintf(text, sizeof(text), "%s %llu %llu", row,
	          (unsigned long long)operations,
	          (unsigned long long)(RUNNING_ON_VALGRIND ? pieces : ticks));
	CALLGRIND_DUMP_STATS_AT(text);
	kprintf("bench: %s\n", text);
	pieces = 0;
}

/* What a beginning and an end take by themselves, as rows of their own. */
static void count_nothing(void)
{
	uint64_t ticks = 0;

	for (int i = 0; i < 1000; i++)
		ticks += bench_end(bench_begin());
	bench_row("nothing", 1000, ticks);
}

/* A PC: RAM below 640 KiB, from 1 MiB, and above 4 GiB. */
void bench_platform(struct bench_platform *platform)
{
	uint64_t low = min_u64(gib, 3) * GiB;

	host_return_all();
	ram[0] = (struct boot_range){ PAGE_SIZE, 635 * KiB, 1 };
	ram[1] = (struct boot_range){ MiB, low - MiB, 1 };
	ram[2] = (struct boot_range){ 4 * GiB, gib * GiB - low, 1 };
	phys_to_virt_zeroed(0, min_u64((gib + 1) * GiB, LENT_MOST));
	*platform = (struct bench_platform){
		.ranges = ram,
		.range_count = 3,
		.range_stride = sizeof(ram[0]),
		.phys_bits = 40,
	};
	host_occupants(&platform->occupants);
}

int main(int argc, char **argv)
{
	gib = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	if (gib < 1 || gib > 1023) {
		fprintf(stderr, "lesson-6-bench WORKLOAD GIB\n");
		return 2;
	}
	count_nothing();
	if (bench_run(argv[1]) == 0) {
		fprintf(stderr, "no workload is called %s\n", argv[1]);
		return 2;
	}
	return 0;
}
