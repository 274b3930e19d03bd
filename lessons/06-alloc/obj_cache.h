/**
 * @file
 * Lesson 6: a cache, objects of one size, see obj_alloc.h.
 *
 * What most calls need is compiled into the caller: a look at the word of
 * bits that is at hand.
 */
#ifndef OBJ_CACHE_H
#define OBJ_CACHE_H

#include "page_alloc.h"

/** A slab has at most 2^3 pages. */
#define OBJ_ORDER_MAX 3

/** Most bytes of an object that a cache of one's own can have. */
#define OBJ_CACHE_BYTES (16 * KiB)

#define OBJ_NAME_BYTES  24 /**< A cache's name is cut to fit, with its NUL. */

/** What a caller can do wrong.  The state is then as it was. */
enum obj_status {
	OBJ_OK,        /**< It is done. */
	OBJ_NO_MEMORY, /**< The pages have none left. */
	OBJ_BAD_BYTES, /**< 0 bytes, or more than a cache can hold. */
	OBJ_BAD_ALIGN, /**< No power of two, or above a page. */
	OBJ_FOREIGN,   /**< Not an object: no memory of this allocator. */
	OBJ_IS_FREE,   /**< The memory is free: freed twice, or never given. */
	OBJ_INSIDE,    /**< Points into an object, not at its first byte. */
	OBJ_WRONG_CACHE, /**< An object of another cache, or in its slab. */
	OBJ_OVERRUN,     /**< Somebody wrote past the object's end. */
	OBJ_BUSY,        /**< The cache has live objects. */
};

/** Whether objects have a red zone behind them. */
enum obj_checks {
	OBJ_UNCHECKED, /**< All mistakes are seen but overruns. */
	OBJ_CHECKED,   /**< At least 16 bytes more an object, and slower. */
};

/** A sentence for @p status: what happened, and what to look at. */
const char *obj_status_text(enum obj_status status);

/** A place on a ring of slabs; a ring has one more, which begins it. */
struct obj_link {
	struct obj_link *next, *previous; /**< Itself if alone. */
};

/**
 * Objects of one size.
 *
 * They are taken from one slab, the current one, and there from the places of
 * one word of bits.  Of the other slabs, those with free places stand on a
 * ring; full ones stand nowhere, and come back with the first object that is
 * freed.
 */
struct obj_cache {
	uint64_t *word;    /**< 64 places of the current slab: 1 is free. */
	char     *first;   /**< The object of bit 0 there. */
	uint64_t  inverse; /**< Of stride's odd part, modulo 2^64. */
	uint64_t  span;    /**< Bytes of the 64 from there on; or 0: no slab. */
	uint32_t  stride;  /**< Bytes from object to object. */
	uint32_t  shift;   /**< stride is its odd part * 2^shift. */
	bool      closely; /**< A red zone, or slabs of several words. */

	struct obj_slab *slab;     /**< The current one, or NULL. */
	uint64_t         capacity; /**< Objects of a slab. */
	uint64_t         plain;    /**< capacity; or 0 with a red zone. */
	uint64_t         at_once;  /**< Bytes of capacity objects. */
	struct obj_link  partial; /**< The ring: fullest first, more or less. */
	struct obj_cache *last;   /**< Caches [this, last] can lend a place. */
	uint32_t          offset; /**< Of object 0 in its slab. */
	uint16_t          order;  /**< A slab has 2^order pages. */
	uint16_t          checks; /**< An obj_checks. */
	uint64_t          none;   /**< 0: where word points without a slab. */

	struct obj_alloc *objects; /**< Where it belongs. */
	struct obj_cache *next;    /**< Of all caches. */
	uint64_t          slabs;   /**< All that it has. */
	uint64_t          bytes;   /**< Most that a caller may use of each. */
	uint64_t          align;   /**< Objects start at a multiple. */
	char              name[OBJ_NAME_BYTES]; /**< For the report. */
};

/**
 * Which object begins @p offset bytes behind object 0?  The answer is below
 * the number of objects only if one does.
 *
 * Modulo 2^64, multiplying by the inverse divides by the odd part of the
 * stride, and the rotation by its power of two.  Both are bijections, so just
 * the multiples of the stride are mapped to small numbers: one comparison
 * sees what is before, between or behind the objects.
 */
