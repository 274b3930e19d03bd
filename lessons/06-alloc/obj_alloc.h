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
 * obj_alloc runs; a caller that shares it with interrupt handlers calls it
 * by kalloc.h.  No function waits or calls back.
 *
 * Sources: Jeff Bonwick, "The Slab Allocator: An Object-Caching Kernel Memory
 * Allocator"; T. Granlund and P. L. Montgomery, "Division by Invariant
 * Integers using Multiplication".
 */
#ifndef OBJ_ALLOC_H
#define OBJ_ALLOC_H

#include "obj_cache.h"

/** obj_alloc() cuts up to here from slabs; above it counts pages: two waste
 *  no more, and serve 8 KiB without a byte lost. */
#define OBJ_SLAB_BYTES (63 * UINT64_C(128))

/** The largest size that has a step of 8 bytes in the table of classes. */
#define OBJ_SMALL_BYTES (2 * KiB)

/** Caches that obj_alloc() chooses from: 8 bytes to OBJ_SLAB_BYTES. */
#define OBJ_CLASSES 73

/** All objects of a machine. */
struct obj_alloc {
	struct obj_cache *recent; /**< Served the last obj_alloc() at hand. */
	uint64_t       distance; /**< From a physical address to its pointer. */
	struct msadsc *page;     /**< Descriptors of frames [0, frames). */
	pfn_t          frames;   /**< How many are described. */

	struct page_alloc *pages;  /**< Where slabs come from. */
	enum memarea_kind  kind;   /**< Area that pages come from. */
	struct obj_cache  *caches; /**< All of them, the newest first. */
	uint64_t           slab_pages, large_pages; /**< In use. */

	/** Which class serves (bytes - 1) / 8, and above 2 KiB, where steps
	 *  of 8 would be many, (bytes - 1) / 128. */
	struct obj_cache *small[OBJ_SMALL_BYTES / 8];
	/** The same, above 2 KiB. */
	struct obj_cache *medium[OBJ_SLAB_BYTES / 128];

	struct obj_cache class[OBJ_CLASSES]; /**< By size. */
};

/**
 * Begin without any memory.
 *
 * @param objects  all of it is set; it must stay where it is
 * @param pages    where slabs come from; must outlive @p objects, and serve no
 *                 other struct obj_alloc.  All pages that it gives must be
 *                 reached by phys_to_virt(), at one distance
 * @param kind     the area to take pages from, or from those below it
 * @param checks   whether objects of obj_alloc() have a red zone: those that
 *                 are cut from slabs, not those of whole pages
 *
 * Takes O(classes) time, once.
 */
void obj_alloc_init(struct obj_alloc *objects, struct page_alloc *pages,
                    enum memarea_kind kind, enum obj_checks checks);

/** obj_alloc() above OBJ_SMALL_BYTES, or of 0 bytes: the same contract. */
enum obj_status obj_alloc_other(struct obj_alloc *objects, uint64_t bytes,
                                void **object);

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
static inline enum obj_status obj_alloc(struct obj_alloc *objects,
                                        uint64_t bytes, void **object)
{
	uint64_t          past = bytes - 1; /* Of 0 bytes: beyond all. */
	struct obj_cache *cache;

	if (past >= OBJ_SMALL_BYTES)
		return obj_alloc_other(objects, bytes, object);
	cache = objects->small[past / 8];
	if (!obj_take(cache, object))
		return obj_take_slowly(cache, bytes, object);
	objects->recent = cache;
	return OBJ_OK;
}

/** obj_alloc() of memory that reads as zero.  Takes O(bytes) time more. */
enum obj_status obj_alloc_zeroed(struct obj_alloc *objects, uint64_t bytes,
                                 void **object);

/**
 * Take an object back, of whatever size and cache.
 *
 * @param objects  unchanged unless OBJ_OK is returned
 * @param object   as it was given; anything else changes nothing
 * @return OBJ_OK, OBJ_FOREIGN, OBJ_IS_FREE, OBJ_INSIDE or OBJ_OVERRUN.
 *         An object whose slab or pages went back earlier is OBJ_IS_FREE, or
 *         OBJ_FOREIGN once they belong to someone else.  Takes constant time.
 */
static inline enum obj_status obj_free(struct obj_alloc *objects, void *object)
{
	if (obj_put(objects->recent, object))
		return OBJ_OK;
	return obj_put_slowly(objects, object);
}

/**
 * Give all empty slabs back to the pages.  A cache keeps one, so that a lone
 * object that comes and goes costs no pages each time; obj_alloc() does this
 * by itself when pages run out.
 *
 * @return how many pages went back.  Takes O(caches) time.
 */
uint64_t obj_alloc_trim(struct obj_alloc *objects);

/**
 * NULL, or the sentence of the first broken invariant: all caches, all slabs,
 * each bit, and the red zones of live objects.  Takes O(pages + slabs * caches)
 * time; with red zones, time by the live objects too.
 */
const char *obj_alloc_check(const struct obj_alloc *objects);

/** Print the caches in use, what they hold and what they cost. */
void obj_alloc_print(const struct obj_alloc *objects);

#endif
