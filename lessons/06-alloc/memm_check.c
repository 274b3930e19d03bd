/**
 * @file
 * Lesson 6: what must hold of memm, and what it says of itself: see memm.h.
 */
#include "memm_process.h"

/* What the processes have, to be held against the manager's counts. */
struct sum {
	uint64_t processes, allocators, allocator_pages, destroyed_pages;
	uint64_t tables, mappings[USER_SIZES];
};

/* Whether the allocator's own words are as memm_allocator_make() wrote them. */
static bool is_as_made(const struct memm           *memm,
                       const struct memm_allocator *allocator)
{
	uint64_t below = (uint64_t)(allocator->data - (const char *)allocator);

	return allocator->allocate == allocator->type->allocate &&
	       allocator->free == allocator->type->free &&
	       allocator->paddr == memm_paddr(memm, allocator) &&
	       allocator->bytes % PAGE_SIZE == 0 && below % PAGE_SIZE == 0 &&
	       below != 0 && below < allocator->bytes;
}

static const char *check_allocator(const struct memm           *memm,
                                   const struct memm_process   *process,
                                   const struct memm_allocator *allocator)
{
	const struct memm_type *type = allocator->type;
	const struct memm_node *node = &allocator->by_address;
	uint64_t                pages = allocator->bytes / PAGE_SIZE;

	if (memm_tree_find(memm->allocators, allocator->by_room.key) != node)
		return "a process's allocator is among all allocators";
	if (memm_page(memm, node->key) != allocator)
		return "an allocator's object starts its pages";
	if (allocator->process != process ||
	    allocator->pid != process->node.key || allocator->destroyed)
		return "an allocator knows its process";
	if (!is_as_made(memm, allocator))
		return "an allocator is as its type makes it";
	if (memm_count_bits(memm, memm->with_allocator, node->key, pages) !=
	    pages)
		return "an allocator's pages have the bit";
	if (allocator->by_room.weight == 0 && !allocator->full &&
	    memm_allocator_room(allocator) != 0)
		return "an allocator that has room can be found";
	return type->check != NULL ? type->check(allocator) : NULL;
}

static const char *check_destroyed(const struct memm           *memm,
                                   const struct memm_process   *process,
                                   const struct memm_allocator *allocator)
{
	uint64_t pages = allocator->bytes / PAGE_SIZE;

	if (memm_page(memm, allocator->by_room.key) != allocator ||
	    allocator->process != process || !allocator->destroyed ||
	    allocator->by_room.weight != pages ||
	    allocator->bytes % PAGE_SIZE != 0)
		return "a destroyed allocator is its process's";
	if (memm_count_bits(memm, memm->with_destroyed, allocator->by_room.key,
	                    pages) != pages)
		return "a destroyed allocator's pages have the bit";
	return NULL;
}

static const struct memm_allocator *of_room(struct memm_node *node)
{
	return MEMM_OF(node, struct memm_allocator, by_room);
}

/* What the process has goes to *sum as well. */
static const char *check_trees(const struct memm         *memm,
                               const struct memm_process *process,
                               struct sum                *sum)
{
	const char       *broken = memm_tree_check(process->allocators);
	uint64_t          pages = 0, destroyed = 0;
	struct memm_node *node = memm_tree_first(process->allocators);

	if (broken == NULL)
		broken = memm_tree_check(process->destroyed);
	for (; node != NULL && broken == NULL;
	     node = memm_tree_next(process->allocators, node)) {
		broken = check_allocator(memm, process, of_room(node));
		pages += of_room(node)->bytes / PAGE_SIZE;
		sum->allocators++;
	}
	node = memm_tree_first(process->destroyed);
	for (; node != NULL && broken == NULL;
	     node = memm_tree_next(process->destroyed, node)) {
		broken = check_destroyed(memm, process, of_room(node));
		destroyed += of_room(node)->bytes / PAGE_SIZE;
	}
	if (broken != NULL)
		return broken;
	if (pages != process->allocator_pages ||
	    destroyed != process->destroyed_pages)
		return "a process counts its pages";
	sum->allocator_pages += pages;
	sum->destroyed_pages += destroyed;
	return NULL;
}

/* The data of all allocators in one of its trees, as the process sees it. */
static bool is_seen(const struct memm *memm, const struct memm_process *process,
                    struct memm_node *tree, uint64_t *bytes)
{
	unsigned always = memm->tables.no_execute ? 0 : USER_EXECUTE;

