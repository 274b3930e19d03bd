/**
 * @file
 * Lesson 6: what comes back to memm, see memm.h: blocks, allocators, the
 * pages of destroyed ones, and all that a process had.
 */
#include "kstring.h"
#include "memm_process.h"

struct memm_allocator *memm_holder(const struct memm *memm, const void *address)
{
	uintptr_t         offset = (uintptr_t)address - (uintptr_t)memm->memory;
	struct memm_node *node;
	pfn_t             page;

	if (offset >= memm->pages * PAGE_SIZE)
		return NULL;
	page = memm->first + pfn_down(offset);
	if (!memm_bit(memm, memm->with_allocator, page))
		return NULL;
	node = memm_tree_below(memm->allocators, page);
	return MEMM_OF(node, struct memm_allocator, by_address);
}

/* The allocator that served last, if it holds the address: no tree is asked.
 * Or NULL. */
static struct memm_allocator *last_one(const struct memm *memm,
                                       const void        *address)
{
	struct memm_allocator *a =
		memm->last != NULL ? memm->last->current : NULL;

	return a != NULL && (uintptr_t)address - (uintptr_t)a < a->bytes ? a
	                                                                 : NULL;
}

/* Who holds an address that may be anything, from the outside inward. */
static enum memm_status find_holder(const struct memm *memm, const void *block,
                                    struct memm_allocator **holder)
{
	uintptr_t offset = (uintptr_t)block - (uintptr_t)memm->memory;

	if (offset >= memm->pages * PAGE_SIZE)
		return MEMM_FOREIGN;
	if (offset % MEMM_ALIGN != 0)
		return MEMM_MISALIGNED;
	*holder = last_one(memm, block);
	if (*holder != NULL)
		return MEMM_OK;
	if (memm_bit(memm, memm->with_destroyed,
	             memm->first + pfn_down(offset)))
		return MEMM_DESTROYED;
	*holder = memm_holder(memm, block);
	return *holder != NULL ? MEMM_OK : MEMM_NOT_HELD;
}

/* Only where an allocator's data is, the 16 bytes before a block can be
 * read. */
static enum memm_status look_up(const struct memm *memm, void *block,
                                struct memm_allocator **holder)
{
	enum memm_status       status = find_holder(memm, block, holder);
	struct memm_allocator *name;

	if (status != MEMM_OK)
		return status;
	if ((char *)block < (*holder)->data)
		return MEMM_NOT_BLOCK;
	memcpy(&name, (char *)block - MEMM_NAME_BYTES, sizeof(name));
	return name == *holder ? MEMM_OK : MEMM_BAD_NAME;
}

static enum memm_status give_back(struct memm           *memm,
                                  struct memm_allocator *holder, void *block)
{
	enum memm_status status = holder->free(holder, block);
	uint64_t         room;

	if (status != MEMM_OK)
		return status;
	holder->full = false;
	room = memm_allocator_room(holder);
	if (room > holder->by_room.weight)
		memm_allocator_weigh(holder, room);
	if (holder->blocks == 0 && !holder->kept &&
	    holder != holder->process->current)
		memm_allocator_end(memm, holder);
	return MEMM_OK;
}

enum memm_status memm_free(struct memm *memm, void *block)
{
	struct memm_allocator *holder;
	enum memm_status       status = look_up(memm, block, &holder);

	return status == MEMM_OK ? give_back(memm, holder, block) : status;
}

enum memm_status memm_user_free(struct memm *memm, uint64_t pid, void *block)
{
	struct memm_allocator *holder;
	enum memm_status       status;

	if (pid == 0)
		return MEMM_BAD_PID;
	status = look_up(memm, block, &holder);
	if (status == MEMM_OK && holder->pid != pid)
		status = MEMM_OTHER_PROCESS;
	return status == MEMM_OK ? give_back(memm, holder, block) : status;
}

pfn_t memm_find_pages(const struct memm *memm, uint64_t pages)
{
	pfn_t first = 0;

	memm_pages_find_any(memm, pages, &first);
	return first;
}

/* If the run was a destroyed allocator's of this process, it gets free. */
static bool make_free(struct memm *memm, struct memm_process *process,
                      pfn_t first, uint64_t pages)
{
	struct memm_node *node;

	if (memm_pages_are_free(memm, first, pages))
		return true;
	node = memm_tree_below(process->destroyed, first);
	if (node == NULL || first - node->key >= node->weight ||
	    pages > node->weight - (first - node->key))
		return false;
	memm_allocator_release(memm,
	                       MEMM_OF(node, struct memm_allocator, by_room));
	return true;
}

