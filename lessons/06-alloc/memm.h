/**
 * @file
 * Lesson 6: memory for processes.
 *
 * The manager is given a run of pages, the arena, and hands it out in two
 * steps: pages to allocators, and blocks of them to processes.  An allocator
 * belongs to one process, so when the process goes, its pages go, and nobody
 * has to look at its blocks.
 *
 * Three bits say what a page is:
 *
 *      mapped  allocator  destroyed
 *        0         0          0      free: in the table of free runs
 *        1         1          0      held by an allocator
 *        1         0          1      was held, its allocator was destroyed:
 *                                    to be unmapped, or to get a new one
 *        1         0          0      the manager's own: these bits, page
 *                                    tables, and a page for each process
 *
 * Process 0 is the kernel; any other comes to be with its first allocation
 * and goes with memm_reclaim().  If there are page tables, a process sees its
 * blocks at their physical addresses, and nothing else.
 *
 * A block is known by its pointer in the kernel's direct map.  The arena must
 * be one piece there: phys_to_virt() is asked once, for all of it.
 *
 * Who may call: one CPU, and no call while another one on the same struct memm
 * runs.  Nothing here locks or waits.  The kernel of lesson 6 calls it with
 * interrupts off; who has them on holds them back around each call.
 */
#ifndef MEMM_H
#define MEMM_H

#include "check.h"
#include "memm_type.h"
#include "user_map.h"

/** Pages that an arena can have: 1 TiB. */
#define MEMM_PAGES_MAX (TiB / PAGE_SIZE)

/** What is known of a process, on a page of its own. */
struct memm_process {
	struct memm_node       node;       /**< Key: the pid. */
	struct memm_node      *allocators; /**< by_room: weight is room. */
	struct memm_node      *destroyed;  /**< by_room: weight is pages. */
	struct memm_allocator *current;    /**< The last one that served. */
	uint64_t               allocator_pages; /**< Held by allocators. */
	uint64_t               destroyed_pages; /**< Of destroyed ones. */
	struct user_map        map; /**< root 0: it has no tables. */
};

/** A manager.  All state is here and in the arena. */
struct memm {
	char    *memory; /**< The arena's first byte. */
	pfn_t    first;  /**< The arena's first frame. */
	uint64_t pages;  /**< Pages of the arena. */

	/* How many of them are what; the rest is free. */
	uint64_t own_pages;       /**< These bits, and the processes' pages. */
	uint64_t table_pages;     /**< Page tables. */
	uint64_t allocator_pages; /**< Held by allocators. */
	uint64_t destroyed_pages; /**< Of destroyed ones. */

	uint64_t *mapped;         /**< A bit a page, from the arena's first. */
	uint64_t *with_allocator; /**< The same. */
	uint64_t *with_destroyed; /**< The same. */

	struct memm_node *runs;       /**< Key: frame.  Weight: pages. */
	struct memm_node *allocators; /**< by_address. */
	struct memm_node *processes;  /**< By pid, without the kernel. */

	struct memm_process  kernel; /**< Process 0. */
	struct memm_process *last;   /**< The last one asked for, or NULL. */
	struct user_tables   tables; /**< Where tables come from. */
	uint64_t             mappings[USER_SIZES]; /**< Of all processes. */
};

/** What belongs to a process, or to all. */
struct memm_stats {
	uint64_t processes;            /**< The kernel is none of them. */
	uint64_t allocators;           /**< Not destroyed. */
	uint64_t allocator_pages;      /**< Held by allocators. */
	uint64_t destroyed_pages;      /**< Of destroyed ones. */
	uint64_t table_pages;          /**< Page tables. */
	uint64_t blocks;               /**< Given out and not back. */
	uint64_t used_bytes;           /**< That the blocks take. */
	uint64_t mappings[USER_SIZES]; /**< Pages mapped, by size. */
};

