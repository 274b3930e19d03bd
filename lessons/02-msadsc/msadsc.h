/**
 * @file
 * Lesson 2: a descriptor for every page of memory.
 *
 * msadsc: "memory space address descriptor", the course's word for what Linux
 * calls struct page.  The descriptors are one array, indexed by page frame
 * number, that reaches from page 0 to the highest usable page: finding the
 * descriptor of a page is one addition.
 *
 * A descriptor says for how many pages it speaks, from its own on; behind it
 * are as many zeros less one.  So a run of a million free pages is described
 * by writing its first descriptor, and what a stage costs depends on how
 * memory is cut, not on how much there is.
 */
#ifndef MSADSC_H
#define MSADSC_H

#include "check.h"
#include "e820.h"
#include "occupants.h"
#include "types.h"

/** Bits of a frame number in a descriptor: they reach 1 TiB. */
#define PFN_BITS 28

/** One past the highest frame that a descriptor can name. */
#define PFN_LIMIT (UINT64_C(1) << PFN_BITS)

/** A block has 2^order pages; 2^18 pages are 1 GiB. */
#define ORDER_MAX 18

/** How many orders there are. */
#define ORDERS (ORDER_MAX + 1)

/**
 * What starts at a page.  "Nothing" is zero: the page is a hole, or inside a
 * run or block that starts below it.
 */
enum msadsc_state {
	MSADSC_NOTHING = 0,  /**< See above. */
	MSADSC_RUN = 1,      /**< Free pages, not yet cut into blocks. */
	MSADSC_FREE = 2,     /**< A free block on a list.  Lesson 5. */
	MSADSC_USED = 3,     /**< A block that was given out.  Lesson 6. */
	MSADSC_OCCUPIED = 4, /**< A block that something lies in.  Lesson 4. */
	MSADSC_CACHED = 5,   /**< A free page kept at hand.  Lesson 6. */
	MSADSC_GROUPED = 6,  /**< A free page of a group.  Lesson 6. */
};

/**
 * What is known of a page frame, in 8 bytes.
 *
 * Links are frame numbers, not pointers: 28 bits reach 1 TiB, and the layout
 * is the same in the kernel and in a test on the host.  Page 0 is never in a
 * run or a block, so that 0 can mean "none".
 *
 *                63              36 35               8 7       3 2     0
 *               +------------------+------------------+---------+-------+
 *     RUN       | next run below   | pages            | 0       |   1   |
 *     FREE      | next on list     | previous on list | order   |   2   |
 *     USED      | ~(owner, shares) | owner 16, sh. 12 | order   |   3   |
 *     OCCUPIED  | ~owner           | owner            | order   |   4   |
 *     CACHED    | 0                | 0                | 0       |   5   |
 *     GROUPED   | 0                | 0                | 0       |   6   |
 *     NOTHING   | 0                | 0                | 0       |   0   |
 *               +------------------+------------------+---------+-------+
 *
 * No bit is without meaning: what has no use is zero, and what no list or
 * count confirms is there twice, the second time inverted.  So x_check() sees
 * every single bit that flips.
 *
 * C bit-fields would read better, but their order is the compiler's choice
 * (C11, "Structure and union specifiers"), and then this picture would be a
 * guess.
 */
struct msadsc {
	uint64_t word; /**< Packed; use the functions below. */
};

_Static_assert(sizeof(struct msadsc) == 8, "512 descriptors fill a page");

#define MSADSC_STATE       UINT64_C(0x7)  /**< An msadsc_state. */
#define MSADSC_ORDER       UINT64_C(0xf8) /**< Block: 2^order pages. */
#define MSADSC_LOW         UINT64_C(0x0000000fffffff00) /**< The lower 28 bits. */
#define MSADSC_HIGH        UINT64_C(0xfffffff000000000) /**< The upper 28 bits. */

#define MSADSC_ORDER_SHIFT 3  /**< Lowest bit of MSADSC_ORDER. */
#define MSADSC_LOW_SHIFT   8  /**< Lowest bit of MSADSC_LOW. */
#define MSADSC_HIGH_SHIFT  36 /**< Lowest bit of MSADSC_HIGH. */

