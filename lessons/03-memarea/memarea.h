/**
 * @file
 * Lesson 3: memory divided into three areas.
 *
 * memarea: the course's word for what Linux calls a zone.  Old devices reach
 * only low addresses, and what the kernel maps at all times should lie where
 * it can be reached; so memory is given out by area.  Which area a page
 * belongs to follows from its address and is stored nowhere.
 */
#ifndef MEMAREA_H
#define MEMAREA_H

#include "msadsc.h"

/** The areas, from low addresses to high. */
enum memarea_kind {
	MEMAREA_HARDWARE, /**< Below 32 MiB: what old devices reach. */
	MEMAREA_KERNEL,   /**< Up to 16 GiB. */
	MEMAREA_USER,     /**< From 16 GiB on. */
	MEMAREAS,         /**< How many there are. */
};

/* First frames; the hardware area begins with frame 0. */
#define MEMAREA_KERNEL_BASE (32 * MiB / PAGE_SIZE) /**< Of the kernel area. */
#define MEMAREA_USER_BASE   (16 * GiB / PAGE_SIZE) /**< Of the user area. */

/** The free blocks of one order: a list through their descriptors. */
struct free_list {
	pfn_t first; /**< Or 0: none. */
};

/** One area: bounds, counts, and its free blocks. */
struct memarea {
	pfn_t    base;           /**< First frame. */
	pfn_t    end;            /**< One past the last. */
	uint64_t usable_pages;   /**< Of these, RAM by the map. */
	uint64_t occupied_pages; /**< Lesson 4. */
	uint64_t free_pages;     /**< On the lists below.  Lesson 5. */
	uint32_t orders;         /**< Bit k: list k is not empty.  Lesson 5. */
	uint32_t run_pages;      /**< Free too, left in runs.  Lesson 5. */

	/** Blocks of 2^order pages: the course's memdivmer.  Lesson 5. */
	struct free_list list[ORDERS];
};

/** All areas of a machine. */
struct memareas {
	struct memarea area[MEMAREAS]; /**< By memarea_kind. */
};

/** The area that frame @p pfn lies in. */
static inline enum memarea_kind memarea_of(pfn_t pfn)
{
	return pfn >= MEMAREA_USER_BASE     ? MEMAREA_USER
	       : pfn >= MEMAREA_KERNEL_BASE ? MEMAREA_KERNEL
	                                    : MEMAREA_HARDWARE;
}

/**
 * Where a request goes when @p kind has nothing left: the area below.
 *
 * @param[in,out] kind  the area that could not serve
 * @return false if there is none below
 */
static inline bool memarea_fall_back(enum memarea_kind *kind)
{
	if (*kind == MEMAREA_HARDWARE)
		return false;
	*kind = (enum memarea_kind)(*kind - 1);
	return true;
}

/** "hardware", "kernel" or "user". */
const char *memarea_name(enum memarea_kind kind);

/**
 * Set bounds, count each area's usable pages, empty its lists.
 *
 * @param areas  all of it is set
 * @param array  described; unchanged.  Takes O(ranges) time.
 */
void memareas_init(struct memareas *areas, const struct msadsc_array *array);

/** NULL, or the sentence of the first broken invariant.  Takes O(ranges)
 * time. */
const char *memareas_check(const struct memareas     *areas,
                           const struct msadsc_array *array);

/** Print each area's bounds and usable pages.  Takes constant time. */
void memareas_print(const struct memareas *areas);

/**
 * Print which area an address is in, for panic_tell().
 *
 * @param areas  a struct memareas, which may be damaged
 * @param paddr  any
 */
void memarea_tell(const void *areas, paddr_t paddr);

/**
 * Print the areas for another program: `area NAME usable N occupied N free N`.
 * What nothing occupies is free, whether lesson 5 has merged it or not.
 */
void memareas_list(const struct memareas *areas);

#endif