/**
 * Take over an arena.
 *
 * Its first pages get the manager's bits, 1/10923 of the arena.  Those behind
 * become the first allocator of the kernel: what a machine's first page
 * tables reach, so that the kernel can allocate before there are others.
 *
 * @param memm        all of it is set; unchanged unless MEMM_OK is returned
 * @param first       the arena's first frame, not 0
 * @param pages       pages of the arena, none of which is in use
 * @param only_pages  of the kernel's first allocator; 0: none
 * @return MEMM_OK, MEMM_BAD_ARENA or MEMM_TOO_SMALL (@p only_pages).  Takes
 *         time by the bits: 96 MiB of them for 1 TiB.
 */
enum memm_status memm_init(struct memm *memm, pfn_t first, uint64_t pages,
                           uint64_t only_pages);

/**
 * From now on each new process has page tables.
 *
 * @param memm        without processes so far
 * @param kernel      the kernel's level 4 table
 * @param no_execute  the CPU knows the bit
 * @param huge        and pages of 1 GiB
 */
void memm_use_tables(struct memm *memm, paddr_t kernel, bool no_execute,
                     bool huge);

/**
 * Give a block to a process.
 *
 * @param memm   unchanged unless MEMM_OK is returned, but that pages of
 *               destroyed allocators may have become free
 * @param pid    which need not be known yet; 0 is the kernel
 * @param bytes  at least 1
 * @param align  a power of two, or 0: then MEMM_ALIGN
 * @param block  set to the block's address, if MEMM_OK is returned
 * @return MEMM_OK, MEMM_BAD_BYTES, MEMM_BAD_ALIGN or MEMM_NO_MEMORY.  Takes
 *         O(log processes + log allocators of the process) time on average:
 *         where small blocks at hand are joined, a step for each; where a
 *         new allocator is made, time by its pages; and before memory is
 *         refused, all allocators of the process are asked.
 */
enum memm_status memm_allocate(struct memm *memm, uint64_t pid, uint64_t bytes,
                               uint64_t align, void **block);

/** memm_allocate() for the kernel: the same contract. */
enum memm_status memm_kernel_allocate(struct memm *memm, uint64_t bytes,
                                      void **block);

/** memm_allocate() for a process, the same contract: MEMM_BAD_PID if that is
 * the kernel. */
enum memm_status memm_user_allocate(struct memm *memm, uint64_t pid,
                                    uint64_t bytes, void **block);

/**
 * Give whole pages to a process, mapped with other rights than to read and to
 * write: its code, its constants.  The kernel fills them.
 *
 * @param memm    as for memm_allocate()
 * @param pid     as for memm_user_allocate()
 * @param bytes   rounded up to whole pages
 * @param rights  as for user_map_add()
 * @param block   as for memm_allocate(): of a page
 * @return as for memm_allocate(), or MEMM_BAD_PID, MEMM_BAD_RIGHTS or
 *         MEMM_NO_TABLES.  Takes time by the pages, which are cleared.
 */
enum memm_status memm_user_pages(struct memm *memm, uint64_t pid,
                                 uint64_t bytes, unsigned rights, void **block);

/**
 * Take a block back.  What names its allocator is read and not believed: a
 * process may have written there.
 *
 * @param memm   unchanged unless MEMM_OK is returned
 * @param block  any address at all
 * @return MEMM_OK, MEMM_FOREIGN, MEMM_MISALIGNED, MEMM_NOT_HELD,
 *         MEMM_DESTROYED, MEMM_BAD_NAME, MEMM_NOT_BLOCK or MEMM_IS_FREE.
 *         Takes O(log allocators) time on average: where small blocks at hand
 *         are joined, a step for each; and where an allocator ends, a bit or
 *         two for each of its pages.
 */
enum memm_status memm_free(struct memm *memm, void *block);

/** memm_free() for a process, the same contract: MEMM_OTHER_PROCESS if it is
 * not its block, and MEMM_BAD_PID if @p pid is the kernel's. */
enum memm_status memm_user_free(struct memm *memm, uint64_t pid, void *block);

/** The first frame of the lowest run of so many free pages, or 0: none.
 * Takes O(log runs) time. */
