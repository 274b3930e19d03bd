/**
 * @file
 * Lesson 6: memory given out by the page.
 *
 * page_alloc() gives a block of 2^order pages and page_free() takes it back:
 * a block that is too large is halved until it fits, and halves that are both
 * free become one block again.
 *
 * Most requests are for one page, and these have two layers of their own.
 * Below, blocks of 64 pages are given out page by page, and one word says
 * which of the pages are free (struct page_group).  Above, each area has a
 * small stack of single pages (struct page_cache): the page that was freed
 * last is given out first, and nobody looks anywhere.
 *
 * Nothing is lost to them.  A group of which all is free is a block again; for
 * any other it is known how large a block it holds; and the stack takes only
 * pages that are part of none, or of one batch.  A request that the lists
 * cannot serve is served from there.  So a block is refused only where none is
 * free.
 *
 * Who calls: one CPU, one call at a time, and no interrupt handler that
 * allocates while another call is under way.  Nothing here locks; who shares
 * an allocator with a handler calls it by kalloc.h.
 *
 * Where lesson 5 has left runs, what the lists cannot serve, and what is said
 * of a page in a run, takes O(runs) time more than is said below.
 *
 * Sources: K. C. Knowlton, "A fast storage allocator"; D. E. Knuth, "The Art
 * of Computer Programming", volume 1, "Dynamic Storage Allocation".
 */
#ifndef PAGE_ALLOC_H
#define PAGE_ALLOC_H

#include "merge.h"

/** Why a call refuses.  It has then changed nothing, not a bit. */
enum page_status {
	PAGE_OK,          /**< It is done. */
	PAGE_NO_MEMORY,   /**< No free block of that many pages, as high. */
	PAGE_BAD_ORDER,   /**< The order is above ORDER_MAX. */
	PAGE_BAD_COUNT,   /**< A count of 0, or of more than 2^ORDER_MAX. */
	PAGE_BAD_AREA,    /**< Not a memarea_kind. */
	PAGE_FOREIGN,     /**< Not RAM that we describe. */
	PAGE_OCCUPIED,    /**< Something lies there since boot. */
	PAGE_IS_FREE,     /**< Free already. */
	PAGE_INSIDE,      /**< Inside a used block, which starts below. */
	PAGE_WRONG_ORDER, /**< A used block of another order starts there. */
	PAGE_MISALIGNED,  /**< No block of that order can start there. */
	PAGE_SHARES,      /**< Shared: too often, or where it must not be. */
	PAGE_TOO_EARLY,   /**< merge_runs() has not run yet. */
};

/** Pages of a group, which starts at a multiple of that. */
#define PAGE_GROUP (1 << PAGE_GROUP_ORDER)
#ifndef PAGE_GROUP_ORDER
#define PAGE_GROUP_ORDER 6 /**< The order of a group as a block. */
#endif

/** Pages of a batch, which starts at a multiple of that. */
#define PAGE_BATCH (1 << PAGE_BATCH_ORDER)
#ifndef PAGE_BATCH_ORDER
#define PAGE_BATCH_ORDER 4 /**< The order of a batch as a block. */
#endif

/** Other pages that lie on a page_cache at most. */
#ifndef PAGE_LONE
#define PAGE_LONE 64
#endif

_Static_assert(PAGE_GROUP_ORDER >= 2 && PAGE_GROUP_ORDER <= 6 &&
                       PAGE_BATCH_ORDER >= 1 &&
                       PAGE_BATCH_ORDER <= PAGE_GROUP_ORDER,
               "a group is a word at most, and a batch a part of it");
_Static_assert(PAGE_LONE >= PAGE_BATCH - 1 + PAGE_GROUP / 2,
               "where a page less than a batch waits, one group more has room");

/**
 * 64 pages that are given out one by one: a block of them was taken off the
 * lists.  All is zero where it was not.
 *
 * Page i of the group is described as GROUPED if bit i of @c free is set.  A
 * group is in one of three places:
 *
 *     spent      no bit is set; it waits for a page, which is a block of order 0
 *     on shelf k the largest block of these pages has order k, and it waits
 *                for one of order k + 1; of order 6 it is a block of the lists
 *     current    the batch of its area's cache is of it; it waits for order 6
 *
 * A page that is freed looks whether the block that its group waits for is
 * there now, which can only be around the page.
 */
