/**
 * @file
 * Lesson 6: see memm.h.
 *
 * The idea of an allocation: ask the allocator that served last; if it has
 * no room, the process's tree for the lowest one that has; if there is none,
 * make one.
 */
#include "kstring.h"
#include "memm_process.h"

/* Room that is enough for a request, wherever a block can start. */
static uint64_t room_for(const struct memm_request *request)
{
	return request->bytes +
	       (request->align > MEMM_ALIGN ? request->align : 0);
}

/* The allocator has failed, though the tree believed in it. */
static void note_failure(struct memm_allocator     *allocator,
                         const struct memm_request *request)
{
	uint64_t room = memm_allocator_room(allocator);

	allocator->full = true;
	memm_allocator_weigh(allocator, room < room_for(request) ? room : 0);
}

static void put_name(char *block, const struct memm_allocator *allocator)
{
	memcpy(block - MEMM_NAME_BYTES, &allocator, sizeof(allocator));
}

/* A block of this allocator, or NULL. */
static void *take_block(struct memm_allocator     *allocator,
                        const struct memm_request *request)
{
	char *block =
		allocator->allocate(allocator, request->bytes, request->align);

	if (block == NULL)
		return NULL;
	ASSERT(block >= allocator->data && (uintptr_t)block % MEMM_ALIGN == 0,
	       "%s gives out %p", allocator->type->name, (void *)block);
	put_name(block, allocator);
	if (allocator->type->shares)
		allocator->process->current = allocator;
	return block;
}

/* The same of one that stands in the trees. */
static void *serve(struct memm_allocator     *allocator,
                   const struct memm_request *request)
{
	void *block = take_block(allocator, request);

	if (block == NULL)
		note_failure(allocator, request);
	else if (!allocator->type->shares)
		memm_allocator_weigh(allocator, memm_allocator_room(allocator));
	return block;
}

/* From what the process has: the last one that served, or the lowest.  One
 * that fails is not found again, so each is asked once at most. */
static void *serve_from(struct memm_process       *process,
                        const struct memm_request *request)
{
	struct memm_allocator *current = process->current;
	uint64_t               room = room_for(request);
	struct memm_node      *node;
	void                  *block = NULL;

	if (current != NULL && current->by_room.weight >= room)
		block = serve(current, request);
	while (block == NULL) {
		node = memm_tree_first_fit(process->allocators, room);
		if (node == NULL)
			return NULL;
		block = serve(MEMM_OF(node, struct memm_allocator, by_room),
		              request);
	}
	return block;
}

/* From whatever it has, before memory is refused: an allocator that has not
 * room enough may have it when it joins what is at hand. */
static void *serve_at_last(struct memm_process       *process,
                           const struct memm_request *request)
{
	struct memm_node *node = memm_tree_first(process->allocators);
	void             *block = NULL;

	while (node != NULL && block == NULL) {
		block = serve(MEMM_OF(node, struct memm_allocator, by_room),
		              request);
		node = memm_tree_next(process->allocators, node);
	}
	return block;
}

static enum memm_status serve_anew(struct memm               *memm,
                                   struct memm_process       *process,
                                   const struct memm_request *request,
                                   const struct memm_type *type, void **block)
{
	struct memm_allocator *made;
	enum memm_status       status =
		memm_make_for(memm, process, request, type, &made);

	if (status != MEMM_OK)
		return status;
	*block = take_block(made, request);
	ASSERT(*block != NULL, "a new %s allocator has no room for %llu bytes",
	       type->name, (unsigned long long)request->bytes);
	memm_allocator_enter(memm, made);
	return MEMM_OK;
}

static enum memm_status check_request(const struct memm         *memm,
                                      const struct memm_request *request)
{
	if (request->bytes == 0)
		return MEMM_BAD_BYTES;
	if ((request->align & (request->align - 1)) != 0)
		return MEMM_BAD_ALIGN;
	/* From here on sums of the two cannot wrap. */
	if (max_u64(request->bytes, request->align) > memm->pages * PAGE_SIZE)
		return MEMM_NO_MEMORY;
	return MEMM_OK;
}

