/**
 * @file
 * Lesson 6: where objects come from, see obj_slab.h.
 *
 * The idea: an object is taken from the few places that are at hand, and that
 * is one bit.  Where none of them is free, a slab from the ring takes the
 * current one's place; and before a new slab is made, caches of slightly
 * larger objects are asked for a place that was freed there.
 */
#include "obj_slab.h"

void *obj_reach(struct obj_alloc *objects, pfn_t pfn, uint64_t pages)
{
	paddr_t  paddr = pfn_to_paddr(pfn);
	char    *memory = phys_to_virt(paddr, pages << PAGE_SHIFT);
	uint64_t distance = (uint64_t)(uintptr_t)memory - paddr;

	ASSERT(objects->slab_pages + objects->large_pages == 0 ||
	               objects->distance == distance,
	       "distance %llx, was %llx", (unsigned long long)distance,
	       (unsigned long long)objects->distance);
	objects->distance = distance;
	return memory;
}

/* An empty slab, on no ring. */
static enum obj_status new_slab(struct obj_cache *cache, struct obj_slab **slab)
{
	struct obj_alloc *objects = cache->objects;
	struct obj_slab *new;
	pfn_t pfn;

	if (page_alloc(objects->pages, objects->kind, cache->order, &pfn) !=
	    PAGE_OK)
		return OBJ_NO_MEMORY;
	page_set_owner(objects->pages, pfn, OBJ_OWNER_SLAB);
	new = obj_reach(objects, pfn, UINT64_C(1) << cache->order);
	objects->slab_pages += UINT64_C(1) << cache->order;

	new->cache = cache;
	new->first = (char *)new + cache->offset;
	for (uint64_t left = cache->capacity, i = 0; left > 0; i++) {
		new->bits[i] = UINT64_MAX >> (64 - min_u64(left, 64));
		left -= min_u64(left, 64);
	}
	cache->slabs++;
	*slab = new;
	return OBJ_OK;
}

void obj_slab_end(struct obj_slab *slab)
{
	struct obj_cache *cache = slab->cache;
	struct obj_alloc *objects = cache->objects;
	uint64_t          paddr = (uintptr_t)slab - objects->distance;
	enum page_status  status;

	cache->slabs--;
	objects->slab_pages -= UINT64_C(1) << cache->order;
	status = page_free(objects->pages, pfn_down(paddr), cache->order);
	ASSERT(status == PAGE_OK, "slab at 0x%llx: status %d",
	       (unsigned long long)paddr, (int)status);
}

uint64_t obj_slab_free(const struct obj_slab *slab)
{
	uint64_t free = 0;

	for (uint64_t i = 0; i < obj_words(slab->cache); i++)
		free += (uint64_t)__builtin_popcountll(slab->bits[i]);
	return free;
}

uint64_t obj_cache_trim(struct obj_cache *cache)
{
	struct obj_slab *slab = cache->slab;

	if (slab == NULL || obj_slab_free(slab) < cache->capacity)
		return 0;
	cache->slab = NULL;
	cache->word = &cache->none;
	cache->span = 0;
	obj_slab_end(slab);
	return UINT64_C(1) << cache->order;
}

/* Have the first word at hand.  A current slab counts as full: what is free
 * there is spoken for. */
static inline void make_current(struct obj_cache *cache, struct obj_slab *slab)
{
	cache->slab = slab;
	cache->word = slab->bits;
	cache->first = slab->first;
	cache->span = cache->at_once;
	slab->live = cache->capacity;
}

static inline bool has_listed(const struct obj_cache *cache)
{
	return cache->partial.next != &cache->partial;
}

/* The first slab of the ring becomes the current one, which is used up. */
static inline void change_slab(struct obj_cache *cache)
{
	make_current(cache, (struct obj_slab *)obj_ring_pop(&cache->partial));
}

/* A new slab becomes the current one, which is used up. */
static enum obj_status begin_slab(struct obj_cache *cache)
{
	struct obj_slab *slab;
	enum obj_status  status = new_slab(cache, &slab);

	if (status != OBJ_OK && obj_alloc_trim(cache->objects) != 0)
		status = new_slab(cache, &slab);
	if (status == OBJ_OK)
		make_current(cache, slab);
	return status;
}

/* No slab is to be had.  Then obj_alloc() makes do with single pages. */
static enum obj_status take_pages(struct obj_cache *cache, uint64_t bytes,
                                  void **object)
{
	struct obj_alloc *objects = cache->objects;

	/* Whether it is one of the classes. */
	if ((uintptr_t)cache - (uintptr_t)objects->class <
	    sizeof(objects->class))
		return obj_large_new(objects, bytes, object);
	return OBJ_NO_MEMORY;
}

static __attribute__((noinline)) enum obj_status
take_anew(struct obj_cache *cache, uint64_t bytes, void **object)
{
	if (begin_slab(cache) != OBJ_OK)
		return take_pages(cache, bytes, object);
	obj_take(cache, object);
	return OBJ_OK;
}

/* Have a word with free places at hand, if the current slab has one. */
static bool find_word(struct obj_cache *cache)
{
	struct obj_slab *slab = cache->slab;

	if (slab == NULL)
		return false;
	for (uint64_t i = 0; i < obj_words(cache); i++) {
		if (slab->bits[i] == 0)
			continue;
		cache->word = &slab->bits[i];
		cache->first = slab->first + i * 64 * cache->stride;
		cache->span =
			min_u64(cache->capacity - i * 64, 64) * cache->stride;
		return true;
	}
	return false;
}

/* For caches whose slabs have several words, and for those with a red zone,
 * which never have anything at hand. */
static __attribute__((noinline)) enum obj_status
take_closely(struct obj_cache *cache, uint64_t bytes, void **object)
{
	if (!find_word(cache)) {
		if (has_listed(cache))
			change_slab(cache);
		else if (begin_slab(cache) != OBJ_OK)
			return take_pages(cache, bytes, object);
		find_word(cache);
	}
	obj_take(cache, object);
	if (cache->checks == OBJ_CHECKED) {
		obj_zone_write(cache, *object, bytes);
		cache->word = &cache->none;
		cache->span = 0;
	}
	return OBJ_OK;
}

/* A place of the first cache with larger objects that has one, if it can lend.
 * The object comes back to that cache, so it is the recent one. */
static __attribute__((noinline)) enum obj_status
take_elsewhere(struct obj_cache *cache, uint64_t bytes, void **object)
{
	struct obj_cache *lender = cache;

	do
		if (lender++ == cache->last)
			return take_anew(cache, bytes, object);
	while (!has_listed(lender));
	if (*lender->word == 0)
		change_slab(lender);
	*object = obj_take_of(lender, *lender->word);
	lender->objects->recent = lender;
	return OBJ_OK;
}

enum obj_status obj_take_slowly(struct obj_cache *cache, uint64_t bytes,
                                void **object)
{
	if (cache->closely)
		return take_closely(cache, bytes, object);
	if (!has_listed(cache))
		return take_elsewhere(cache, bytes, object);
	change_slab(cache);
	*object = obj_take_of(cache, *cache->word);
	return OBJ_OK;
}
