/**
 * @file
 * Lesson 6: the page tables of a process.
 *
 * A process has a table of four levels of its own.  Its upper half is the
 * kernel's, shared by copying 256 entries: the kernel is there when an
 * exception comes, and no entry of it lets a process in.  The lower half is
 * empty until something is mapped, with the largest pages that address and
 * length allow:
 *
 *     level 4   an entry for 512 GiB    always a table
 *     level 3   1 GiB                   a table, or a page
 *     level 2   2 MiB                   a table, or a page
 *     level 1   4 KiB                   a page
 *
 * Tables are pages of physical memory, so they are reached by phys_to_virt()
 * and the same code builds them on the host.  Loading them is the caller's:
 * nothing here talks to the CPU.
 *
 * Source: Intel SDM volume 3, "4-Level Paging".
 */
#ifndef USER_MAP_H
#define USER_MAP_H

#include "types.h"

/* What a process may do with a page. */
#define USER_READ    0u /**< It always may. */
#define USER_WRITE   1u /**< Not with USER_EXECUTE. */
#define USER_EXECUTE 2u /**< Not with USER_WRITE. */

/** One past the highest address that a process can have. */
#define USER_END (UINT64_C(1) << 47)

/** The sizes of a page: 4 KiB, 2 MiB, 1 GiB. */
#define USER_SIZES 3

/** Why nothing was mapped or unmapped. */
enum user_map_status {
	USER_MAP_OK,         /**< All of it was. */
	USER_MAP_NO_MEMORY,  /**< No page for a table. */
	USER_MAP_MISALIGNED, /**< Not whole pages. */
	USER_MAP_BAD_RANGE,  /**< Empty, above USER_END, or it wraps. */
	USER_MAP_BAD_RIGHTS, /**< Unknown, or to write and to execute. */
	USER_MAP_MAPPED,     /**< Something is mapped there already. */
	USER_MAP_NOT_MAPPED, /**< Not all of it is mapped. */
	USER_MAP_CUTS,       /**< Would unmap a part of a large page. */
};

/** Where tables come from and go to: a page each. */
struct user_tables {
	void *from;                               /**< Handed to the two. */
	bool (*take)(void *from, paddr_t *table); /**< False: none left. */
	void (*give)(void *from, paddr_t table);  /**< Back. */
	paddr_t kernel; /**< The kernel's level 4: its upper half is shared. */
	bool    no_execute; /**< The CPU knows the bit: see cpu_has_nx(). */
	bool    huge;       /**< And pages of 1 GiB. */
};

/** The page tables of a process. */
struct user_map {
	paddr_t  root;              /**< Level 4, for CR3. */
	uint64_t tables;            /**< Pages that they take, root included. */
	uint64_t pages[USER_SIZES]; /**< Mapped: of 4 KiB, 2 MiB, 1 GiB. */
};

/** What the tables say of an address. */
struct user_view {
	bool     present;    /**< If false, all else is 0. */
	bool     user;       /**< A process may touch it. */
	unsigned rights;     /**< USER_WRITE, USER_EXECUTE. */
	paddr_t  paddr;      /**< Where the address leads. */
	uint64_t page_bytes; /**< 4 KiB, 2 MiB or 1 GiB. */
};

/**
 * Make tables that map nothing but the kernel.
 *
 * @param map     all of it is set; unchanged unless USER_MAP_OK is returned
 * @param tables  gives a page for the root
 * @return USER_MAP_OK or USER_MAP_NO_MEMORY.  Takes time by a table: 512
 *         entries.
 */
enum user_map_status user_map_init(struct user_map          *map,
                                   const struct user_tables *tables);

/** Give all tables back; what they mapped is not touched.  Takes O(tables)
 * time. */
void user_map_end(struct user_map *map, const struct user_tables *tables);

/**
 * Map [base, base + bytes) to physical memory from @p paddr on.
 *
 * @param map     unchanged unless USER_MAP_OK is returned
 * @param tables  as given to user_map_init()
 * @param base    the process's address, of a page
 * @param paddr   of a page
 * @param bytes   whole pages
 * @param rights  USER_READ, USER_WRITE or USER_EXECUTE
 * @return USER_MAP_OK or what is wrong.  Takes time by the number of pages,
 *         large ones counting as one.
 */
enum user_map_status user_map_add(struct user_map          *map,
                                  const struct user_tables *tables,
                                  uint64_t base, paddr_t paddr, uint64_t bytes,
                                  unsigned rights);

/**
 * Unmap [base, base + bytes), all of which is mapped, in whole pages of the
 * size that they were mapped with; tables that get empty are given back.
 * Where these tables are loaded, the CPU must be told.
 *
 * @return USER_MAP_OK or what is wrong: then nothing has changed.  Takes time
 *         by the number of pages, large ones counting as one.
 */
enum user_map_status user_map_remove(struct user_map          *map,
                                     const struct user_tables *tables,
                                     uint64_t base, uint64_t bytes);

/** What the tables say of an address: they are walked as the CPU does, with
 * what each level forbids.  An address that is not canonical is not present.
 * Four looks at most. */
struct user_view user_map_look(const struct user_map *map, uint64_t address);

/**
 * NULL, or the sentence of the first broken invariant: the upper half is the
 * kernel's, what is below is a process's and counted, no table is empty.
 * Takes O(tables) time.
 */
const char *user_map_check(const struct user_map    *map,
                           const struct user_tables *tables);

/** The status in words. */
const char *user_map_text(enum user_map_status status);

#endif