enum memm_status memm_allocator_new(struct memm *memm, pfn_t first,
                                    uint64_t                pages,
                                    const struct memm_type *type, uint64_t pid,
                                    struct memm_allocator **allocator)
{
	struct memm_process *process = memm_process_find(memm, pid);
	enum memm_status     status = MEMM_NOT_FREE;
	bool                 is_new = process == NULL;

	if (pages == 0)
		return MEMM_TOO_SMALL;
	if (is_new) {
		if (!memm_pages_are_free(memm, first, pages))
			return MEMM_NOT_FREE;
		/* The process's own pages must come from elsewhere. */
		memm_pages_take(memm, first, pages, MEMM_OWN);
		process = memm_process_new(memm, pid);
		memm_pages_give(memm, first, pages, MEMM_OWN);
	}
	if (process == NULL)
		return MEMM_NO_MEMORY;
	if (make_free(memm, process, first, pages)) {
		memm_pages_take(memm, first, pages, MEMM_ALLOCATOR);
		status = memm_allocator_make(memm, process, first, pages, type,
		                             USER_WRITE, allocator);
	}
	if (status == MEMM_OK) {
		(*allocator)->kept = true;
		memm_allocator_enter(memm, *allocator);
	} else if (is_new) {
		memm_process_end(memm, process);
	}
	return status;
}

enum memm_status memm_allocator_destroy(struct memm           *memm,
                                        struct memm_allocator *allocator)
{
	uintptr_t offset = (uintptr_t)allocator - (uintptr_t)memm->memory;
	pfn_t     page = memm->first + pfn_down(offset);

	if (offset >= memm->pages * PAGE_SIZE || offset % PAGE_SIZE != 0)
		return MEMM_NO_ALLOCATOR;
	if (memm_bit(memm, memm->with_destroyed, page))
		return MEMM_DESTROYED;
	if (memm_holder(memm, allocator) != allocator)
		return MEMM_NO_ALLOCATOR;
	memm_allocator_end(memm, allocator);
	return MEMM_OK;
}

static uint64_t sweep_process(struct memm *memm, struct memm_process *process)
{
	uint64_t pages = process->destroyed_pages;

	while (process->destroyed != NULL)
		memm_allocator_release(memm,
		                       MEMM_OF(process->destroyed,
		                               struct memm_allocator, by_room));
	return pages;
}

uint64_t memm_sweep(struct memm *memm)
{
	struct memm_node *node = memm_tree_first(memm->processes);
	uint64_t          pages;

	if (memm->destroyed_pages == 0)
		return 0;
	pages = sweep_process(memm, &memm->kernel);
	for (; node != NULL; node = memm_tree_next(memm->processes, node))
		pages += sweep_process(
			memm, MEMM_OF(node, struct memm_process, node));
	return pages;
}

/* All of a tree's allocators at once: what is known of them goes with their
 * pages, so nobody takes them out of the tree one by one. */
static void give_all(struct memm *memm, struct memm_node *node)
{
	struct memm_allocator *allocator =
		MEMM_OF(node, struct memm_allocator, by_room);
	uint64_t pages = allocator->bytes / PAGE_SIZE;

	if (node->child[0] != NULL)
		give_all(memm, node->child[0]);
	if (node->child[1] != NULL)
		give_all(memm, node->child[1]);
	if (!allocator->destroyed)
		memm_tree_remove(&memm->allocators, node->key);
	memm_pages_give(memm, node->key, pages,
	                allocator->destroyed ? MEMM_WAS_ALLOCATOR
	                                     : MEMM_ALLOCATOR);
}

enum memm_status memm_reclaim(struct memm *memm, uint64_t pid)
{
	struct memm_process *process = memm_process_find(memm, pid);

	if (pid == 0)
		return MEMM_BAD_PID;
	if (process == NULL)
		return MEMM_NO_PROCESS;
	if (process->allocators != NULL)
		give_all(memm, process->allocators);
	if (process->destroyed != NULL)
		give_all(memm, process->destroyed);
	memm_process_end(memm, process);
	return MEMM_OK;
}
