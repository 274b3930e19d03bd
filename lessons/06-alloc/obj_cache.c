/**
 * @file
 * Lesson 6: caches, see obj_alloc.h.
 *
 * The idea: how a slab is cut is worked out once, when the cache is made.
 */
#include "kstring.h"
#include "obj_slab.h"

static uint64_t round_up(uint64_t bytes, uint64_t align)
{
	return (bytes + align - 1) & ~(align - 1);
}

/* Cut slabs of 2^order pages.  Returns the bytes that hold no object. */
static uint64_t cut(struct obj_cache *cache, unsigned order)
{
	uint64_t room = PAGE_SIZE << order;
	uint64_t words = pieces_for(room / cache->stride, 64);
	uint64_t header = sizeof(struct obj_slab) + 8 * words;

	cache->order = (uint16_t)order;
	cache->offset = (uint32_t)round_up(header, cache->align);
	cache->capacity = cache->offset < room
	                          ? (room - cache->offset) / cache->stride
	                          : 0;
	return room - (uint64_t)cache->capacity * cache->stride;
}

/* Small slabs empty sooner and big ones waste less: the smallest that wastes
 * a twentieth at most, or else the one that wastes least. */
static void choose_order(struct obj_cache *cache)
{
	uint64_t least = UINT64_MAX;
	unsigned best = 0;

	for (unsigned order = 0; order <= OBJ_ORDER_MAX; order++) {
		uint64_t whole = PAGE_SIZE << order;
		uint64_t share = cut(cache, order) * 1024 / whole;

		if (share <= 1024 / 20)
			return;
		if (share < least) {
			least = share;
			best = order;
		}
	}
	cut(cache, best);
}

/* Newton: an inverse modulo 2^k is one modulo 2^2k after one step more. */
static uint64_t inverse_of(uint64_t odd)
{
	uint64_t inverse = odd;

	for (unsigned bits = 3; bits < 64; bits *= 2)
		inverse *= 2 - odd * inverse;
	return inverse;
}

static void name_it(struct obj_cache *cache, const char *name)
{
	size_t bytes = strlen(name);

	if (bytes >= OBJ_NAME_BYTES)
		bytes = OBJ_NAME_BYTES - 1;
	memcpy(cache->name, name, bytes);
}

enum obj_status obj_cache_new(struct obj_alloc *objects,
                              struct obj_cache *cache, const char *name,
                              uint64_t bytes, uint64_t align,
                              enum obj_checks checks)
{
	uint64_t zone = checks == OBJ_CHECKED ? OBJ_ZONE_BYTES : 0;

	if (bytes == 0 || bytes > OBJ_CACHE_BYTES)
		return OBJ_BAD_BYTES;
	if (align == 0 || (align & (align - 1)) != 0 || align > PAGE_SIZE)
		return OBJ_BAD_ALIGN;
	*cache = (struct obj_cache){
		.bytes = bytes,
		.align = align,
		.stride = (uint32_t)round_up(bytes + zone, max_u64(align, 8)),
		.checks = (uint16_t)checks,
		.objects = objects,
		.next = objects->caches,
	};
	name_it(cache, name);
	cache->shift = (uint32_t)__builtin_ctzll(cache->stride);
	cache->inverse = inverse_of(cache->stride >> cache->shift);
	cache->word = &cache->none;
	cache->last = cache;
	obj_ring_init(&cache->partial);
	choose_order(cache);
	cache->plain = checks == OBJ_CHECKED ? 0 : cache->capacity;
	cache->at_once = cache->capacity * cache->stride;
	cache->closely = checks == OBJ_CHECKED || cache->capacity > 64;
	objects->caches = cache;
	return OBJ_OK;
}

uint64_t obj_cache_live(const struct obj_cache *cache)
{
	uint64_t               live = cache->slabs * cache->capacity;
	const struct obj_link *link = cache->partial.next;

	for (; link != &cache->partial; link = link->next)
		live -= cache->capacity - ((const struct obj_slab *)link)->live;
	if (cache->slab != NULL)
		live -= obj_slab_free(cache->slab);
	return live;
}

enum obj_status obj_cache_end(struct obj_cache *cache)
{
	struct obj_alloc  *objects = cache->objects;
	struct obj_cache **link = &objects->caches;

	if (obj_cache_live(cache) > 0)
		return OBJ_BUSY;
	obj_cache_trim(cache);
	while (*link != cache)
		link = &(*link)->next;
	*link = cache->next;
	if (objects->recent == cache)
		objects->recent = &objects->class[0];
	return OBJ_OK;
}
