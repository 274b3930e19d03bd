/**
 * @file
 * Benchmark of lesson 6, objects: see obj_workload.h.
 */
#include "memory_bench.h"

struct object_source {
	struct obj_alloc objects;
};

#include "obj_workload.h"

static inline void *object_take(struct object_source *source, uint64_t bytes)
{
	void *object = NULL;

	obj_alloc(&source->objects, bytes, &object);
	return object;
}

static inline bool object_give(struct object_source *source, void *object)
{
	return obj_free(&source->objects, object) == OBJ_OK;
}

static uint64_t object_bytes(struct object_source *source)
{
	return pfn_to_paddr(source->objects.slab_pages +
	                    source->objects.large_pages);
}

BENCH(objects)
{
	struct bench_memory   *m = bench_memory_new();
	struct object_workload w = {
		.source = (struct object_source *)&m->objects,
		.live = bench_memory_take(m, OBJ_WORKLOAD_OBJECTS *
		                                     sizeof(*w.live)),
		.seed = BENCH_SEED,
		.spread = m->spread,
	};

	obj_alloc_init(&m->objects, &m->pages, BENCH_KIND, OBJ_UNCHECKED);
	for (uint64_t bytes = 64; bytes <= 1024; bytes *= 4)
		object_workload_pairs(&w, "P", bytes);
	object_workload_mixed(&w);
	for (uint64_t bytes = 64; bytes <= 1024; bytes *= 4)
		object_workload_pairs(&w, "H", bytes);
	object_workload_end(&w);
	ASSERT(obj_alloc_check(&m->objects) == NULL, "%s",
	       obj_alloc_check(&m->objects));
}
