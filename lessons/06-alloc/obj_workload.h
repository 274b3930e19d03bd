/**
 * @file
 * Benchmark of lesson 6, objects: the workloads, for any allocator.
 *
 *     P   one object, allocated and freed in turn: 1 M pairs
 *     S   1 M calls, 16 to 2048 bytes, half full: 32 MiB are live; the memory
 *         that was taken for them at the peak
 *     H   pairs as in P, beside the live objects of S
 *
 * Who includes this file has memset() and bench.h, or the same by another
 * system's means, and defines first
 *
 *     struct object_source    what objects come from
 *     object_take()           so many bytes, or NULL
 *     object_give()           takes them back; false: it was refused
 *     object_bytes()          memory that the source has taken for them
 */
#ifndef OBJ_WORKLOAD_H
#define OBJ_WORKLOAD_H

#define OBJ_WORKLOAD_CALLS 1000000
#define OBJ_WORKLOAD_LIVE  (UINT64_C(32) << 20)

/** So many objects are live at most: 1032 bytes each, and some luck. */
#define OBJ_WORKLOAD_OBJECTS 65536

/** An object in use. */
struct object_live {
	void    *object;
	uint64_t bytes;
};

/** What a workload has. */
struct object_workload {
	struct object_source *source;
	struct object_live   *live; /**< Room for OBJ_WORKLOAD_OBJECTS. */
	uint64_t              seed;
	struct bench_spread   spread;
	uint64_t              lives, live_bytes, empty_bytes;
	uint64_t              peak_bytes, peak_live_bytes;
};

static void    *object_take(struct object_source *source, uint64_t bytes);
static bool     object_give(struct object_source *source, void *object);
static uint64_t object_bytes(struct object_source *source);

static __attribute__((__noinline__)) void
object_pairs(struct object_source *source, uint64_t bytes, uint64_t pairs)
{
	for (; pairs > 0; pairs--) {
		void *object = object_take(source, bytes);

		/* So that no compiler leaves the pair away. */
		__asm__ volatile("" : "+r"(object));
		object_give(source, object);
	}
}

static void object_workload_pairs(struct object_workload *w, const char *row,
                                  uint64_t bytes)
{
	uint64_t since = bench_begin();

	object_pairs(w->source, bytes, OBJ_WORKLOAD_CALLS);
	bench_row_of(row, bytes, OBJ_WORKLOAD_CALLS, bench_end(since));
}

static void take_object(struct object_workload *w)
{
	uint64_t bytes = 16 + bench_random(&w->seed) % 2033;
	uint64_t since = bench_begin();
	void    *object = object_take(w->source, bytes);

	bench_note(&w->spread, bench_end(since));
	if (object == NULL || w->lives == OBJ_WORKLOAD_OBJECTS)
		panic("object %llu", (unsigned long long)w->lives);
	memset(object, 1, bytes);
	w->live[w->lives++] = (struct object_live){ object, bytes };
	w->live_bytes += bytes;
	if (w->live_bytes > w->peak_live_bytes) {
		w->peak_live_bytes = w->live_bytes;
		w->peak_bytes = object_bytes(w->source) - w->empty_bytes;
	}
}

static void give_object(struct object_workload *w, uint64_t i)
{
	struct object_live gone = w->live[i];
	uint64_t           since;
	bool               good;

	w->live[i] = w->live[--w->lives];
	w->live_bytes -= gone.bytes;
	since = bench_begin();
	good = object_give(w->source, gone.object);
	bench_note(&w->spread, bench_end(since));
	if (!good)
		panic("object %llu", (unsigned long long)i);
}

static void object_workload_mixed(struct object_workload *w)
{
	w->empty_bytes = object_bytes(w->source);
	for (unsigned i = 0; i < OBJ_WORKLOAD_CALLS; i++)
		if (w->live_bytes < OBJ_WORKLOAD_LIVE)
			take_object(w);
		else
			give_object(w, bench_random(&w->seed) % w->lives);
	bench_spread_row("S", &w->spread);
	bench_row("S-memory", w->peak_live_bytes, w->peak_bytes);
}

static void object_workload_end(struct object_workload *w)
{
	while (w->lives > 0)
		give_object(w, bench_random(&w->seed) % w->lives);
}

#endif