struct page_group {
	uint64_t free; /**< Bit i: page i is free, and on no stack. */
	uint64_t want; /**< As many bits as the block has pages; 0: no group. */
	uint32_t order; /**< Of the block that it waits for. */
	uint32_t at; /**< Bits of a frame number: where such a block begins. */
	uint32_t next;   /**< Group on its shelf, by number; 0: none. */
	uint32_t before; /**< The same. */
};

/**
 * A stack of free single pages of one area; they are MSADSC_CACHED.
 *
 * Pages of one batch come and go as they like.  Any other page on the stack is
 * lone: its buddy is not free.  So the stack withholds no block that could be
 * joined, but around the batch.
 */
struct page_cache {
	struct memarea *area; /**< That the pages are of. */
	pfn_t batch; /**< First page of the batch; PFN_LIMIT: there is none, */
	uint64_t batch_pages; /**< and this is 0.  Otherwise: PAGE_BATCH. */
	uint64_t count;       /**< Pages on the stack. */
	uint32_t page[PAGE_LONE + PAGE_BATCH]; /**< Frames; top: the last. */
	uint32_t shelves;                 /**< Bit k: shelf k is not empty. */
	uint32_t shelf[PAGE_GROUP_ORDER]; /**< First group there, or 0. */
};

/** A page allocator: all its state that is not in descriptors and areas. */
struct page_alloc {
	struct msadsc       *page;    /**< array->page, at hand. */
	pfn_t                grouped; /**< Frames that can be of groups. */
	struct page_cache    cache[MEMAREAS]; /**< By area. */
	struct page_group   *group; /**< By first frame / PAGE_GROUP. */
	pfn_t                pages; /**< array->pages, at hand. */
	struct msadsc_array *array; /**< All descriptors. */
	struct memareas     *areas; /**< The free blocks. */
};

/** How often a block can be shared: its count has 12 bits. */
#define PAGE_SHARES_MAX UINT64_C(0xfff)

/** Where the owner stands in a used block's descriptor, above the shares. */
#define PAGE_OWNER_SHIFT 12

/** A used block of @p order: its descriptor. */
static inline struct msadsc page_used(unsigned order, uint64_t shares,
                                      uint64_t owner)
{
	return msadsc_twice(MSADSC_USED, order,
	                    owner << PAGE_OWNER_SHIFT | shares);
}

/**
 * Start giving out what is on the lists.
 *
 * Groups need 32 bytes for each 64 pages, and take them from the lists.  Where
 * no block has 64 pages, or none is large enough for that, there are no groups:
 * single pages come from the lists then, and no stack is in front of them.
 *
 * @param pages  all of it is set; unchanged unless PAGE_OK is returned
 * @param array  merged; it and @p areas must outlive @p pages, and belong to
 *               it alone from now on
 * @param areas  with the free lists
 * @return PAGE_OK or PAGE_TOO_EARLY.  Takes O(ORDERS) time, and what
 *         phys_to_virt_zeroed() takes.
 */
enum page_status page_alloc_init(struct page_alloc   *pages,
                                 struct msadsc_array *array,
                                 struct memareas     *areas);

/** page_alloc() of a single page that the cache does not hold: the same
 * contract. */
enum page_status page_alloc_one(struct page_alloc *pages,
                                enum memarea_kind kind, pfn_t *first);

/** page_alloc() of a larger block: the same contract. */
enum page_status page_alloc_block(struct page_alloc *pages,
                                  enum memarea_kind kind, unsigned order,
                                  pfn_t *first);

/** page_free() of a single page that page_free() has not put back to a batch:
 * the same contract.  For the hardware area nobody has tried, because it would
 * cost all other frees four instructions; a page of its batch is treated like
 * any other. */
enum page_status page_free_one(struct page_alloc *pages, pfn_t first);

