/**
 * @file
 * All states of a small page allocator: the machine, and the model beside it.
 *
 * 16 pages are cut into blocks, each free or in use, and no two free halves
 * of one block stand side by side.  Of a block of 2^n pages there are a(n)
 * such states: it is whole, free or in use, or its halves are in any two
 * states that are not both wholly free:
 *
 *     a(0) = 2,  a(n) = a(n-1)^2 - 1 + 2:  2, 5, 26, 677, 458330
 *
 * The model is a table of owners that shares no code with the allocator: it
 * says what each call must answer, and where it must lead.
 */
#ifndef EXHAUST_H
#define EXHAUST_H

#include "page_alloc.h"

#define EXHAUST_FIRST  16 /**< Frames [16, 32) are the arena. */
#define EXHAUST_COUNT  16
#define EXHAUST_PAST   (EXHAUST_FIRST + EXHAUST_COUNT)
#define EXHAUST_TABLE  2 /**< The frame that holds the descriptors. */
#define EXHAUST_GROUPS 4 /**< And the groups, where groups are that small. */
#define EXHAUST_TOP    4 /**< Order of the whole arena. */
#define EXHAUST_STATES 458330

/** All that a call can change. */
struct state {
	struct msadsc     page[EXHAUST_PAST];
	struct memareas   areas;
	struct page_alloc pages;
	struct page_group groups[EXHAUST_PAST / PAGE_GROUP + 1];
};

/** In a model: no block starts at this page. */
#define INSIDE 0xff

/** The table of owners. */
struct model {
	unsigned char block[EXHAUST_COUNT]; /**< Order, or INSIDE. */
	bool          used[EXHAUST_COUNT];  /**< The block that starts here. */
};

/**
 * A model in 32 bits, two a page: a block starts there, and is in use; or
 * nothing starts.  The next start says how long a block is.
 */
typedef uint32_t exhaust_key;

/** The machine that is tried. */
struct machine {
	struct msadsc_array array;
	struct memareas     areas;
	struct page_alloc   pages;
};

extern struct machine machine;

/** Make the machine, in which frames [first, past) are free. */
void exhaust_start(pfn_t first, pfn_t past);

/** Make the machine, with nothing on its lists: the state to build upon. */
void exhaust_make(struct state *empty);

void exhaust_save(struct state *state);
void exhaust_restore(const struct state *state);

/** Whether the machine is in that state to the byte. */
bool exhaust_is_unchanged(const struct state *state);

/** Put the machine into the state that @p model describes. */
void exhaust_build(const struct state *empty, const struct model *model);

/** NULL, or a sentence: the machine, its caches emptied, is not sound, or not
 * in the state that @p model describes. */
const char *exhaust_compare(const struct model *model);

struct model model_of(exhaust_key key);
exhaust_key  model_key(const struct model *model);

/** The model after the block that holds page @p i was halved to @p order. */
void model_split_to(struct model *model, unsigned i, unsigned order);

/** The model after all free buddies were joined. */
void model_join(struct model *model);

/** Whether a free block has at least 2^order pages. */
bool model_has_free(const struct model *model, unsigned order);

/** Whether page @p i is in use. */
bool model_is_used(const struct model *model, unsigned i);

/** What page_free() must answer, by page_alloc.h's order of statuses. */
enum page_status model_answer(const struct model *model, pfn_t pfn,
                              unsigned order);

#endif
