/**
 * @file
 * Lesson 1: the firmware's memory map, sorted and made disjoint.
 *
 * Firmware lists physical memory as ranges with a type: in any order, at
 * times overlapping, at times empty.  e820_normalize() turns that list into
 * one that later lessons can walk once, from low to high, without asking
 * which entry wins.
 *
 * Source: ACPI 6.5, "System Address Map Interfaces"; the rule for overlaps is
 * Linux's, arch/x86/kernel/e820.c.
 */
#ifndef E820_H
#define E820_H

#include "types.h"

/** Ranges of the firmware that we keep; Linux keeps 128 on a plain PC. */
#define E820_MAX 1024

/** Ranges in a map: n overlapping ranges have 2n edges, so 2n - 1 pieces. */
#define E820_ROOM (2 * E820_MAX)

/** What a range is for.  Of two claims on one byte, the higher value wins. */
enum e820_type {
	E820_RAM = 1,      /**< Ours to use. */
	E820_RESERVED = 2, /**< Firmware or a device owns it. */
	E820_ACPI = 3,     /**< ACPI tables; ours once they have been read. */
	E820_NVS = 4,      /**< Firmware state that must survive sleep. */
	E820_BAD = 5,      /**< Reported as defective. */
	E820_PMEM = 7,     /**< Keeps its content without power. */
};

/** Linux's own type: memory that a driver should manage. */
#define E820_SOFT_RESERVED UINT32_C(0xefffffff)

/**
 * Bytes [base, end) of one type.  There is no 65th bit for the end of the
 * highest range, so an end of 2^64 is stored as 0; e820_last() is exact for
 * every range, and comparisons use it.
 */
struct e820_range {
	paddr_t  base; /**< First byte. */
	paddr_t  end;  /**< One past the last; 2^64 is 0. */
	uint32_t type; /**< An e820_type, or any other: treated as reserved. */
};

/** The firmware's ranges as they came, or a map made of them. */
struct e820_map {
	uint32_t          count;   /**< Ranges held. */
	uint32_t          given;   /**< Ranges that e820_read() was given. */
	uint32_t          empty;   /**< Of these: of no length, dropped. */
	uint32_t          wrapped; /**< RAM past 2^64, refused. */
	uint32_t          crowded; /**< RAM without room here, left out. */
	struct e820_range range[E820_ROOM]; /**< The first count are in use. */
};

/** What can be wrong with a range. */
enum e820_status {
	E820_OK,   /**< It was appended. */
	E820_WRAP, /**< It is RAM and goes on past 2^64. */
	E820_FULL, /**< E820_MAX ranges are there already. */
};

/** What a map sums to. */
struct e820_totals {
	uint64_t usable_bytes;   /**< In usable ranges, half pages too. */
	uint64_t usable_pages;   /**< Whole ones: ranges round inward. */
	uint64_t pages_below_1m; /**< Of these, below 1 MiB. */
};

/** Address of the last byte of @p r: exact also where it ends at 2^64. */
static inline paddr_t e820_last(const struct e820_range *r)
{
	return r->end - 1;
}

/** First whole page of @p r. */
static inline pfn_t e820_first_page(const struct e820_range *r)
{
	return pfn_up(r->base);
}

/** One past the last whole page of @p r; at least e820_first_page(). */
static inline pfn_t e820_past_page(const struct e820_range *r)
{
	pfn_t past = pfn_down(e820_last(r));

	if ((r->end & (PAGE_SIZE - 1)) == 0)
		past++;
	return max_u64(past, e820_first_page(r));
}

/**
 * Append what firmware said: @p bytes bytes from @p base.
 *
 * @param map    the map; unchanged unless E820_OK is returned, and then one
 *               range longer, or as it was where @p bytes is 0
 * @param base   first byte
 * @param bytes  length in bytes; 0 is legal and adds nothing
 * @param type   an e820_type or any other value
 * @return E820_OK, E820_WRAP or E820_FULL.  A range that is not RAM and goes
 *         on past 2^64 is cut there: what is reserved stays reserved.  Takes
 *         constant time.
 */
enum e820_status e820_add(struct e820_map *map, paddr_t base, uint64_t bytes,
                          uint32_t type);

/**
 * Read all the firmware's entries into @p map, which is emptied first.
 *
 * What is wrong with an entry never stops a machine: it is counted in @p map,
 * and e820_print() says it.  Where there are more than E820_MAX entries,
 * ranges that touch are joined as they come, all others before RAM: RAM
 * without room is left out, and what is reserved never is.  Where reserved
 * ranges alone fill the map, the next one widens its nearest neighbour.
 *
 * @param map      all of it is set
 * @param entries  the first entry: base and length of 8 bytes, type of 4, at
 *                 any alignment, as multiboot2, PVH and the BIOS lay it out
 * @param count    how many
 * @param stride   bytes from one entry to the next, at least 20
 *
 * Takes O(count) time, or O(count * E820_MAX) with too many.
 */
void e820_read(struct e820_map *map, const void *entries, uint32_t count,
               uint32_t stride);

/**
 * Make the map that later lessons walk: sorted, disjoint, neighbours of one
 * type joined; of two claims on one byte the higher type wins.
 *
 * @param firmware  up to E820_MAX ranges in any order; unchanged
 * @param map       all of it is set, but for the room behind its ranges, of
 *                  which there are at most 2 * firmware->count - 1
 *
 * Takes O(n log n) time: 1024 ranges, each inside the one before, cost
 * 602,000 instructions; and 16 KiB of stack.
 */
void e820_normalize(const struct e820_map *firmware, struct e820_map *map);

/** NULL, or the sentence of the first broken invariant of a map made.  Takes
 * O(ranges) time. */
const char *e820_check(const struct e820_map *map);

/** The bytes and pages in a map made by e820_normalize().  If all of the 2^64
 * bytes are usable, that many is 0.  Takes O(ranges) time. */
struct e820_totals e820_total(const struct e820_map *map);

/** Whether all of [base, end), not empty, is usable in a map made.  Takes
 * O(ranges) time. */
bool e820_is_usable(const struct e820_map *map, paddr_t base, paddr_t end);

/** Print what the firmware said, the map made of it, totals, a picture.  Takes
 * O(ranges) time. */
void e820_print(const struct e820_map *firmware, const struct e820_map *map);

/** Print the ranges that were refused or left out, if any: a line each. */
void e820_print_warnings(const struct e820_map *firmware);

/**
 * Print the map for another program: a line of totals, then a line a range,
 * `0xSTART-0xEND type` with the last byte as END, as Linux prints it.
 */
void e820_list(const struct e820_map *firmware, const struct e820_map *map);

#endif