_Static_assert((MSADSC_STATE ^ MSADSC_ORDER ^ MSADSC_LOW ^ MSADSC_HIGH) ==
                       UINT64_MAX,
               "each bit belongs to one field");
_Static_assert(MSADSC_LOW >> MSADSC_LOW_SHIFT == PFN_LIMIT - 1 &&
                       MSADSC_HIGH >> MSADSC_HIGH_SHIFT == PFN_LIMIT - 1,
               "both halves hold any frame number");

/** How far the stages have come: each refuses to run before its turn. */
enum msadsc_phase {
	MSADSC_DESCRIBED = 1, /**< All RAM is in runs.  Lesson 2. */
	MSADSC_MARKED = 2,    /**< What is occupied is out.  Lesson 4. */
	MSADSC_MERGED = 3,    /**< Runs have become blocks.  Lesson 5. */
};

/** The descriptors of a machine. */
struct msadsc_array {
	struct msadsc    *page;            /**< Of frames [0, pages). */
	pfn_t             pages;           /**< Highest usable frame + 1. */
	paddr_t           base;            /**< Where the array lies. */
	pfn_t             first_run;       /**< The highest run, or 0. */
	uint64_t          usable_pages;    /**< Below the limit, page 0 too. */
	uint64_t          left_out_pages;  /**< At or above the limit. */
	uint32_t          left_out_ranges; /**< Usable, no whole page. */
	enum msadsc_phase phase;           /**< Which stage was the last. */
	const struct e820_map *map;        /**< Which pages are RAM. */
};

/** Why there are no descriptors. */
enum msadsc_status {
	MSADSC_OK,       /**< All usable pages are described. */
	MSADSC_NO_RAM,   /**< No whole usable page above page 0. */
	MSADSC_NO_ROOM,  /**< No free place holds the array. */
	MSADSC_NO_ENTRY, /**< The table of occupants is full. */
};

/** What msadsc_init() looked for and found, for its caller's message. */
struct msadsc_need {
	uint64_t    bytes;   /**< Of the pages that the array needs. */
	uint64_t    largest; /**< Of the longest run of free pages met. */
	const char *why;     /**< Words for the status; NULL: it is OK. */
};

/** What starts at the page. */
static inline enum msadsc_state msadsc_state(struct msadsc d)
{
	return (enum msadsc_state)(d.word & MSADSC_STATE);
}

/** A block's order: it has 2^order pages.  0 for a run. */
static inline unsigned msadsc_order(struct msadsc d)
{
	return (unsigned)(d.word >> MSADSC_ORDER_SHIFT) & 0x1f;
}

/** RUN: its pages.  FREE: the block before on its list, or 0. */
static inline uint64_t msadsc_low(struct msadsc d)
{
	return (d.word & MSADSC_LOW) >> MSADSC_LOW_SHIFT;
}

/** RUN: the next run below, or 0.  FREE: the next block on its list, or 0. */
static inline uint64_t msadsc_high(struct msadsc d)
{
	return d.word >> MSADSC_HIGH_SHIFT;
}

/** A descriptor of these fields; @p low and @p high are below PFN_LIMIT. */
static inline struct msadsc msadsc_make(enum msadsc_state state, unsigned order,
                                        uint64_t low, uint64_t high)
{
	return (struct msadsc){ .word = (uint64_t)state |
		                        (uint64_t)order << MSADSC_ORDER_SHIFT |
		                        low << MSADSC_LOW_SHIFT |
		                        high << MSADSC_HIGH_SHIFT };
}

/** A descriptor whose upper half is its lower half inverted. */
static inline struct msadsc msadsc_twice(enum msadsc_state state,
                                         unsigned order, uint64_t low)
{
	return msadsc_make(state, order, low, low ^ (PFN_LIMIT - 1));
}

