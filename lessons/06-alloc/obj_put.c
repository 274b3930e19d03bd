/**
 * @file
 * Lesson 6: where objects go back to, see obj_slab.h.
 *
 * The idea: nothing that the pointer points at is believed.  The descriptor,
 * which callers cannot reach, says whether there is a slab; the slab's header
 * says where its objects begin, and its bits which of them are live.
 */
#include "obj_slab.h"

/* The last object came back to @slab. */
static __attribute__((noinline)) enum obj_status retire(struct obj_slab *slab)
{
	obj_ring_remove(&slab->link);
	obj_slab_end(slab);
	return OBJ_OK;
}

/* Object @i of @slab comes back, if it is a live one. */
static inline enum obj_status put(struct obj_cache *cache,
                                  struct obj_slab *slab, uint64_t i)
{
	uint64_t *free = &slab->bits[i / 64];
	uint64_t  more = *free | UINT64_C(1) << (i & 63);

	if (more == *free)
		return OBJ_IS_FREE;
	*free = more;
	if (slab->live == cache->capacity) {
		if (slab == cache->slab)
			return OBJ_OK;
		/* In front: what is nearly full is filled up first, and what
		 * is nearly empty gets time to become so. */
		obj_ring_add(&cache->partial, &slab->link);
	}
	if (--slab->live == 0)
		return retire(slab);
	return OBJ_OK;
}

/* An object with a red zone, or none at all. */
static __attribute__((noinline)) enum obj_status
put_closely(struct obj_slab *slab, void *object)
{
	struct obj_cache *cache = slab->cache;
	uint64_t          offset = (uint64_t)((char *)object - slab->first);
	uint64_t          i = obj_index(cache, offset);

	/* What lies below object 0 is far beyond the last one, modulo 2^64. */
	if (offset >= cache->capacity * cache->stride)
		return OBJ_FOREIGN;
	if (i >= cache->capacity)
		return OBJ_INSIDE;
	if (!obj_is_free(slab, i) && !obj_zone_holds(cache, object))
		return OBJ_OVERRUN;
	return put(cache, slab, i);
}

/* The page where the block of @object starts; 0 where there is none. */
static inline pfn_t find_head(const struct obj_alloc *objects,
                              const void             *object)
{
	pfn_t head = pfn_down((uintptr_t)object - objects->distance);

	if (head >= objects->frames)
		return 0;
	/* A block that holds this page starts here, or where the frame number
	 * has its lowest bits cleared. */
	while (objects->page[head].word == 0 && head != 0)
		head &= head - 1;
	return head;
}

enum obj_status obj_put_slowly(struct obj_alloc *objects, void *object)
{
	pfn_t            head = find_head(objects, object);
	struct obj_slab *slab;
	uint64_t         i;

	if (!obj_is_slab(objects->page[head]))
		return obj_large_free(objects, head, object);
	slab = obj_page(objects, head);
	i = obj_index(slab->cache, (uint64_t)((char *)object - slab->first));
	if (i >= slab->cache->plain)
		return put_closely(slab, object);
	return put(slab->cache, slab, i);
}

enum obj_status obj_delete_slowly(struct obj_cache *cache, void *object)
{
	struct obj_alloc *objects = cache->objects;
	enum obj_status   status;
	struct obj_slab  *slab;
	pfn_t             head;

	head = find_head(objects, object);
	if (!obj_is_slab(objects->page[head])) {
		status = obj_large_look(objects, head, object);
		return status == OBJ_OK ? OBJ_WRONG_CACHE : status;
	}
	slab = obj_page(objects, head);
	if (slab->cache != cache)
		return OBJ_WRONG_CACHE;
	return obj_put_slowly(objects, object);
}
