/**
 * @file
 * Lesson 6: the entries of a process's page tables.
 *
 * Source: Intel SDM volume 3, "4-Level Paging".
 */
#ifndef USER_MAP_ENTRY_H
#define USER_MAP_ENTRY_H

#include "phys.h"
#include "user_map.h"

#define USER_ENTRIES  512 /**< Of a table. */
#define USER_HALF     256 /**< Level 4: of the lower half. */
#define USER_ROOT     4   /**< The level of it. */

#define USER_PRESENT  UINT64_C(0x1)                /**< It says something. */
#define USER_WRITABLE UINT64_C(0x2)                /**< May be written. */
#define USER_ALLOWED  UINT64_C(0x4)                /**< By a process too. */
#define USER_ACCESSED UINT64_C(0x20)               /**< By the CPU. */
#define USER_DIRTY    UINT64_C(0x40)               /**< By the CPU. */
#define USER_LARGE    UINT64_C(0x80)               /**< Levels 2, 3: a page. */
#define USER_NX       UINT64_C(0x8000000000000000) /**< Not to be executed. */
#define USER_ADDRESS  UINT64_C(0x000ffffffffff000) /**< Of a table or a page. */

/** Levels above let everything pass; the page decides. */
#define USER_TABLE (USER_PRESENT | USER_WRITABLE | USER_ALLOWED)

/** Bytes that an entry of a level speaks for. */
static inline uint64_t bytes_of(unsigned level)
{
	return PAGE_SIZE << 9 * (level - 1);
}

/** The entry of a table of this level that speaks for @p address. */
static inline unsigned index_of(uint64_t address, unsigned level)
{
	return (unsigned)(address / bytes_of(level)) % USER_ENTRIES;
}

/** The table that an entry leads to. */
static inline uint64_t *table_at(uint64_t entry)
{
	return phys_to_virt(entry & USER_ADDRESS, PAGE_SIZE);
}

/** Whether the entry maps a page. */
static inline bool is_page(uint64_t entry, unsigned level)
{
	return (entry & USER_PRESENT) && (level == 1 || (entry & USER_LARGE));
}

/** Whether it leads to a table. */
static inline bool is_table(uint64_t entry, unsigned level)
{
	return (entry & USER_PRESENT) && !is_page(entry, level);
}

/** Where the piece of a range ends that one entry speaks for. */
static inline uint64_t piece_end(uint64_t at, uint64_t end, unsigned level)
{
	return min_u64(end, (at / bytes_of(level) + 1) * bytes_of(level));
}

/** Whether nothing of [base, end) is mapped.  Looks at each entry once. */
bool user_map_is_empty(const uint64_t *table, unsigned level, uint64_t base,
                       uint64_t end);

/** Whether all of it is, in pages that it does not cut: USER_MAP_OK,
 *  USER_MAP_NOT_MAPPED or USER_MAP_CUTS. */
enum user_map_status user_map_is_whole(const uint64_t *table, unsigned level,
                                       uint64_t base, uint64_t end);

#endif
