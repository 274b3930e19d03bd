/**
 * @file
 * Lesson 6: what must hold of objects, see obj_alloc.h.
 *
 * The idea: walk twice.  The rings lead from each cache to slabs that are
 * partly free, the descriptors lead to all slabs there are; what one way
 * counts the other must find.  Nothing is followed before its descriptor says
 * that it is ours.
 */
#include "obj_slab.h"

/* What was counted on the way. */
struct tally {
	uint64_t slabs, slab_pages, large_pages;
	uint64_t listed; /**< On rings. */
	uint64_t partly; /**< Partly free and not current. */
};

/* Whether a slab of @cache starts at @slab. */
static bool is_slab_of(const struct obj_cache *cache,
                       const struct obj_slab  *slab)
{
	const struct obj_alloc *objects = cache->objects;
	uint64_t                paddr = (uintptr_t)slab - objects->distance;
	pfn_t                   pfn = pfn_down(paddr);

	return pfn_to_paddr(pfn) == paddr && pfn < objects->frames &&
	       obj_is_slab(objects->page[pfn]) && slab->cache == cache;
}

/* The ring of @cache, both ways; it ends even where links go astray. */
static const char *check_ring(const struct obj_cache *cache,
                              struct tally           *tally)
{
	const struct obj_link *link = &cache->partial;
	uint64_t               steps = 0;

	while (link->next != &cache->partial) {
		const struct obj_slab *slab =
			(const struct obj_slab *)link->next;

		if (++steps > cache->slabs || !is_slab_of(cache, slab) ||
		    slab->link.previous != link)
			return "a ring links slabs of its cache, both ways";
		if (slab->live == 0 || slab->live >= cache->capacity)
			return "a slab on a ring is partly free";
		link = link->next;
	}
	if (cache->partial.previous != link)
		return "a ring links slabs of its cache, both ways";
	tally->listed += steps;
	return NULL;
}

/* What obj_take() and obj_put() have at hand. */
static bool hand_is_right(const struct obj_cache *cache)
{
	const struct obj_slab *slab = cache->slab;
	uint64_t               i;

	if (cache->none != 0)
		return false;
	if (cache->word == &cache->none)
		return cache->span == 0;
	if (slab == NULL || cache->plain == 0)
		return false;
	i = (uint64_t)(cache->word - slab->bits) * 64;
	return i < cache->capacity && cache->word == &slab->bits[i / 64] &&
	       cache->first == slab->first + i * cache->stride &&
	       cache->span == min_u64(cache->capacity - i, 64) * cache->stride;
}

/* What follows from how its slabs are cut. */
static bool is_as_made(const struct obj_cache *cache)
{
	bool     checked = cache->checks == OBJ_CHECKED;
	uint64_t loose = cache->align - 1;
	uint64_t zone = checked ? OBJ_ZONE_BYTES : 0;

	return (cache->align & loose) == 0 && (cache->stride & loose) == 0 &&
	       cache->checks <= OBJ_CHECKED &&
	       cache->bytes + zone <= cache->stride &&
	       cache->shift == (unsigned)__builtin_ctz(cache->stride) &&
	       cache->order <= OBJ_ORDER_MAX &&
	       cache->offset >=
	               sizeof(struct obj_slab) + 8 * obj_words(cache) &&
	       (cache->offset & loose) == 0 &&
	       cache->plain == (checked ? 0 : cache->capacity) &&
	       cache->at_once == cache->capacity * cache->stride &&
	       cache->closely == (checked || cache->capacity > 64) &&
	       obj_index(cache, cache->stride) == 1;
}

/* Whether the cache ends with the last one that can lend it a place. */
static bool lenders_are_right(const struct obj_cache *cache)
{
	const struct obj_cache *class = cache->objects->class;
	const struct obj_cache *end = class + OBJ_CLASSES, *last = cache;
	uint64_t                most = cache->bytes + cache->bytes / 4;

	if (cache < class || cache >= end || cache->closely)
		return cache->last == cache;
	while (last + 1 < end && last[1].bytes <= most)
		last++;
	return cache->last == last;
}

static const char *check_cache(const struct obj_cache *cache,
                               struct tally           *tally)
{
	if (cache->bytes > cache->stride || cache->capacity == 0 ||
	    cache->offset + cache->capacity * cache->stride >
	            PAGE_SIZE << cache->order)
		return "a slab has room for its objects";
	if (!is_as_made(cache))
		return "a cache knows how its slabs are cut";
	if (!lenders_are_right(cache))
		return "a place is lent if it is at most a quarter too large";
	if (cache->slab != NULL && (!is_slab_of(cache, cache->slab) ||
	                            cache->slab->live != cache->capacity))
		return "the current slab is its cache's own, and counts as "
		       "full";
	if (!hand_is_right(cache))
		return "the places at hand are the current slab's";
	return check_ring(cache, tally);
}