/** Whether the upper half of @p d is its lower half inverted. */
static inline bool msadsc_is_twice(struct msadsc d)
{
	return (msadsc_low(d) ^ msadsc_high(d)) == PFN_LIMIT - 1;
}

/** Pages that @p d speaks for; 0 for NOTHING. */
static inline uint64_t msadsc_pages(struct msadsc d)
{
	switch (msadsc_state(d)) {
	case MSADSC_RUN:
		return msadsc_low(d);
	case MSADSC_FREE:
	case MSADSC_USED:
	case MSADSC_OCCUPIED:
		return UINT64_C(1) << msadsc_order(d);
	case MSADSC_CACHED:
	case MSADSC_GROUPED:
		return 1;
	default:
		return 0;
	}
}

/**
 * The largest order of a block that starts at @p pfn, when @p pages pages
 * follow: a block of 2^k pages starts at a multiple of 2^k.
 */
static inline unsigned msadsc_order_at(pfn_t pfn, uint64_t pages)
{
	unsigned aligned = (unsigned)__builtin_ctzll(pfn | PFN_LIMIT);
	unsigned fits = 63 - (unsigned)__builtin_clzll(pages);
	unsigned order = aligned < fits ? aligned : fits;

	return order < ORDER_MAX ? order : ORDER_MAX;
}

/**
 * One past the highest frame that a CPU of @p phys_bits address bits can have
 * and a descriptor can name.
 */
static inline pfn_t msadsc_limit(unsigned phys_bits)
{
	return phys_bits - PAGE_SHIFT < PFN_BITS
	               ? UINT64_C(1) << (phys_bits - PAGE_SHIFT)
	               : PFN_LIMIT;
}

/**
 * Place the descriptors and describe each usable range as one run.
 *
 * The array goes to the lowest gap above 32 MiB, where old devices do not
 * reach, or to the lowest above page 0; it is recorded as "descriptors".  Page 0,
 * where it is usable, counts as such and is occupied from the start.
 *
 * @param array      all of it is set; unchanged unless MSADSC_OK is returned
 * @param map        made by e820_normalize(); must outlive @p array
 * @param occupants  what lies in RAM already; gets one entry more, or is
 *                   unchanged like @p array
 * @param limit      frames at or above it are left out, at most PFN_LIMIT
 * @param[out] need  set in any case
 * @return MSADSC_OK, MSADSC_NO_RAM, MSADSC_NO_ROOM or MSADSC_NO_ENTRY.  Takes
 *         O(ranges * occupants) time, and what phys_to_virt_zeroed() takes.
 */
enum msadsc_status msadsc_init(struct msadsc_array   *array,
                               const struct e820_map *map,
                               struct occupants *occupants, pfn_t limit,
                               struct msadsc_need *need);

/**
 * The first frame of the run or block that holds @p pfn, or 0 if none does:
 * a hole, page 0, or beyond the array.
 *
 * Takes O(runs + ORDERS) time; lesson 5 leaves runs only if it is told to.
 */
pfn_t msadsc_find(const struct msadsc_array *array, pfn_t pfn);

/** How many runs are on the list.  Takes O(runs) time. */
uint64_t msadsc_runs(const struct msadsc_array *array);

/**
 * Whether frame @p pfn is a usable page, described or left out.  Takes
 * O(log ranges) time.
 */
bool msadsc_is_ram(const struct msadsc_array *array, pfn_t pfn);

/**
 * NULL, or the sentence of the first broken invariant: usable pages are each
 * spoken for once, holes and insides are zero, words are canonical.  Takes
 * O(pages) time.
 */
const char *msadsc_check(const struct msadsc_array *array);

/** Print how many descriptors there are, where, and what they cost. */
void msadsc_print(const struct msadsc_array *array);

/**
 * Print what the descriptors say of an address, for panic_tell().
 *
 * @param array  a struct msadsc_array, which may be damaged
 * @param paddr  any
 */
void msadsc_tell(const void *array, paddr_t paddr);

/** Print the same for another program: `descriptors`, `left_out_pages`. */
void msadsc_list(const struct msadsc_array *array);

#endif
