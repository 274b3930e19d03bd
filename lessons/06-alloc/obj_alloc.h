/**
 * @file
 * Lesson 6: objects, memory given out by the byte.
 *
 * A page is too much for a list node.  So a cache takes a block of pages, a
 * slab, cuts it into places for objects of one size, and gives these out; a
 * slab whose objects have all come back goes back to the pages.  (The course
 * calls this kmsob, Linux calls it SLUB.)  Each request for so many bytes
 * goes to the cache of the smallest size that holds it; a large one gets
 * whole pages by the exact count.
 *
 *                one slab: a block of 2^order pages
 *     +--------+----------+----------+----------+-- - - --+------+
 *     | header | object 0 | object 1 | object 2 |         | tail |
 *     +--------+----------+----------+----------+-- - - --+------+
 *       which places are free: a bit each
 *
 * Nothing is stored before an object, and yet obj_free() needs the pointer
 * only: the page's descriptor tells whether the page is a slab of ours, and
 * only then is the slab's header read.  The bits tell whether the object is
 * live.  So each mistake of a caller is seen in constant time, gets its own
 * status, and changes nothing.
 *
 * Who may call: one CPU, and no call while another one on the same struct
 * obj_alloc runs; a caller that shares it with interrupt handlers holds
 * interrupts off around each call.  No function waits or calls back.
 *
 * Sources: Jeff Bonwick, "The Slab Allocator: An Object-Caching Kernel Memory
 * Allocator"; T. Granlund and P. L. Montgomery, "Division by Invariant
 * Integers using Multiplication".
 */
#ifndef OBJ_ALLOC_H
#define OBJ_ALLOC_H

#include "page_alloc.h"

/** A slab has at most 2^3 pages. */
#define OBJ_ORDER_MAX 3

/** obj_alloc() cuts up to here from slabs; above it counts pages: two waste
 *  no more, and serve 8 KiB without a byte lost. */
#define OBJ_SLAB_BYTES (63 * UINT64_C(128))

/** The largest size that has a step of 8 bytes in the table of classes. */
#define OBJ_SMALL_BYTES (2 * KiB)

/** Most bytes of an object that a cache of one's own can have. */
#define OBJ_CACHE_BYTES (16 * KiB)

/** Caches that obj_alloc() chooses from: 8 bytes to OBJ_SLAB_BYTES. */
#define OBJ_CLASSES    73

#define OBJ_NAME_BYTES 24 /**< A cache's name is cut to fit, with its NUL. */

/** What a caller can do wrong.  The state is then as it was. */
enum obj_status {
	OBJ_OK,
	OBJ_NO_MEMORY, /**< The pages have none left. */
	OBJ_BAD_BYTES, /**< 0 bytes, or more than a cache can hold. */
	OBJ_BAD_ALIGN, /**< No power of two, or above a page. */
	OBJ_FOREIGN,   /**< Not an object: no memory of this allocator. */
	OBJ_IS_FREE,   /**< The memory is free: freed twice, or never given. */
	OBJ_INSIDE,    /**< Points into an object, not at its first byte. */
	OBJ_WRONG_CACHE, /**< An object, but of another cache. */
	OBJ_OVERRUN,     /**< Somebody wrote past the object's end. */
	OBJ_BUSY,        /**< The cache has live objects. */
};

/** Whether objects have a red zone behind them. */
enum obj_checks {
	OBJ_UNCHECKED, /**< All mistakes are seen but overruns. */
	OBJ_CHECKED,   /**< At least 16 bytes more an object, and slower. */
};

/** A place on a ring of slabs; a ring has one more, which begins it. */
struct obj_link {
	struct obj_link *next, *previous;
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
	uint64_t  limit;   /**< How many of the 64 there are; or 0: no slab. */
	uint32_t  stride;  /**< Bytes from object to object. */
	uint32_t  shift;   /**< stride is its odd part * 2^shift. */
	bool      closely; /**< A red zone, or slabs of several words. */

	struct obj_slab *slab;     /**< The current one, or NULL. */
	uint64_t         capacity; /**< Objects of a slab. */
	uint64_t         plain;    /**< capacity; or 0 with a red zone. */
	uint64_t         at_once;  /**< capacity, at most a word's 64. */
	struct obj_link  partial; /**< The ring: fullest first, more or less. */
	struct obj_cache *last;   /**< Caches [this, last] can lend a place. */
	uint32_t          offset; /**< Of object 0 in its slab. */
	uint16_t          order;  /**< A slab has 2^order pages. */
	uint16_t          checks; /**< An obj_checks. */
	uint64_t          none;   /**< 0: where word points without a slab. */

	struct obj_alloc *objects;
	struct obj_cache *next;  /**< Of all caches. */
	uint64_t          slabs; /**< All that it has. */
	uint64_t          bytes; /**< Most that a caller may use of each. */
	uint64_t          align;
	char              name[OBJ_NAME_BYTES];
};

