/**
 * @file
 * Lesson 5: the memory manager's own object, with the totals.
 *
 * memmgrob: "memory manager object", the course's word for what Linux calls
 * pglist_data.  The stages are done: this is what the allocators start from,
 * and where a reader finds all parts of the manager.
 */
#ifndef MEMMGROB_H
#define MEMMGROB_H

#include "merge.h"

/** All parts of the memory manager, and what they sum to. */
struct memmgrob {
	const struct e820_map  *map;            /**< Lesson 1. */
	struct msadsc_array    *array;          /**< Lesson 2. */
	struct memareas        *areas;          /**< Lessons 3 and 5. */
	const struct occupants *occupants;      /**< Lesson 4. */
	uint64_t                usable_pages;   /**< Of all areas. */
	uint64_t                occupied_pages; /**< Of these. */
	uint64_t                free_pages;     /**< The others. */
	uint64_t                blocks;         /**< That these are in, */
	uint64_t                runs;           /**< and runs that are left. */
};

/**
 * Tie the parts together and add up.
 *
 * @param manager    all of it is set
 * @param array      merged; it, its map, @p areas and @p occupants must
 *                   outlive @p manager
 * @param areas      merged
 * @param occupants  marked.  Takes O(blocks + runs) time
 */
void memmgrob_init(struct memmgrob *manager, struct msadsc_array *array,
                   struct memareas *areas, const struct occupants *occupants);

/** NULL, or the sentence of the first broken invariant of any part.  Takes
 * O(pages) time: it asks all checks of lessons 1 to 5. */
const char *memmgrob_check(const struct memmgrob *manager);

/** Print the totals. */
void memmgrob_print(const struct memmgrob *manager);

#endif
