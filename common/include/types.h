/**
 * @file
 * The units of Pagewise: bytes, pages, and the conversions between them.
 *
 * Bytes taken for pages is the bug of this trade.  So each number says in its
 * type or in its name which of the two it is, and the four functions below
 * are the only places where one becomes the other.  Rounding is a decision,
 * so it stands in the name.
 *
 * A range is half-open: [base, end) holds base and does not hold end, its
 * length is end - base, and ranges whose ends are equal touch.
 */
#ifndef TYPES_H
#define TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t; /**< Physical address, in bytes. */
typedef uint64_t pfn_t;   /**< Page frame number: paddr / PAGE_SIZE. */

#define KiB        (UINT64_C(1) << 10) /**< Bytes. */
#define MiB        (UINT64_C(1) << 20) /**< Bytes. */
#define GiB        (UINT64_C(1) << 30) /**< Bytes. */
#define TiB        (UINT64_C(1) << 40) /**< Bytes. */

#define PAGE_SHIFT 12 /**< Bits of an offset in a page. */
#define PAGE_SIZE  (UINT64_C(1) << PAGE_SHIFT) /**< Bytes of a page. */

/** Last frame that starts at or before @p pa: rounds down. */
static inline pfn_t pfn_down(paddr_t pa)
{
	return pa >> PAGE_SHIFT;
}

/** First frame that starts at or after @p pa: rounds up, never wraps. */
static inline pfn_t pfn_up(paddr_t pa)
{
	return (pa >> PAGE_SHIFT) + ((pa & (PAGE_SIZE - 1)) != 0);
}

/** Address of the first byte of frame @p pfn. */
static inline paddr_t pfn_to_paddr(pfn_t pfn)
{
	return pfn << PAGE_SHIFT;
}

/** Whole pages that @p bytes bytes need: rounds up, never wraps. */
static inline uint64_t bytes_to_pages(uint64_t bytes)
{
	return pfn_up(bytes);
}

/** How many pieces of @p piece units hold @p units: rounds up; the sum of the
 * two must not wrap. */
static inline uint64_t pieces_for(uint64_t units, uint64_t piece)
{
	return (units + piece - 1) / piece;
}

/** The smaller of two numbers of one unit. */
static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/** The larger of two numbers of one unit. */
static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