/** All objects of a machine. */
struct obj_alloc {
	struct obj_cache *recent; /**< What served the last obj_alloc(). */
	uint64_t       distance; /**< From a physical address to its pointer. */
	struct msadsc *page;     /**< Descriptors of frames [0, frames). */
	pfn_t          frames;

	struct page_alloc *pages;
	enum memarea_kind  kind;   /**< Area that pages come from. */
	struct obj_cache  *caches; /**< All of them, the newest first. */
	uint64_t           slab_pages, large_pages; /**< In use. */

	/** Which class serves (bytes - 1) / 8, and above 2 KiB, where steps
	 *  of 8 would be many, (bytes - 1) / 128. */
	struct obj_cache *small[OBJ_SMALL_BYTES / 8];
	struct obj_cache *medium[OBJ_SLAB_BYTES / 128];

	struct obj_cache class[OBJ_CLASSES];
};

/**
 * Begin without any memory.
 *
 * @param objects  all of it is set; it must stay where it is
 * @param pages    where slabs come from; must outlive @p objects, and serve no
 *                 other struct obj_alloc.  All pages that it gives must be
 *                 reached by phys_to_virt(), at one distance
 * @param kind     the area to take pages from, or from those below it
 * @param checks   whether objects of obj_alloc() have a red zone
 */
void obj_alloc_init(struct obj_alloc *objects, struct page_alloc *pages,
                    enum memarea_kind kind, enum obj_checks checks);

/**
 * Memory for @p bytes bytes, aligned to 16 (to 8 where @p bytes is at most 8,
 * to a page above OBJ_SLAB_BYTES).
 *
 * @param objects      a failure may have given empty slabs back to the pages
 * @param bytes        at least 1; above OBJ_SLAB_BYTES it costs whole pages,
 *                     by the exact count
 * @param[out] object  unchanged unless OBJ_OK is returned
 * @return OBJ_OK, OBJ_BAD_BYTES or OBJ_NO_MEMORY.  Takes constant time, and
 *         what a block of pages takes; O(caches) when pages run out.
 */
enum obj_status obj_alloc(struct obj_alloc *objects, uint64_t bytes,
                          void **object);

/** obj_alloc() of memory that reads as zero.  Takes O(bytes) time more. */
enum obj_status obj_alloc_zeroed(struct obj_alloc *objects, uint64_t bytes,
                                 void **object);

/**
 * Take an object back, of whatever size and cache.
 *
 * @param object  as it was given; anything else changes nothing
 * @return OBJ_OK, OBJ_FOREIGN, OBJ_IS_FREE, OBJ_INSIDE or OBJ_OVERRUN.
 *         An object whose slab or pages went back earlier is OBJ_IS_FREE, or
 *         OBJ_FOREIGN once they belong to someone else.  Takes constant time.
 */
enum obj_status obj_free(struct obj_alloc *objects, void *object);

/**
 * Give all empty slabs back to the pages.  A cache keeps one, so that a lone
 * object that comes and goes costs no pages each time; obj_alloc() does this
 * by itself when pages run out.
 *
 * @return how many pages went back.  Takes O(caches) time.
 */
uint64_t obj_alloc_trim(struct obj_alloc *objects);

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
 * @return OBJ_OK, OBJ_BAD_BYTES or OBJ_BAD_ALIGN
 */
enum obj_status obj_cache_new(struct obj_alloc *objects,
                              struct obj_cache *cache, const char *name,
                              uint64_t bytes, uint64_t align,
                              enum obj_checks checks);

/**
 * End a cache: its memory goes back to the pages.
 *
 * @param cache  not one of obj_alloc()'s own; unchanged unless OBJ_OK
 * @return OBJ_OK, or OBJ_BUSY where objects are live.  Takes O(caches) time.
 */
enum obj_status obj_cache_end(struct obj_cache *cache);

/**
 * An object of @p cache.
 *
 * @param[out] object  unchanged unless OBJ_OK is returned
 * @return OBJ_OK or OBJ_NO_MEMORY
 */
enum obj_status obj_new(struct obj_cache *cache, void **object);

/**
 * Take back an object of @p cache.
 *
 * @return as obj_free(), or OBJ_WRONG_CACHE
 */
enum obj_status obj_delete(struct obj_cache *cache, void *object);

/** Objects of @p cache that are live.  Takes O(slabs) time. */
uint64_t obj_cache_live(const struct obj_cache *cache);

/**
 * NULL, or the sentence of the first broken invariant: all caches, all slabs,
 * each bit, and the red zones of live objects.  Takes O(slabs) time.
 */
const char *obj_alloc_check(const struct obj_alloc *objects);

/** Print the caches in use, what they hold and what they cost. */
void obj_alloc_print(const struct obj_alloc *objects);

/** A sentence for @p status: what happened, and what to look at. */
const char *obj_status_text(enum obj_status status);

#endif
