/**
 * @file
 * Benchmark of lesson 6, memory for processes: what an operation costs.
 *
 *     bench_memm PROCESSES BLOCKS [GIB]
 *
 * On a simulated machine of that many GiB (1024), so many processes allocate
 * so many blocks each, of 16 bytes to 1 MiB; half of them are freed and
 * allocated again, and then the processes go.  Processes take turns, so that
 * the manager cannot remember them.  Printed are nanoseconds for an operation
 * and pages lost.  Instructions are counted from outside:
 *
 *     valgrind --tool=callgrind --toggle-collect='counted_*' bench_memm ...
 *
 * What is counted stands in functions of that name, with the loop around it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "host.h"
#include "memm.h"
#include "phys.h"

#define FIRST UINT64_C(0x100)

struct block {
	void    *at;
	uint64_t bytes;
};

static struct memm   memm;
static struct block *block;
static uint64_t      processes, blocks;

static uint64_t seed = UINT64_C(88172645463325252);

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* Each doubling from 16 bytes to 1 MiB is as likely as the next. */
static uint64_t some_bytes(void)
{
	uint64_t least = UINT64_C(16) << random64() % 16;

	return least + random64() % least;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Block i of process p is number i * processes + p. */
static __attribute__((noinline)) void counted_allocates(void)
{
	for (uint64_t i = 0; i < blocks * processes; i++)
		if (block[i].at == NULL &&
		    memm_allocate(&memm, 1 + i % processes, block[i].bytes, 0,
		                  &block[i].at) != MEMM_OK)
			panic("no memory after %llu", (unsigned long long)i);
}

static __attribute__((noinline)) void counted_frees(void)
{
	for (uint64_t i = 0; i < blocks * processes; i += 2) {
		if (memm_free(&memm, block[i].at) != MEMM_OK)
			panic("block %llu", (unsigned long long)i);
		block[i].at = NULL;
	}
}

/* One process and small blocks: what a call costs at best. */
static __attribute__((noinline)) void counted_pairs(uint64_t pairs)
{
	void *at = NULL;

	for (uint64_t i = 0; i < pairs; i++) {
		if (memm_allocate(&memm, 1, 16 + i % 512, 0, &at) != MEMM_OK ||
		    memm_free(&memm, at) != MEMM_OK)
			panic("pair %llu", (unsigned long long)i);
	}
}

#define MIXED 1000000
#define SLOTS 60000

static void *slot[SLOTS];

static __attribute__((noinline)) void counted_mixed_allocate(void   **at,
                                                             uint64_t bytes)
{
	if (memm_allocate(&memm, 1, bytes, 0, at) != MEMM_OK)
		panic("%llu bytes", (unsigned long long)bytes);
}

static __attribute__((noinline)) void counted_mixed_free(void **at)
{
	if (memm_free(&memm, *at) != MEMM_OK)
		panic("%p", *at);
	*at = NULL;
}

/* Blocks of 16 to 2048 bytes come and go by chance, half of all places full:
 * what bench_objects does with objects. */
static uint64_t mixed(void)
{
	uint64_t allocations = 0;

	for (uint64_t i = 0; i < MIXED; i++) {
		void **at = &slot[random64() % SLOTS];

		if (*at == NULL) {
			counted_mixed_allocate(at, 16 + random64() % 2033);
			allocations++;
		} else {
			counted_mixed_free(at);
		}
	}
	return allocations;
}

static __attribute__((noinline)) void counted_reclaims(void)
{
	for (uint64_t pid = 1; pid <= processes; pid++)
		if (memm_reclaim(&memm, pid) != MEMM_OK)
			panic("process %llu", (unsigned long long)pid);
}

static void say(const char *what, double since, uint64_t operations)
{
	printf("%-24s %8.0f ns each, %llu\n", what,
	       (now() - since) / (double)operations,
	       (unsigned long long)operations);
}

static void play(void)
{
	uint64_t all = processes * blocks;
	double   since = now();

	counted_allocates();
	say("allocate, anew", since, all);
	memm_print(&memm);
	since = now();
	counted_frees();
	say("free", since, all / 2);
	since = now();
	counted_allocates();
	say("allocate, in between", since, all / 2);
	since = now();
	counted_pairs(all);
	say("one process, a pair", since, all);
	since = now();
	all = mixed();
	say("one process, mixed", since, all);
}

int main(int argc, char **argv)
{
	uint64_t gib = argc > 3 ? strtoull(argv[3], NULL, 0) : 1024;
	uint64_t pages = gib * GiB / PAGE_SIZE - FIRST, free;
	double   since;

	processes = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000;
	blocks = argc > 2 ? strtoull(argv[2], NULL, 0) : 100;
	block = calloc(processes * blocks, sizeof(*block));
	for (uint64_t i = 0; i < processes * blocks; i++)
		block[i].bytes = some_bytes();
	phys_to_virt_zeroed(pfn_to_paddr(FIRST), pages * PAGE_SIZE);
	if (memm_init(&memm, FIRST, pages, 0) != MEMM_OK)
		panic("no arena of %llu GiB", (unsigned long long)gib);
	free = memm_free_pages(&memm);
	play();
	since = now();
	counted_reclaims();
	say("reclaim a process", since, processes);
	printf("%llu pages lost, check: %s\n",
	       (unsigned long long)(free - memm_free_pages(&memm)),
	       memm_check(&memm) == NULL ? "holds" : memm_check(&memm));
	host_return_all();
	return 0;
}
