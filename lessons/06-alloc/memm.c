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

/** An allocator that many blocks will share gets so many pages at least, so
 *  many at most, and in between a sixteenth of what its process has. */
#define SHARED_LEAST       4
#define SHARED_MOST        64

#define LARGE_PAGES        (2 * MiB / PAGE_SIZE)
#define HUGE_PAGES         (GiB / PAGE_SIZE)

#define TYPE_ADDRESS(name) &memm_##name,
static const struct memm_type *const types[] = { MEMM_TYPES(TYPE_ADDRESS) };

#define TYPES (sizeof(types) / sizeof(types[0]))

/* What a caller wants. */
struct request {
	uint64_t bytes;
	uint64_t align;
	unsigned rights;
};

/* Where a new allocator would go. */
struct place {
	const struct memm_type *type;
	uint64_t                least; /* pages */
	uint64_t                pages;
	uint64_t                align; /* pages */
	pfn_t                   first;
};

/* Room that is enough for a request, wherever a block can start. */
static uint64_t room_for(const struct request *request)
{
	return request->bytes +
	       (request->align > MEMM_ALIGN ? request->align : 0);
}

/* The allocator has failed, though the tree believed in it. */
static void note_failure(struct memm_allocator *allocator,
                         const struct request  *request)
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
static void *serve(struct memm_allocator *allocator,
                   const struct request  *request)
{
	char *block =
		allocator->allocate(allocator, request->bytes, request->align);

	if (block == NULL) {
		note_failure(allocator, request);
		return NULL;
	}
	ASSERT(block >= allocator->data && (uintptr_t)block % MEMM_ALIGN == 0,
	       "%s gives out %p", allocator->type->name, (void *)block);
	put_name(block, allocator);
	if (allocator->type->shares)
		allocator->process->current = allocator;
	else
		memm_allocator_weigh(allocator, memm_allocator_room(allocator));
	return block;
}

/* From what the process has: the last one that served, or the lowest.  One
 * that fails is not found again, so each is asked once at most. */
static void *serve_from(struct memm_process  *process,
                        const struct request *request)
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

/* Blocks of 2 MiB and more start where large pages can. */
static struct place place_for(const struct memm_process *process,
                              const struct request      *request,
                              const struct memm_type    *type)
{
	struct place place = { .type = type, .align = 1 };

	place.least = type->pages_for(request->bytes, request->align);
	place.pages = place.least;
	if (type->shares)
		place.pages = max_u64(
			place.least,
			min_u64(SHARED_MOST,
		                max_u64(SHARED_LEAST,
		                        process->allocator_pages / 16)));
	if (request->align > PAGE_SIZE)
		place.align = request->align / PAGE_SIZE;
	if (request->bytes >= LARGE_PAGES * PAGE_SIZE)
		place.align = max_u64(place.align, LARGE_PAGES);
	if (request->bytes >= HUGE_PAGES * PAGE_SIZE)
		place.align = max_u64(place.align, HUGE_PAGES);
	return place;
}

/* The wish first, then what is needed, then with what can be swept. */
static bool find_place(struct memm *memm, const struct request *request,
                       struct place *place)
{
	uint64_t needed = max_u64(1, request->align / PAGE_SIZE);

	if (memm_pages_find(memm, place->pages, 1, place->align, &place->first))
		return true;
	place->pages = place->least;
	if (memm_pages_find(memm, place->least, 1, needed, &place->first))
		return true;
	return memm_sweep(memm) != 0 &&
	       memm_pages_find(memm, place->least, 1, needed, &place->first);
}

/* What a destroyed allocator of the process held is taken first. */
static void reuse_destroyed(struct memm *memm, struct memm_process *process,
                            uint64_t pages)
{
	struct memm_node *node = memm_tree_first_fit(process->destroyed, pages);

	if (node != NULL)
		memm_allocator_release(
			memm, MEMM_OF(node, struct memm_allocator, by_room));
}

