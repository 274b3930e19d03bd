/**
 * @file
 * Lesson 4: pages that are in use already, so that nobody gives them out.
 *
 * The kernel's own image, the descriptors, page tables, what the loader left:
 * all of it lies in memory that the firmware calls usable.  Whoever put it
 * there recorded it (occupants.h); this stage cuts those pages out of the
 * runs and marks them with their owner, in blocks of 2^order pages.
 */
#ifndef OCCUPY_H
#define OCCUPY_H

#include "memarea.h"

/** Why nothing was marked. */
enum occupy_status {
	OCCUPY_OK,    /**< All are marked. */
	OCCUPY_TWICE, /**< Two that may not claim the same page. */
	OCCUPY_ORDER, /**< The descriptors are not as lesson 2 left them. */
};

/** Who is at fault, for the caller's message; names are NULL if nobody. */
struct occupy_fault {
	pfn_t       pfn;          /**< The page that two claim. */
	const char *name, *other; /**< Who claims it. */
};

/**
 * Mark all pages that @p occupants touch, rounded outward.
 *
 * Pages that are not RAM are passed over.  A page that two neighbours share
 * is marked once, for the first.  That is legal where both are OCCUPANT_LOADED
 * and no byte is claimed twice, and where one is OCCUPANT_FIRMWARE, even with
 * bytes in common; OCCUPANT_OWN is placed on pages of its own.
 *
 * @param array,areas  marked and counted; unchanged unless OCCUPY_OK
 * @param occupants    unchanged
 * @param[out] fault   set in any case
 * @return OCCUPY_OK, OCCUPY_TWICE or OCCUPY_ORDER.  Takes O(occupants * (runs
 *         + occupants)) time, and O(ORDERS) for each piece that is cut out.
 */
enum occupy_status occupy_mark(struct msadsc_array    *array,
                               struct memareas        *areas,
                               const struct occupants *occupants,
                               struct occupy_fault    *fault);

/** Pages that are marked for entry @p index of the table.  Takes a
 * step for each of its blocks, and for each page that is in none. */
uint64_t occupy_pages(const struct msadsc_array *array,
                      const struct occupants *occupants, uint32_t index);

/**
 * NULL, or the sentence of the first broken invariant: each page that an
 * occupant touches is in a block marked for one that does, no other is, and in each area
 * usable pages are free pages plus occupied ones.  Takes O(pages) time.
 */
const char *occupy_check(const struct msadsc_array *array,
                         const struct memareas     *areas,
                         const struct occupants    *occupants);

/**
 * What happens without this stage: to each occupant that lies in a run of
 * free pages, give out its first page as an allocator would, write to it, and
 * print what was destroyed.  The firmware and the kernel are spared, so that
 * there is someone left to print it.
 *
 * @param array      described, nothing marked; destroyed with the page where
 *                   the descriptors lie
 * @param occupants  who is to be hit; unchanged
 * @return what msadsc_check() says then.  Takes O(pages) time
 */
const char *occupy_break(const struct msadsc_array *array,
                         const struct occupants    *occupants);

/** Print each occupant with its pages, and the account of each area.  Takes
 * the time of occupy_pages() for each, and O(runs). */
void occupy_print(const struct msadsc_array *array,
                  const struct memareas     *areas,
                  const struct occupants    *occupants);

/** Print the occupants for another program: `occupied 0x-0x NAME`. */
void occupy_list(const struct occupants *occupants);

#endif