pfn_t memm_find_pages(const struct memm *memm, uint64_t pages);

/**
 * Make an allocator on free pages, or on those of a destroyed one of this
 * process.  It stays when its last block has gone.
 *
 * @param memm         as for memm_allocate()
 * @param first,pages  the run; to be found by memm_find_pages()
 * @param type         one of MEMM_TYPES, or any other
 * @param pid          whose it shall be; 0 is the kernel
 * @param allocator    set if MEMM_OK is returned
 * @return MEMM_OK, MEMM_NOT_FREE, MEMM_TOO_SMALL or MEMM_NO_MEMORY.  Takes
 *         O(log allocators + log runs) time, and time by the pages.
 */
enum memm_status memm_allocator_new(struct memm *memm, pfn_t first,
                                    uint64_t                pages,
                                    const struct memm_type *type, uint64_t pid,
                                    struct memm_allocator **allocator);

/**
 * End an allocator with all of its blocks.  Its pages are marked; they get a
 * new allocator of the process, or become free by memm_sweep().
 *
 * @param memm       unchanged unless MEMM_OK is returned
 * @param allocator  any address at all
 * @return MEMM_OK, MEMM_DESTROYED or MEMM_NO_ALLOCATOR.  Takes O(log
 *         allocators) time, and a bit or two a page; its blocks are not
 *         looked at.
 */
enum memm_status memm_allocator_destroy(struct memm           *memm,
                                        struct memm_allocator *allocator);

/**
 * Unmap and free the pages of destroyed allocators, of all processes.  An
 * allocation that finds no room does it too.
 *
 * @return pages that became free.  Takes O(log) time for each process, and
 *         time by the pages of each destroyed allocator.
 */
uint64_t memm_sweep(struct memm *memm);

/**
 * Take back all that a process has, its page tables and itself: they must not
 * be loaded.  Nothing has changed unless MEMM_OK is returned.
 *
 * @return MEMM_OK, MEMM_BAD_PID (the kernel stays) or MEMM_NO_PROCESS.  Takes
 *         time by its pages and tables, whatever its blocks.
 */
enum memm_status memm_reclaim(struct memm *memm, uint64_t pid);

/** The allocator that holds @p address, or NULL.  O(log allocators). */
struct memm_allocator *memm_holder(const struct memm *memm,
                                   const void        *address);

/** The process, or NULL.  O(log processes). */
const struct memm_process *memm_find(const struct memm *memm, uint64_t pid);

/** Where a block lies: there its process sees it. */
static inline paddr_t memm_paddr(const struct memm *memm, const void *block)
{
	return pfn_to_paddr(memm->first) +
	       (uint64_t)((const char *)block - memm->memory);
}

/**
 * Sum up what a process has.
 *
 * @param memm   unchanged
 * @param pid    0 is the kernel
 * @param stats  all of it is set, if MEMM_OK is returned
 * @return MEMM_OK or MEMM_NO_PROCESS.  Takes time by its allocators.
 */
enum memm_status memm_stats(const struct memm *memm, uint64_t pid,
                            struct memm_stats *stats);

/** Sum up all, the kernel included.  Takes O(allocators) time. */
void memm_stats_all(const struct memm *memm, struct memm_stats *stats);

/** Pages in the table of free runs: the rest of all the counts. */
static inline uint64_t memm_free_pages(const struct memm *memm)
{
	return memm->pages - memm->own_pages - memm->table_pages -
	       memm->allocator_pages - memm->destroyed_pages;
}

/**
 * NULL, or the sentence of the first broken invariant: each page is in one
 * state, bits, runs, trees and counts agree.  Takes O(pages) time, and looks
 * at each block and each table.
 */
const char *memm_check(const struct memm *memm);

/** The status in words. */
const char *memm_status_text(enum memm_status status);

/** Print what the pages are, and what the largest free run is.  Takes
 * O(allocators) time. */
void memm_print(const struct memm *memm);

#endif