/** page_free() of a larger block: the same contract. */
enum page_status page_free_block(struct page_alloc *pages, pfn_t first,
                                 unsigned order);

/**
 * Give out a block of 2^order pages, which starts at a multiple of that.
 *
 * Its content is what it was.  It has one share and no owner.  The half that
 * callers use most is here, so that it is compiled into them.
 *
 * @param pages       unchanged unless PAGE_OK is returned
 * @param kind        the area wanted; if it has none, areas below serve
 * @param order       0 to ORDER_MAX
 * @param[out] first  frame of the first page; unchanged unless PAGE_OK
 * @return PAGE_OK, PAGE_NO_MEMORY, PAGE_BAD_ORDER or PAGE_BAD_AREA.  Takes
 *         O(ORDERS) time; the amount of memory has no influence.
 */
static inline enum page_status page_alloc(struct page_alloc *pages,
                                          enum memarea_kind  kind,
                                          unsigned order, pfn_t *first)
{
	struct page_cache *cache = pages->cache;
	struct msadsc     *page = pages->page;
	uint64_t           top;

	/* Most machines end below the user area: its requests fall back. */
	if (kind == MEMAREA_USER && pages->pages <= MEMAREA_USER_BASE)
		kind = MEMAREA_KERNEL;
	/* The top is count - 1, which only an empty stack cannot form. */
	if (order != 0)
		return page_alloc_block(pages, kind, order, first);
	if ((unsigned)kind >= MEMAREAS ||
	    __builtin_sub_overflow(cache[kind].count, 1, &top))
		return page_alloc_one(pages, kind, first);
	cache[kind].count = top;
	*first = cache[kind].page[top];
	page[*first] = page_used(0, 1, 0);
	return PAGE_OK;
}

/**
 * Put a page onto @p cache: if it is of the batch, for which there is always
 * room, and in use by one, who is nobody in particular.
 *
 * The descriptor of such a page has one value, which no free, occupied,
 * foreign or inner page has: one comparison finds all mistakes.
 *
 * @return false, and nothing has changed, if it is not so.  Takes constant time
 */
static inline bool page_cache_put(struct page_cache *cache, struct msadsc *page,
                                  pfn_t first)
{
	if (first - cache->batch >= cache->batch_pages ||
	    page[first].word != page_used(0, 1, 0).word)
		return false;
	cache->page[cache->count] = (uint32_t)first;
	cache->count++;
	page[first].word = MSADSC_CACHED;
	return true;
}

/**
 * Take back a block: by a share, and for good with the last one.
 *
 * @param pages  unchanged unless PAGE_OK is returned
 * @param first  as it was given out
 * @param order  as it was asked for
 * @return PAGE_OK, PAGE_BAD_ORDER, PAGE_FOREIGN, PAGE_MISALIGNED,
 *         PAGE_OCCUPIED, PAGE_IS_FREE, PAGE_INSIDE or PAGE_WRONG_ORDER: the
 *         first of them that is true.  Takes O(ORDERS) time.
 */
static inline enum page_status page_free(struct page_alloc *pages, pfn_t first,
                                         unsigned order)
{
	struct page_cache *cache = pages->cache;
	struct msadsc     *page = pages->page;

	if (order != 0)
		return page_free_block(pages, first, order);
	if (page_cache_put(&cache[MEMAREA_KERNEL], page, first) ||
	    page_cache_put(&cache[MEMAREA_USER], page, first))
		return PAGE_OK;
	return page_free_one(pages, first);
}

/**
 * One more user of a block: it then takes one more page_free().
 *
 * @param pages  unchanged unless PAGE_OK is returned
 * @param first  first page of a block that is in use
 * @return PAGE_OK, PAGE_FOREIGN, PAGE_OCCUPIED, PAGE_IS_FREE, PAGE_INSIDE, or
 *         PAGE_SHARES where it has PAGE_SHARES_MAX of them.  Takes O(ORDERS)
 *         time.
 */
enum page_status page_share(struct page_alloc *pages, pfn_t first);

