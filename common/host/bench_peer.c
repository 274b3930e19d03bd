/**
 * @file
 * The objects' workloads (obj_workload.h) on the host's malloc: its own, or
 * one that LD_PRELOAD puts there.  Memory that it has taken is what the
 * process has resident.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/valgrind.h>
#include "bench.h"
#include "check.h"

struct object_source {
	int statm; /**< Open: /proc/self/statm. */
};

#include "obj_workload.h"

static inline void *object_take(struct object_source *source, uint64_t bytes)
{
	(void)source;
	return malloc(bytes);
}

static inline bool object_give(struct object_source *source, void *object)
{
	(void)source;
	free(object);
	return true;
}

/* The second number of statm, in pages. */
static uint64_t object_bytes(struct object_source *source)
{
	char  text[128] = "";
	char *second;

	if (RUNNING_ON_VALGRIND ||
	    pread(source->statm, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	second = strchr(text, ' ');
	return second == NULL ? 0 : strtoull(second, NULL, 10) * PAGE_SIZE;
}

/* All that is touched later is touched now, so that it does not count. */
static void *touched(uint64_t bytes)
{
	void *memory = malloc(bytes);

	ASSERT(memory != NULL, "%llu bytes", (unsigned long long)bytes);
	memset(memory, 1, bytes);
	return memory;
}

BENCH(objects)
{
	struct object_source   source = { open("/proc/self/statm", O_RDONLY) };
	struct object_workload w = {
		.source = &source,
		.live = touched(OBJ_WORKLOAD_OBJECTS * sizeof(*w.live)),
		.seed = BENCH_SEED,
	};

	bench_spread_init(&w.spread, touched(BENCH_BINS * sizeof(uint32_t)));
	for (uint64_t bytes = 64; bytes <= 1024; bytes *= 4)
		object_workload_pairs(&w, "P", bytes);
	object_workload_mixed(&w);
	for (uint64_t bytes = 64; bytes <= 1024; bytes *= 4)
		object_workload_pairs(&w, "H", bytes);
	object_workload_end(&w);
}
