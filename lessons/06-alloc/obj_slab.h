/**
 * @file
 * Lesson 6: slabs, what the files of obj_alloc.h share among themselves.
 */
#ifndef OBJ_SLAB_H
#define OBJ_SLAB_H

#include "obj_alloc.h"
#include "phys.h"

/** Owners of pages, in their descriptors. */
#define OBJ_OWNER_SLAB  UINT16_C(0x0b51) /**< A slab. */
#define OBJ_OWNER_LARGE UINT16_C(0x0b52) /**< A large object's first block. */
#define OBJ_OWNER_MORE  UINT16_C(0x0b53) /**< Its further blocks. */

/** What a red zone adds: 8 bytes of pattern and a word. */
#define OBJ_ZONE_BYTES UINT64_C(16)

/** The header of a slab, at the first byte of its first page. */
struct obj_slab {
	struct obj_link   link;   /**< On its cache's ring, if partly free. */
	struct obj_cache *cache;  /**< Whose it is. */
	char             *first;  /**< Object 0. */
	uint64_t          live;   /**< Objects; all of them while current. */
	uint64_t          bits[]; /**< A bit for each place: 1 is free. */
};

/** Make a ring that holds nothing. */
static inline void obj_ring_init(struct obj_link *ring)
{
	ring->next = ring->previous = ring;
}

/** Put @p link behind @p before. */
static inline void obj_ring_add(struct obj_link *before, struct obj_link *link)
{
	link->next = before->next;
	link->previous = before;
	before->next->previous = link;
	before->next = link;
}

/** Take @p link off the ring that it is on. */
static inline void obj_ring_remove(struct obj_link *link)
{
	link->next->previous = link->previous;
	link->previous->next = link->next;
}

/** Take the first place behind @p ring, which has one, off it. */
static inline struct obj_link *obj_ring_pop(struct obj_link *ring)
{
	struct obj_link *first = ring->next;

	ring->next = first->next;
	first->next->previous = ring;
	return first;
}

/** Words of a slab's bits. */
static inline uint64_t obj_words(const struct obj_cache *cache)
{
	return pieces_for(cache->capacity, 64);
}

/** Whether place @p i of @p slab is free. */
static inline bool obj_is_free(const struct obj_slab *slab, uint64_t i)
{
	return (slab->bits[i / 64] >> (i & 63) & 1) != 0;
}

/** Whether @p d describes a slab, of whatever order. */
static inline bool obj_is_slab(struct msadsc d)
{
	return (d.word & ~MSADSC_ORDER) == page_used(0, 1, OBJ_OWNER_SLAB).word;
}

/** The pointer to a page of ours. */
static inline void *obj_page(const struct obj_alloc *objects, pfn_t pfn)
{
	return (void *)(uintptr_t)(objects->distance + pfn_to_paddr(pfn));
}

/** Places of @p slab that are free. */
uint64_t obj_slab_free(const struct obj_slab *slab);

/** Give an empty slab that is on no ring back to the pages. */
void obj_slab_end(struct obj_slab *slab);

/** Give the current slab back if it is empty.  Returns its pages. */
uint64_t obj_cache_trim(struct obj_cache *cache);

/** What obj_alloc() does above OBJ_SLAB_BYTES. */
enum obj_status obj_large_new(struct obj_alloc *objects, uint64_t bytes,
                              void **object);

/** OBJ_OK where obj_large_free() would free, or what it would say. */
enum obj_status obj_large_look(const struct obj_alloc *objects, pfn_t head,
                               const void *object);

/**
 * Free the large object at @p object, or say what else lies there.
 *
 * @param objects  unchanged unless OBJ_OK is returned
 * @param head     the page where the block of @p object starts
 * @param object   any address of it
 */
enum obj_status obj_large_free(struct obj_alloc *objects, pfn_t head,
                               const void *object);

/** Note where phys_to_virt() puts the pages. */
void *obj_reach(struct obj_alloc *objects, pfn_t pfn, uint64_t pages);

/** Mark what follows the @p bytes bytes that a caller asked for. */
void obj_zone_write(const struct obj_cache *cache, char *object,
                    uint64_t bytes);

/** Whether those marks stand. */
bool obj_zone_holds(const struct obj_cache *cache, const char *object);

#endif