/**
 * Note whose a block is: a number that means something to the caller.
 *
 * @param pages  unchanged unless PAGE_OK is returned
 * @param first  first page of a block that is in use
 * @param owner  0: nobody in particular, as when it was given out
 * @return PAGE_OK, PAGE_FOREIGN, PAGE_OCCUPIED, PAGE_IS_FREE or PAGE_INSIDE.
 *         Takes O(ORDERS) time.
 */
enum page_status page_set_owner(struct page_alloc *pages, pfn_t first,
                                uint16_t owner);

/** Whose the used block at @p first is; 0 also where none starts there.  Takes
 * constant time. */
uint16_t page_owner(const struct page_alloc *pages, pfn_t first);

/** Users of the used block at @p first; 0 where none starts there.  Takes
 * constant time. */
unsigned page_shares(const struct page_alloc *pages, pfn_t first);

/** Put all free pages of stacks and groups onto the lists, joined: all that is
 * free is there then.  Takes O(ORDERS) time for each of them. */
void page_empty_caches(struct page_alloc *pages);

/** Free pages of stacks and groups, which are on no list.  Takes O(groups)
 * time. */
uint64_t page_cached(const struct page_alloc *pages);

/**
 * Give out exactly @p count pages side by side.
 *
 * They are cut from a block of the next power of two, and what is left of it
 * is free again at once.  The first page is a multiple of that power.  What is
 * given out is described as blocks, each as large as its place allows: 33
 * pages are one of 32 and one of 1.  page_free() takes these one by one,
 * pages_free_exact() any number at once.
 *
 * @param pages       unchanged unless PAGE_OK is returned
 * @param kind        as for page_alloc()
 * @param count       1 to 2^ORDER_MAX
 * @param[out] first  frame of the first page; unchanged unless PAGE_OK
 * @return PAGE_OK, PAGE_NO_MEMORY, PAGE_BAD_COUNT or PAGE_BAD_AREA.  Takes
 *         O(ORDERS) time.
 */
enum page_status pages_alloc_exact(struct page_alloc *pages,
                                   enum memarea_kind kind, uint64_t count,
                                   pfn_t *first);

/**
 * Take back @p count pages side by side, whoever got them by whichever call:
 * all of one allocation, a part of it, or several that touch.  All or none.
 *
 * What is left of a block that was cut stays in use, in smaller blocks with
 * the same owner.  A page that is shared is in nobody's hand alone: a range
 * that touches a shared block is refused.
 *
 * @param pages  unchanged unless PAGE_OK is returned
 * @param first  any page in use
 * @param count  at least 1
 * @return PAGE_OK, PAGE_BAD_COUNT, or for the lowest page that cannot be taken
 *         PAGE_FOREIGN, PAGE_OCCUPIED, PAGE_IS_FREE or PAGE_SHARES.  Takes
 *         O(blocks * ORDERS) time.
 */
enum page_status pages_free_exact(struct page_alloc *pages, pfn_t first,
                                  uint64_t count);

/**
 * NULL, or the sentence of the first broken invariant: what merge_check()
 * sees, and that each page is free, occupied, used, cached or grouped, once.  Takes
 * O(pages) time.
 */
const char *page_alloc_check(const struct page_alloc *pages);

/** Pages in use for what is known of groups: they are occupied.  Takes constant
 * time. */
uint64_t page_own(const struct page_alloc *pages);

/** Print how many groups there can be, and what they cost. */
void page_alloc_print(const struct page_alloc *pages);

/** What @p status says, as a sentence without values. */
const char *page_status_text(enum page_status status);

/** Room for page_explain(). */
#define PAGE_EXPLAIN_BYTES 160

/**
 * Write why a call was refused, with what is known of the page: "page 0x1234:
 * inside a used block: 8 pages from 0x1230 (order 3, shares 1, owner 0)".
 *
 * @param text    gets the sentence, cut to fit
 * @param pages   as it was when the call was made: the call changed nothing
 * @param status  what the call returned
 * @param first   the page that it was called for
 * @return @p text.  Takes the time of msadsc_find()
 */
const char *page_explain(char                     text[PAGE_EXPLAIN_BYTES],
                         const struct page_alloc *pages,
                         enum page_status status, pfn_t first);

#endif