	for (struct memm_node *node = memm_tree_first(tree); node != NULL;
	     node = memm_tree_next(tree, node)) {
		const struct memm_allocator *a = of_room(node);
		paddr_t end = memm_paddr(memm, a) + a->bytes;
		paddr_t at = memm_paddr(memm, a->data);

		*bytes += end - at;
		for (; at < end; at += PAGE_SIZE) {
			struct user_view view =
				user_map_look(&process->map, at);

			if (!view.user || view.paddr != at ||
			    view.rights != (a->rights | always))
				return false;
		}
	}
	return true;
}

static const char *check_tables(const struct memm         *memm,
                                const struct memm_process *process)
{
	const char *broken = user_map_check(&process->map, &memm->tables);
	uint64_t    bytes = 0, mapped = 0;

	if (broken != NULL)
		return broken;
	for (unsigned i = 0; i < USER_SIZES; i++)
		mapped += process->map.pages[i] * PAGE_SIZE << 9 * i;
	if (!is_seen(memm, process, process->allocators, &bytes) ||
	    !is_seen(memm, process, process->destroyed, &bytes) ||
	    bytes != mapped)
		return "a process sees its data where it lies, and no more";
	return NULL;
}

static const char *check_process(const struct memm         *memm,
                                 const struct memm_process *process,
                                 struct sum                *sum)
{
	const struct memm_allocator *current = process->current;
	const char                  *broken;

	if (current != NULL && memm_holder(memm, current) != current)
		return "the allocator that served last is one";
	if (current != NULL &&
	    (current->process != process || !current->type->shares))
		return "the allocator that served last is the process's";
	broken = check_trees(memm, process, sum);
	sum->tables += process->map.tables;
	for (unsigned i = 0; i < USER_SIZES; i++)
		sum->mappings[i] += process->map.pages[i];
	if (broken != NULL || process->map.root == 0)
		return broken;
	return check_tables(memm, process);
}

static const char weightless[] = "only runs and rooms have a weight";

/* Allocators lie one behind the other, and there are as many as processes
 * have. */
static const char *check_order(const struct memm *memm, uint64_t allocators)
{
	struct memm_node *node = memm_tree_first(memm->allocators);
	pfn_t             past = memm->first;

	for (; node != NULL; node = memm_tree_next(memm->allocators, node)) {
		if (node->key < past)
			return "no page is held by two allocators";
		if (node->weight != 0)
			return weightless;
		past = node->key +
		       MEMM_OF(node, struct memm_allocator, by_address)->bytes /
		               PAGE_SIZE;
		if (allocators-- == 0)
			break;
	}
	return allocators != 0 ? "each allocator has a process" : NULL;
}

static const char *check_sum(const struct memm *memm, const struct sum *sum)
{
	if (sum->allocator_pages != memm->allocator_pages ||
	    sum->destroyed_pages != memm->destroyed_pages ||
	    sum->tables != memm->table_pages)
		return "processes have all pages that are held";
	if (memm->own_pages != memm_bits_pages(memm->pages) + sum->processes)
		return "the manager's own are its bits and a page a process";
	for (unsigned i = 0; i < USER_SIZES; i++)
		if (sum->mappings[i] != memm->mappings[i])
			return "mappings are counted by size";
	return NULL;
}

const char *memm_check(const struct memm *memm)
{
	struct sum        sum = { 0 };
	const char       *broken = memm_pages_check(memm);
	struct memm_node *node = memm_tree_first(memm->processes);
	bool knows_last = memm->last == NULL || memm->last == &memm->kernel;

	if (broken == NULL)
		broken = memm_tree_check(memm->processes);
	/* Before anyone searches it: a search of a ring never ends. */
	if (broken == NULL)
		broken = memm_tree_check(memm->allocators);
	if (broken == NULL)
		broken = check_process(memm, &memm->kernel, &sum);
	for (; node != NULL && broken == NULL;
	     node = memm_tree_next(memm->processes, node)) {
		const struct memm_process *process =
			MEMM_OF(node, struct memm_process, node);

		broken = check_process(memm, process, &sum);
		knows_last = knows_last || memm->last == process;
		sum.processes++;
		if (broken == NULL && node->weight != 0)
			broken = weightless;
	}
	if (broken == NULL && !knows_last)
		broken = "the process that was asked for last is one";
	if (broken == NULL)
		broken = check_order(memm, sum.allocators);
	return broken != NULL ? broken : check_sum(memm, &sum);
}