/* The process, which is made where it is not known. */
static struct memm_process *process_for(struct memm *memm, uint64_t pid,
                                        bool *is_new)
{
	struct memm_process *process = memm_process_find(memm, pid);

	*is_new = process == NULL;
	if (process == NULL)
		process = memm_process_new(memm, pid);
	return process;
}

/* From what the process has, or anew, or at last. */
static enum memm_status serve_any(struct memm               *memm,
                                  struct memm_process       *process,
                                  const struct memm_request *request,
                                  void                     **block)
{
	void            *served = serve_from(process, request);
	enum memm_status status = MEMM_OK;

	if (served == NULL)
		status = serve_anew(memm, process, request,
		                    memm_type_for(request), &served);
	if (status == MEMM_NO_MEMORY) {
		served = serve_at_last(process, request);
		status = served != NULL ? MEMM_OK : MEMM_NO_MEMORY;
	}
	if (status == MEMM_OK)
		*block = served;
	return status;
}

/* By an allocator of @type, made for it; or by any, where that is NULL. */
static enum memm_status allocate_once(struct memm *memm, uint64_t pid,
                                      const struct memm_request *request,
                                      const struct memm_type    *type,
                                      void                     **block)
{
	bool                 is_new;
	struct memm_process *process = process_for(memm, pid, &is_new);
	enum memm_status     status;

	if (process == NULL)
		return MEMM_NO_MEMORY;
	status = type != NULL ? serve_anew(memm, process, request, type, block)
	                      : serve_any(memm, process, request, block);
	if (status != MEMM_OK && is_new)
		memm_process_end(memm, process);
	return status;
}

/* Where a new process finds no page, a sweep may give it one.  And its page
 * may have been taken from between pages that a sweep has freed since: then
 * there is room the second time. */
static enum memm_status allocate(struct memm *memm, uint64_t pid,
                                 const struct memm_request *request,
                                 const struct memm_type *type, void **block)
{
	enum memm_status status =
		allocate_once(memm, pid, request, type, block);

	if (status == MEMM_NO_MEMORY && memm_sweep(memm) != 0)
		status = allocate_once(memm, pid, request, type, block);
	return status;
}

/* Mostly a process asks again, and the allocator that served it has room. */
static void *serve_again(const struct memm *memm, uint64_t pid, uint64_t bytes)
{
	const struct memm_process *last = memm->last;
	struct memm_allocator     *current;
	char                      *block;

	if (last == NULL || last->node.key != pid || last->current == NULL)
		return NULL;
	current = last->current;
	if (bytes - 1 >= current->by_room.weight || bytes >= current->bytes)
		return NULL;
	block = current->allocate(current, bytes, 0);
	if (block != NULL)
		put_name(block, current);
	return block;
}

enum memm_status memm_allocate(struct memm *memm, uint64_t pid, uint64_t bytes,
                               uint64_t align, void **block)
{
	struct memm_request request = { bytes, align, USER_WRITE };
	enum memm_status    status;

	if (align == 0) {
		void *served = serve_again(memm, pid, bytes);

		if (served != NULL) {
			*block = served;
			return MEMM_OK;
		}
	}
	status = check_request(memm, &request);
	return status == MEMM_OK ? allocate(memm, pid, &request, NULL, block)
	                         : status;
}

enum memm_status memm_kernel_allocate(struct memm *memm, uint64_t bytes,
                                      void **block)
{
	return memm_allocate(memm, 0, bytes, 0, block);
}

enum memm_status memm_user_allocate(struct memm *memm, uint64_t pid,
                                    uint64_t bytes, void **block)
{
	if (pid == 0)
		return MEMM_BAD_PID;
	return memm_allocate(memm, pid, bytes, 0, block);
}

enum memm_status memm_user_pages(struct memm *memm, uint64_t pid,
                                 uint64_t bytes, unsigned rights, void **block)
{
	struct memm_request request = { bytes, PAGE_SIZE, rights };
	enum memm_status    status = check_request(memm, &request);

	if (status != MEMM_OK)
		return status;
	if (pid == 0)
		return MEMM_BAD_PID;
	if (memm->tables.kernel == 0)
		return MEMM_NO_TABLES;
	if (rights > USER_EXECUTE)
		return MEMM_BAD_RIGHTS;
	return allocate(memm, pid, &request, &memm_whole, block);
}