static inline uint64_t obj_index(const struct obj_cache *cache, uint64_t offset)
{
	uint64_t quotient = offset * cache->inverse;

	return quotient >> cache->shift | quotient << (-cache->shift & 63);
}

/** An object from the 64 places at hand, of which @p free, one or more, are. */
static inline void *obj_take_of(struct obj_cache *cache, uint64_t free)
{
	*cache->word = free & (free - 1);
	return cache->first + (uint32_t)__builtin_ctzll(free) * cache->stride;
}

/** An object from the 64 places at hand, if one of them is free. */
static inline bool obj_take(struct obj_cache *cache, void **object)
{
	uint64_t free = *cache->word;

	if (free == 0)
		return false;
	*object = obj_take_of(cache, free);
	return true;
}

/** Put @p object back if it is a live one of those 64 places. */
static inline bool obj_put(struct obj_cache *cache, const void *object)
{
	uint64_t offset =
		(uint64_t)((uintptr_t)object - (uintptr_t)cache->first);
	uint64_t i, free;

	if (offset >= cache->span)
		return false;
	i = obj_index(cache, offset);
	free = *cache->word;
	if (i >= 64 || (free >> i & 1) != 0)
		return false;
	*cache->word = free | UINT64_C(1) << i;
	return true;
}

/** obj_take() where the places at hand are used up, or checked: OBJ_OK or
 * OBJ_NO_MEMORY, and then @p object is unchanged. */
enum obj_status obj_take_slowly(struct obj_cache *cache, uint64_t bytes,
                                void **object);

/** obj_free() of what is not at hand: the same contract. */
enum obj_status obj_put_slowly(struct obj_alloc *objects, void *object);

/** obj_delete() of what is not at hand: the same contract. */
enum obj_status obj_delete_slowly(struct obj_cache *cache, void *object);

/**
 * Make a cache for objects of one kind.
 *
 * @param objects  gets one cache more
 * @param cache    all of it is set; unchanged unless OBJ_OK is returned.  Must
 *                 stay where it is
 * @param name     copied
 * @param bytes    1 to OBJ_CACHE_BYTES
 * @param align    a power of two up to PAGE_SIZE: where objects begin
 * @param checks   whether they have a red zone
 * @return OBJ_OK, OBJ_BAD_BYTES or OBJ_BAD_ALIGN.  Takes constant time, and no
 *         pages until the first object.
 */
enum obj_status obj_cache_new(struct obj_alloc *objects,
                              struct obj_cache *cache, const char *name,
                              uint64_t bytes, uint64_t align,
                              enum obj_checks checks);

/**
 * End a cache: its memory goes back to the pages.
 *
 * @param cache  not one of obj_alloc()'s own; unchanged unless OBJ_OK
 * @return OBJ_OK, or OBJ_BUSY where objects are live.  Takes O(caches + slabs
 *         of this one) time.
 */
enum obj_status obj_cache_end(struct obj_cache *cache);

/**
 * An object of @p cache.
 *
 * @param cache        may get a slab more; unchanged unless OBJ_OK is returned
 * @param[out] object  the same
 * @return OBJ_OK or OBJ_NO_MEMORY.  Takes what obj_alloc() takes.
 */
static inline enum obj_status obj_new(struct obj_cache *cache, void **object)
{
	if (obj_take(cache, object))
		return OBJ_OK;
	return obj_take_slowly(cache, cache->bytes, object);
}

/**
 * Take back an object of @p cache.
 *
 * @return as obj_free(), or OBJ_WRONG_CACHE: then nothing has changed.  Takes
 *         constant time.
 */
static inline enum obj_status obj_delete(struct obj_cache *cache, void *object)
{
	if (obj_put(cache, object))
		return OBJ_OK;
	return obj_delete_slowly(cache, object);
}

/** Objects of @p cache that are live.  Takes O(slabs) time. */
uint64_t obj_cache_live(const struct obj_cache *cache);

#endif
