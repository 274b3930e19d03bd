/**
 * @file
 * Benchmark of lesson 6, objects: what they cost, in instructions and bytes.
 *
 *     bench_objects WORKLOAD [BYTES]
 *
 * runs one workload on a machine of 4 GiB and prints what that was.  The
 * instructions are counted from outside:
 *
 *     valgrind --tool=callgrind --toggle-collect='counted_*' bench_objects S
 *
 * What is counted stands in functions of that name.
 *
 *     P   objects of BYTES bytes, allocated and freed in turn: 1 M pairs of
 *         the only object there is, in a loop (counted_pairs)
 *     H   the same beside the live objects of S
 *     S   1 M calls, 16 to 2048 bytes, half full: 32 MiB are live
 *         (counted_alloc, counted_free); the memory that was taken for them
 *     W   S again, then all is freed; of 30,000 of these calls the worst, each
 *         counted by itself
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include "check.h"
#include "host.h"
#include "obj_alloc.h"
#include "occupy.h"
#include "phys.h"

#define MIXED     1000000
#define STEPPED   10000 /* A trap takes microseconds. */
#define LIVE_MOST (32 * MiB)

static struct e820_map     map;
static struct occupants    occupants;
static struct msadsc_array array;
static struct memareas     areas;
static struct page_alloc   pages;
static struct obj_alloc    objects;

/* Objects that are live, for each 16 bytes of which there is room here. */
static struct live {
	void    *object;
	uint64_t bytes;
} live[LIVE_MOST / 16 + 1];

static uint64_t lives, live_bytes;
static uint64_t peak_pages, peak_live_bytes;

static uint64_t seed = UINT64_C(88172645463325252);

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* A PC of 4 GiB, all of it memory that can be touched. */
static void make_machine(void)
{
	const uint64_t      bytes = 5 * GiB;
	struct msadsc_need  need;
	struct occupy_fault fault;
	void               *memory;

	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ASSERT(memory != MAP_FAILED, "%llu", (unsigned long long)bytes);
	phys_lend(0, bytes, memory);
	map.range[map.count++] = (struct e820_range){ MiB, 3 * GiB, E820_RAM };
	map.range[map.count++] =
		(struct e820_range){ 4 * GiB, 5 * GiB, E820_RAM };
	occupants_add(&occupants, MiB, 2 * MiB, OCCUPANT_LOADED, "kernel");
	ASSERT(msadsc_init(&array, &map, &occupants, PFN_LIMIT, &need) ==
	               MSADSC_OK,
	       "%llu bytes", (unsigned long long)need.bytes);
	memareas_init(&areas, &array);
	ASSERT(occupy_mark(&array, &areas, &occupants, &fault) == OCCUPY_OK &&
	               merge_runs(&array, &areas) == MERGE_OK &&
	               page_alloc_init(&pages, &array, &areas) == PAGE_OK,
	       "%u ranges", map.count);
	obj_alloc_init(&objects, &pages, MEMAREA_KERNEL, OBJ_UNCHECKED);
}

#define COUNTED __attribute__((noinline)) static

COUNTED void counted_pairs(uint64_t bytes, uint64_t pairs)
{
	void *object = NULL;

	for (; pairs > 0; pairs--)
		if (obj_alloc(&objects, bytes, &object) != OBJ_OK ||
		    obj_free(&objects, object) != OBJ_OK)
			abort();
}

COUNTED enum obj_status counted_alloc(uint64_t bytes, void **object)
{
	return obj_alloc(&objects, bytes, object);
}

COUNTED enum obj_status counted_free(void *object)
{
	return obj_free(&objects, object);
}

/* Calls are counted one by one: the trap flag stops the processor after each
 * instruction.  What the frame around a call takes is the same each time. */
static volatile sig_atomic_t stepping;
static uint64_t              steps, frame_steps;

static void on_trap(int signal, siginfo_t *info, void *context)
{
	greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];

	(void)signal;
	(void)info;
	steps++;
	if (!stepping)
		*flags &= ~(greg_t)0x100;
}

static void start_stepping(void)
{
	steps = 0;
	stepping = 1;
	__asm__ volatile("pushf; orl $0x100, (%%rsp); popf" ::: "memory", "cc");
}

static uint64_t stop_stepping(void)
{
	stepping = 0;
	__asm__ volatile("nop; nop" ::: "memory");
	return steps;
}

static __attribute__((noinline)) enum obj_status nothing(void *object)
{
	__asm__ volatile("" ::"r"(object) : "memory");
	return OBJ_OK;
}