static const char *check_zones(const struct obj_slab *slab)
{
	const struct obj_cache *cache = slab->cache;

	for (uint64_t i = 0;
	     cache->checks == OBJ_CHECKED && i < cache->capacity; i++)
		if (!obj_is_free(slab, i) &&
		    !obj_zone_holds(cache, slab->first + i * cache->stride))
			return "nobody wrote past the end of an object";
	return NULL;
}

static bool is_cache(const struct obj_alloc *objects,
                     const struct obj_cache *cache)
{
	const struct obj_cache *c = objects->caches;

	while (c != NULL && c != cache)
		c = c->next;
	return c != NULL;
}

/* The slab that starts at @pfn, of 2^order pages. */
static const char *check_slab(const struct obj_alloc *objects, pfn_t pfn,
                              struct tally *tally)
{
	const struct obj_slab  *slab = obj_page(objects, pfn);
	const struct obj_cache *cache = slab->cache;
	uint64_t                last;

	if (!is_cache(objects, cache) ||
	    msadsc_order(objects->page[pfn]) != cache->order ||
	    slab->first != (const char *)slab + cache->offset)
		return "a slab is as its cache cuts it";
	last = cache->capacity - 1;
	if (slab->bits[obj_words(cache) - 1] >> (last & 63) > 1)
		return "each bit of a slab stands for an object";
	if (slab != cache->slab &&
	    slab->live + obj_slab_free(slab) != cache->capacity)
		return "each object of a slab is live or free";
	tally->slabs++;
	tally->slab_pages += UINT64_C(1) << cache->order;
	tally->partly += slab->live < cache->capacity;
	return check_zones(slab);
}

/* All blocks that are marked as ours. */
static const char *check_blocks(const struct obj_alloc *objects,
                                struct tally           *tally)
{
	const char *broken = NULL;
	pfn_t       pfn = 0;

	while (pfn < objects->frames && broken == NULL) {
		uint64_t pages = msadsc_pages(objects->page[pfn]);
		uint16_t owner = page_owner(objects->pages, pfn);

		if (obj_is_slab(objects->page[pfn]))
			broken = check_slab(objects, pfn, tally);
		if (owner == OBJ_OWNER_LARGE || owner == OBJ_OWNER_MORE)
			tally->large_pages += pages;
		pfn += max_u64(pages, 1);
	}
	return broken;
}

/* Step i of a table serves up to (i + 1) * step bytes. */
static bool table_is_right(const struct obj_alloc  *objects,
                           struct obj_cache *const *table, uint64_t steps,
                           uint64_t step)
{
	const struct obj_cache *c = objects->class, *past = c + OBJ_CLASSES;

	for (uint64_t i = 0; i < steps; i++) {
		while (c < past && c->bytes < (i + 1) * step)
			c++;
		if (c == past || table[i] != c)
			return false;
	}
	return true;
}

static const char *check_tables(const struct obj_alloc *objects)
{
	if (!table_is_right(objects, objects->small, OBJ_SMALL_BYTES / 8, 8) ||
	    !table_is_right(objects, objects->medium, OBJ_SLAB_BYTES / 128,
	                    128))
		return "each size is served by the smallest class that holds "
		       "it";
	return NULL;
}

const char *obj_alloc_check(const struct obj_alloc *objects)
{
	struct tally tally = { 0 };
	uint64_t     slabs = 0;
	const char  *broken = check_tables(objects);

	if (objects->page != objects->pages->page ||
	    objects->frames != objects->pages->pages ||
	    (unsigned)objects->kind >= MEMAREAS)
		return "objects lie in the pages of their allocator";

	for (const struct obj_cache *c = objects->caches;
	     c != NULL && broken == NULL; c = c->next) {
		if (c->objects != objects)
			return "a cache knows where it belongs";
		broken = check_cache(c, &tally);
		slabs += c->slabs;
	}
	if (broken == NULL && !is_cache(objects, objects->recent))
		broken = "the cache that served last is one";
	if (broken == NULL)
		broken = check_blocks(objects, &tally);
	if (broken != NULL)
		return broken;
	if (tally.slabs != slabs || tally.slab_pages != objects->slab_pages)
		return "all slabs are counted";
	if (tally.partly != tally.listed)
		return "a slab that is partly free is on a ring, or current";
	if (tally.large_pages != objects->large_pages)
		return "all pages of large objects are counted";
	return NULL;
}
