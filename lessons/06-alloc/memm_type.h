/**
 * @file
 * Lesson 6: allocator objects, and the types that they can have.
 *
 * An allocator owns a run of pages and gives blocks of it to one process.
 * Its object stands at the start of the run; what a type must remember
 * follows the object.  From `data` on lie the blocks:
 *
 *      object   type's own state        data
 *     +--------+----------------+------+-----------------------------------+
 *     |        |                |  ..A.|block      ..A.|block     ..A.|    |
 *     +--------+----------------+------+-----------------------------------+
 *     page-aligned                     page-aligned
 *
 * The 8 bytes that stand 16 bytes before a block name its allocator (A).  The
 * manager writes them, so a type leaves 16 bytes before each block alone, and
 * keeps all else that it must rely on below `data`: a process may write to
 * its data, never to what is below.
 *
 * A new type is one file with its struct memm_type, and one line below.
 */
#ifndef MEMM_TYPE_H
#define MEMM_TYPE_H

#include "memm_tree.h"

/** What can be wrong.  The numbers are stable. */
enum memm_status {
	MEMM_OK,            /**< It is done. */
	MEMM_NO_MEMORY,     /**< No run of free pages is long enough; where it
	                     *   must be aligned, as much longer as that may take,
	                     *   or the lowest that might do does not.  To more
	                     *   than the arena's pages nothing is aligned. */
	MEMM_BAD_ARENA,     /**< Page 0, beyond 1 TiB, or too few pages. */
	MEMM_BAD_BYTES,     /**< 0 bytes. */
	MEMM_BAD_ALIGN,     /**< Not a power of two. */
	MEMM_BAD_RIGHTS,    /**< To write and to execute. */
	MEMM_BAD_PID,       /**< 0 is the kernel, and was not meant. */
	MEMM_NO_PROCESS,    /**< Nothing is known of this pid. */
	MEMM_NO_TABLES,     /**< No page tables were asked for at the start. */
	MEMM_NOT_FREE,      /**< Not all of these pages are free. */
	MEMM_TOO_SMALL,     /**< The type needs more pages than that. */
	MEMM_FOREIGN,       /**< Not an address of the arena. */
	MEMM_MISALIGNED,    /**< No block starts at such an address. */
	MEMM_NOT_HELD,      /**< The page is not held by an allocator. */
	MEMM_DESTROYED,     /**< The page's allocator was destroyed. */
	MEMM_BAD_NAME,      /**< What names its allocator is not its name. */
	MEMM_NOT_BLOCK,     /**< No block starts there. */
	MEMM_IS_FREE,       /**< The block is free already. */
	MEMM_OTHER_PROCESS, /**< The block belongs to another process. */
	MEMM_NO_ALLOCATOR,  /**< No allocator stands there. */
	MEMM_STATUSES,      /**< How many there are. */
};

struct memm_type;
struct memm_process;

/** Bytes before a block that belong to the manager. */
#define MEMM_NAME_BYTES 16

/** A block's address is a multiple of this, if nothing else is asked for. */
#define MEMM_ALIGN 16

/** An allocator. */
struct memm_allocator {
	const struct memm_type *type; /**< What it was made by. */

	/**
	 * Give out a block: NULL where there is no room.
	 *
	 * @param bytes  0 asks whether there is room for anything: not NULL
	 *               says yes, and nothing is given out
	 * @param align  a power of two, or 0 for any: then and up to
	 *               MEMM_ALIGN the block is aligned to MEMM_ALIGN
	 */
	void *(*allocate)(struct memm_allocator *allocator, uint64_t bytes,
	                  uint64_t align);

	/**
	 * Take a block back.
	 *
	 * @param block  any address of the data: believe nothing
	 * @return MEMM_OK, or MEMM_NOT_BLOCK, MEMM_IS_FREE or MEMM_MISALIGNED
	 *         and nothing has changed
	 */
	enum memm_status (*free)(struct memm_allocator *allocator, void *block);

	paddr_t  paddr; /**< Where the object lies: alignment counts there. */
	uint64_t pid;   /**< Whose; 0 is the kernel. */
	uint64_t bytes; /**< From the object to the end: whole pages. */
	char    *data;  /**< Page-aligned.  Set by the type. */

	uint64_t blocks;     /**< Given out and not back.  By the type. */
	uint64_t used_bytes; /**< What they take.  By the type. */

	bool     full; /**< An allocation has failed, and nothing came back. */
	bool     kept; /**< Stays when its last block has gone. */
	bool     destroyed; /**< Its pages wait to be freed. */
	unsigned rights;    /**< Of the process: see user_map.h. */

	struct memm_process *process;    /**< Whose: `pid`. */
	struct memm_node     by_address; /**< Among all allocators. */
	struct memm_node     by_room;    /**< Among its process's. */
};

/** Where a byte of an allocator lies: its process sees it there. */
static inline paddr_t memm_paddr_in(const struct memm_allocator *allocator,
                                    const char                  *address)
{
	return allocator->paddr + (uint64_t)(address - (const char *)allocator);
}

/** What all allocators of a type share. */
struct memm_type {
	const char *name; /**< For the report. */
	bool shares; /**< It has many blocks, so a new one may be larger. */

	/** Pages, object included, that a new allocator needs to serve one
	 *  such request; 0: this type is not for it. */
	uint64_t (*pages_for)(uint64_t bytes, uint64_t align);

	/** Make ready @p allocator, of which `bytes` is set and all else that
	 *  the type sets is 0.  False: too small. */
	bool (*init)(struct memm_allocator *allocator);

	/** Becomes its allocators' `allocate`. */
	void *(*allocate)(struct memm_allocator *allocator, uint64_t bytes,
	                  uint64_t align);

	/** Becomes their `free`. */
	enum memm_status (*free)(struct memm_allocator *allocator, void *block);

	/** The largest block that can be had has about so many bytes.  May
	 *  be too much: then after a failed allocation it is so no more.  May
	 *  be too little: then nobody asks before memory is short.  May be
	 *  NULL: then an allocator is tried until it fails. */
	uint64_t (*room)(const struct memm_allocator *allocator);

	/** NULL, or the sentence of the first broken invariant. */
	const char *(*check)(const struct memm_allocator *allocator);
};

/** All types.  For a request the first one that is for it is taken. */
#define MEMM_TYPES(type) type(raw) type(whole)

/** memm_raw, memm_whole: each in a file of its own. */
#define MEMM_TYPE_DECLARE(name) extern const struct memm_type memm_##name;
MEMM_TYPES(MEMM_TYPE_DECLARE)

#endif