static void prepare_stepping(void)
{
	struct sigaction action = { .sa_sigaction = on_trap,
		                    .sa_flags = SA_SIGINFO };

	sigaction(SIGTRAP, &action, NULL);
	start_stepping();
	nothing(NULL);
	frame_steps = stop_stepping();
}

static uint64_t worst_alloc, worst_free, all_steps;

static enum obj_status stepped_alloc(uint64_t bytes, void **object)
{
	enum obj_status status;
	uint64_t        took;

	start_stepping();
	status = obj_alloc(&objects, bytes, object);
	took = stop_stepping() - frame_steps;
	worst_alloc = max_u64(worst_alloc, took);
	all_steps += took;
	return status;
}

static enum obj_status stepped_free(void *object)
{
	enum obj_status status;
	uint64_t        took;

	start_stepping();
	status = obj_free(&objects, object);
	took = stop_stepping() - frame_steps;
	worst_free = max_u64(worst_free, took);
	all_steps += took;
	return status;
}

/* The calls that a step is made of. */
struct calls {
	enum obj_status (*alloc)(uint64_t bytes, void **object);
	enum obj_status (*release)(void *object);
};

static void free_one(const struct calls *calls, uint64_t i)
{
	struct live gone = live[i];

	live[i] = live[--lives];
	live_bytes -= gone.bytes;
	if (calls->release(gone.object) != OBJ_OK)
		abort();
}

static void mixed_step(const struct calls *calls)
{
	uint64_t bytes, taken;

	if (live_bytes >= LIVE_MOST) {
		free_one(calls, random64() % lives);
		return;
	}
	bytes = 16 + random64() % 2033;
	if (calls->alloc(bytes, &live[lives].object) != OBJ_OK)
		abort();
	live[lives++].bytes = bytes;
	live_bytes += bytes;
	taken = objects.slab_pages + objects.large_pages;
	if (taken > peak_pages) {
		peak_pages = taken;
		peak_live_bytes = live_bytes;
	}
}

static void run_mixed(const struct calls *calls, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		mixed_step(calls);
}

static void print_mixed(uint64_t count)
{
	uint64_t taken = peak_pages * PAGE_SIZE;
	uint64_t over = (taken - peak_live_bytes) * 10000 / peak_live_bytes;

	kprintf("operations %llu peak_bytes %llu live_bytes %llu over "
	        "%llu.%02llu "
	        "%%\n",
	        (unsigned long long)count, (unsigned long long)taken,
	        (unsigned long long)peak_live_bytes,
	        (unsigned long long)over / 100, (unsigned long long)over % 100);
}

static const struct calls counted = { counted_alloc, counted_free };
static const struct calls stepped = { stepped_alloc, stepped_free };

static void run_pairs(uint64_t bytes)
{
	counted_pairs(bytes, MIXED);
	kprintf("pairs %u of %llu bytes\n", MIXED, (unsigned long long)bytes);
}

/* Some calls while the half fills, some when it is full, some that empty it. */
static void run_stepped(void)
{
	prepare_stepping();
	run_mixed(&stepped, STEPPED);
	run_mixed(&counted, MIXED - 2 * STEPPED);
	run_mixed(&stepped, STEPPED);
	while (lives > STEPPED)
		free_one(&counted, random64() % lives);
	while (lives > 0)
		free_one(&stepped, random64() % lives);
	kprintf("stepped %u mean %llu worst_alloc %llu worst_free %llu\n",
	        3 * STEPPED, (unsigned long long)(all_steps / (3 * STEPPED)),
	        (unsigned long long)worst_alloc,
	        (unsigned long long)worst_free);
}

int main(int argc, char **argv)
{
	const char *workload = argc > 1 ? argv[1] : "";
	uint64_t    bytes = argc > 2 ? strtoull(argv[2], NULL, 10) : 64;

	make_machine();
	if (strcmp(workload, "P") == 0)
		run_pairs(bytes);
	if (strcmp(workload, "S") == 0 || strcmp(workload, "H") == 0) {
		run_mixed(&counted, MIXED);
		print_mixed(MIXED);
	}
	if (strcmp(workload, "H") == 0)
		run_pairs(bytes);
	if (strcmp(workload, "W") == 0)
		run_stepped();
	ASSERT(obj_alloc_check(&objects) == NULL, "%s",
	       obj_alloc_check(&objects));
	return 0;
}
