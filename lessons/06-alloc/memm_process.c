/**
 * @file
 * Lesson 6: see memm_process.h.
 *
 * An allocator stands in two trees: among all, so that an address finds it,
 * and among its process's, so that a request does.  When it is destroyed it
 * leaves both for the process's tree of what is to be unmapped; its object
 * stays where it is until the pages are free.
 */
#include "kstring.h"
#include "memm_process.h"

static pfn_t first_of(const struct memm           *memm,
                      const struct memm_allocator *allocator)
{
	return memm_pfn(memm, allocator);
}

struct memm_process *memm_process_seek(struct memm *memm, uint64_t pid)
{
	struct memm_node *node;

	if (pid == 0)
		return memm->last = &memm->kernel;
	node = memm_tree_find(memm->processes, pid);
	if (node == NULL)
		return NULL;
	memm->last = MEMM_OF(node, struct memm_process, node);
	return memm->last;
}

struct memm_process *memm_process_new(struct memm *memm, uint64_t pid)
{
	struct memm_process *process;
	pfn_t                page;

	if (!memm_pages_find_any(memm, 1, &page))
		return NULL;
	memm_pages_take(memm, page, 1, MEMM_OWN);
	process = memm_page(memm, page);
	memset(process, 0, sizeof(*process));
	if (memm->tables.kernel != 0 &&
	    user_map_init(&process->map, &memm->tables) != USER_MAP_OK) {
		memm_pages_give(memm, page, 1, MEMM_OWN);
		return NULL;
	}
	memm_tree_insert(&memm->processes, &process->node, pid, 0);
	memm->last = process;
	return process;
}

static void give_tables(struct memm *memm, struct memm_process *process)
{
	for (unsigned i = 0; i < USER_SIZES; i++)
		memm->mappings[i] -= process->map.pages[i];
	if (process->map.root != 0)
		user_map_end(&process->map, &memm->tables);
}

void memm_process_end(struct memm *memm, struct memm_process *process)
{
	give_tables(memm, process);
	memm_tree_remove(&memm->processes, process->node.key);
	memm->last = NULL;
	memm_pages_give(memm, memm_pfn(memm, process), 1, MEMM_OWN);
}

static uint64_t data_bytes(const struct memm_allocator *allocator)
{
	const char *end = (const char *)allocator + allocator->bytes;

	return (uint64_t)(end - allocator->data);
}

static void count_mappings(struct memm *memm, const struct user_map *before,
                           const struct user_map *after)
{
	for (unsigned i = 0; i < USER_SIZES; i++)
		memm->mappings[i] += after->pages[i] - before->pages[i];
}

/* A process sees zeros, not what another one left. */
static bool map_data(struct memm *memm, struct memm_process *process,
                     struct memm_allocator *allocator)
{
	struct user_map before = process->map;
	paddr_t         paddr = memm_paddr(memm, allocator->data);

	if (before.root == 0)
		return true;
	if (user_map_add(&process->map, &memm->tables, paddr, paddr,
	                 data_bytes(allocator),
	                 allocator->rights) != USER_MAP_OK)
		return false;
	memset(allocator->data, 0, data_bytes(allocator));
	count_mappings(memm, &before, &process->map);
	return true;
}

static void unmap_data(struct memm *memm, struct memm_process *process,
                       struct memm_allocator *allocator)
{
	struct user_map      before = process->map;
	paddr_t              paddr = memm_paddr(memm, allocator->data);
	enum user_map_status status;

	if (before.root == 0)
		return;
	status = user_map_remove(&process->map, &memm->tables, paddr,
	                         data_bytes(allocator));
	ASSERT(status == USER_MAP_OK, "0x%llx: %s", (unsigned long long)paddr,
	       user_map_text(status));
	count_mappings(memm, &before, &process->map);
}

void memm_allocator_enter(struct memm *memm, struct memm_allocator *allocator)
{
	struct memm_process *process = allocator->process;
	pfn_t                first = first_of(memm, allocator);

	memm_tree_insert(&memm->allocators, &allocator->by_address, first, 0);
	memm_tree_insert(&process->allocators, &allocator->by_room, first,
	                 memm_allocator_room(allocator));
	process->allocator_pages += allocator->bytes / PAGE_SIZE;
}

enum memm_status
memm_allocator_make(struct memm *memm, struct memm_process *process,
                    pfn_t first, uint64_t pages, const struct memm_type *type,
                    unsigned rights, struct memm_allocator **allocator)
{
	struct memm_allocator *made = memm_page(memm, first);
	enum memm_status       status = MEMM_OK;

	*made = (struct memm_allocator){ .type = type,
		                         .allocate = type->allocate,
		                         .free = type->free,
		                         .paddr = pfn_to_paddr(first),
		                         .pid = process->node.key,
		                         .bytes = pages * PAGE_SIZE,
		                         .rights = rights,
		                         .process = process };
	if (!type->init(made))
		status = MEMM_TOO_SMALL;
	else if (!map_data(memm, process, made))
		status = MEMM_NO_MEMORY;
	if (status != MEMM_OK) {
		memm_pages_give(memm, first, pages, MEMM_ALLOCATOR);
		return status;
	}
	*allocator = made;
	return MEMM_OK;
}

uint64_t memm_allocator_room(const struct memm_allocator *allocator)
{
	const struct memm_type *type = allocator->type;

	return type->room != NULL ? type->room(allocator) : UINT64_MAX;
}

void memm_allocator_weigh(struct memm_allocator *allocator, uint64_t room)
{
	if (room != allocator->by_room.weight)
		memm_tree_weigh(allocator->process->allocators,
		                allocator->by_room.key, room);
}

void memm_allocator_end(struct memm *memm, struct memm_allocator *allocator)
{
	struct memm_process *process = allocator->process;
	pfn_t                first = first_of(memm, allocator);
	uint64_t             pages = allocator->bytes / PAGE_SIZE;

	memm_tree_remove(&memm->allocators, first);
	memm_tree_remove(&process->allocators, first);
	if (process->current == allocator)
		process->current = NULL;
	allocator->destroyed = true;
	memm_tree_insert(&process->destroyed, &allocator->by_room, first,
	                 pages);
	memm_pages_mark(memm, first, pages);
	process->allocator_pages -= pages;
	process->destroyed_pages += pages;
}

/* The process has the destroyed allocator's pages no more. */
static void forget(struct memm *memm, struct memm_allocator *allocator)
{
	struct memm_process *process = allocator->process;

	unmap_data(memm, process, allocator);
	memm_tree_remove(&process->destroyed, allocator->by_room.key);
	process->destroyed_pages -= allocator->bytes / PAGE_SIZE;
}

void memm_allocator_release(struct memm *memm, struct memm_allocator *allocator)
{
	forget(memm, allocator);
	memm_pages_give(memm, first_of(memm, allocator),
	                allocator->bytes / PAGE_SIZE, MEMM_WAS_ALLOCATOR);
}

void memm_allocator_recycle(struct memm *memm, struct memm_allocator *allocator,
                            uint64_t pages)
{
	pfn_t    first = first_of(memm, allocator);
	uint64_t rest = allocator->bytes / PAGE_SIZE - pages;

	forget(memm, allocator);
	memm_pages_unmark(memm, first, pages);
	if (rest != 0)
		memm_pages_give(memm, first + pages, rest, MEMM_WAS_ALLOCATOR);
}
