/**
 * @file
 * Lesson 6: what objects there are and what they cost, see obj_alloc.h.
 */
#include "obj_alloc.h"

/* Bytes, live objects, slabs: a line for a cache that has slabs. */
static void print_cache(const struct obj_cache *cache)
{
	uint64_t live = obj_cache_live(cache);

	kprintf("obj: %-16s %5llu bytes %8llu live %6llu slabs of %2llu KiB, "
	        "%3llu in each\n",
	        cache->name, (unsigned long long)cache->bytes,
	        (unsigned long long)live, (unsigned long long)cache->slabs,
	        (unsigned long long)(PAGE_SIZE << cache->order) / KiB,
	        (unsigned long long)cache->capacity);
}

void obj_alloc_print(const struct obj_alloc *objects)
{
	unsigned used = 0, caches = 0;

	for (const struct obj_cache *c = objects->caches; c; c = c->next) {
		caches++;
		used += c->slabs > 0;
	}
	kprintf("obj: %u caches, %u with slabs: %llu pages; large objects: "
	        "%llu pages\n",
	        caches, used, (unsigned long long)objects->slab_pages,
	        (unsigned long long)objects->large_pages);
	for (const struct obj_cache *c = objects->caches; c; c = c->next)
		if (c->slabs > 0)
			print_cache(c);
}
