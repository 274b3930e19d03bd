/**
 * @file
 * Lesson 6: processes and their allocators, as memm's own files see them.
 */
#ifndef MEMM_PROCESS_H
#define MEMM_PROCESS_H

#include "memm_pages.h"

/** What a caller wants. */
struct memm_request {
	uint64_t bytes;  /**< At least 1. */
	uint64_t align;  /**< A power of two, or 0. */
	unsigned rights; /**< See user_map.h. */
};

/** memm_process_find() of another one than the last. */
struct memm_process *memm_process_seek(struct memm *memm, uint64_t pid);

/** The process, or NULL.  Remembers the last one. */
static inline struct memm_process *memm_process_find(struct memm *memm,
                                                     uint64_t     pid)
{
	if (memm->last != NULL && memm->last->node.key == pid)
		return memm->last;
	return memm_process_seek(memm, pid);
}

/** A process without anything, or NULL: no pages.  Nothing is known of it. */
struct memm_process *memm_process_new(struct memm *memm, uint64_t pid);

/** End a process that has no allocators any more: its page tables go in one
 *  piece. */
void memm_process_end(struct memm *memm, struct memm_process *process);

/** Make an allocator on pages that were taken for it, and which become free
 *  if there is not memory enough: see memm_allocator_new().  No tree knows it
 *  before memm_allocator_enter(). */
enum memm_status
memm_allocator_make(struct memm *memm, struct memm_process *process,
                    pfn_t first, uint64_t pages, const struct memm_type *type,
                    unsigned rights, struct memm_allocator **allocator);

/** Enter an allocator into the trees, with the room that it has now. */
void memm_allocator_enter(struct memm *memm, struct memm_allocator *allocator);

/** The first type that is for such a request. */
const struct memm_type *memm_type_for(const struct memm_request *request);

/** Find pages and make an allocator for a request, which it has not served
 *  yet.  MEMM_OK or MEMM_NO_MEMORY. */
enum memm_status memm_make_for(struct memm *memm, struct memm_process *process,
                               const struct memm_request *request,
                               const struct memm_type    *type,
                               struct memm_allocator    **made);

/** Mark the pages of a living allocator as destroyed. */
void memm_allocator_end(struct memm *memm, struct memm_allocator *allocator);

/** Unmap and free a destroyed allocator's pages. */
void memm_allocator_release(struct memm           *memm,
                            struct memm_allocator *allocator);

/** Unmap a destroyed allocator's pages and free all but the first @p pages:
 *  those are taken for a new one. */
void memm_allocator_recycle(struct memm *memm, struct memm_allocator *allocator,
                            uint64_t pages);

/** How many bytes its type says it has room for. */
uint64_t memm_allocator_room(const struct memm_allocator *allocator);

/**
 * Tell the process's tree how much room there is.
 *
 * The tree may believe in more than there is: an allocation that succeeds
 * says nothing, one that fails does, and so does a block that comes back.
 */
void memm_allocator_weigh(struct memm_allocator *allocator, uint64_t room);

#endif