/* An allocator that has served nothing yet. */
static enum memm_status make_for(struct memm            *memm,
                                 struct memm_process    *process,
                                 const struct request   *request,
                                 const struct memm_type *type,
                                 struct memm_allocator **made)
{
	struct place     place = place_for(process, request, type);
	enum memm_status status;

	reuse_destroyed(memm, process, place.pages);
	if (!find_place(memm, request, &place))
		return MEMM_NO_MEMORY;
	status = memm_allocator_make(memm, process, place.first, place.pages,
	                             type, request->rights, made);
	ASSERT(status == MEMM_OK || status == MEMM_NO_MEMORY,
	       "%s on %llu pages: %s", type->name,
	       (unsigned long long)place.pages, memm_status_text(status));
	return status;
}

static enum memm_status serve_anew(struct memm            *memm,
                                   struct memm_process    *process,
                                   const struct request   *request,
                                   const struct memm_type *type, void **block)
{
	struct memm_allocator *made;
	enum memm_status status = make_for(memm, process, request, type, &made);

	if (status != MEMM_OK)
		return status;
	*block = serve(made, request);
	ASSERT(*block != NULL, "a new %s allocator has no room for %llu bytes",
	       type->name, (unsigned long long)request->bytes);
	return MEMM_OK;
}

static const struct memm_type *type_for(const struct request *request)
{
	for (unsigned i = 0; i < TYPES; i++)
		if (types[i]->pages_for(request->bytes, request->align) != 0)
			return types[i];
	return &memm_whole;
}

static enum memm_status check_request(const struct memm    *memm,
                                      const struct request *request)
{
	if (request->bytes == 0)
		return MEMM_BAD_BYTES;
	if ((request->align & (request->align - 1)) != 0)
		return MEMM_BAD_ALIGN;
	/* From here on sums of the two cannot wrap. */
	if (request->bytes > memm->pages * PAGE_SIZE ||
	    request->align > memm->pages * PAGE_SIZE)
		return MEMM_NO_MEMORY;
	return MEMM_OK;
}

/* The process, which is made where it is not known. */
static struct memm_process *process_for(struct memm *memm, uint64_t pid)
{
	struct memm_process *process = memm_process_find(memm, pid);

	if (process == NULL)
		process = memm_process_new(memm, pid);
	if (process == NULL && memm_sweep(memm) != 0)
		process = memm_process_new(memm, pid);
	return process;
}

/* What is not there must be found, or made. */
static enum memm_status allocate(struct memm *memm, uint64_t pid,
                                 const struct request *request, void **block)
{
	struct memm_process *process = process_for(memm, pid);
	enum memm_status     status = MEMM_OK;
	void                *served;

	if (process == NULL)
		return MEMM_NO_MEMORY;
	served = serve_from(process, request);
	if (served == NULL)
		status = serve_anew(memm, process, request, type_for(request),
		                    &served);
	if (status == MEMM_OK)
		*block = served;
	else if (pid != 0 && memm_process_is_empty(process))
		memm_process_end(memm, process);
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
	struct request   request = { bytes, align, USER_WRITE };
	enum memm_status status;

	if (align == 0) {
		void *served = serve_again(memm, pid, bytes);

		if (served != NULL) {
			*block = served;
			return MEMM_OK;
		}
	}
	status = check_request(memm, &request);
	return status == MEMM_OK ? allocate(memm, pid, &request, block)
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
	struct request       request = { bytes, PAGE_SIZE, rights };
	enum memm_status     status = check_request(memm, &request);
	struct memm_process *process;

	if (status != MEMM_OK)
		return status;
	if (pid == 0)
		return MEMM_BAD_PID;
	if (memm->tables.kernel == 0)
		return MEMM_NO_TABLES;
	if (rights > USER_EXECUTE)
		return MEMM_BAD_RIGHTS;
	process = process_for(memm, pid);
	if (process == NULL)
		return MEMM_NO_MEMORY;
	status = serve_anew(memm, process, &request, &memm_whole, block);
	if (status != MEMM_OK && memm_process_is_empty(process))
		memm_process_end(memm, process);
	return status;
}
