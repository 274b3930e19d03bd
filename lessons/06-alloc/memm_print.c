/**
 * @file
 * Lesson 6: statistics and words of memm: see memm.h.
 */
#include "memm_process.h"

static void add_up(const struct memm_process *process, struct memm_stats *stats)
{
	struct memm_node *node = memm_tree_first(process->allocators);

	for (; node != NULL; node = memm_tree_next(process->allocators, node)) {
		const struct memm_allocator *a =
			MEMM_OF(node, struct memm_allocator, by_room);

		stats->allocators++;
		stats->blocks += a->blocks;
		stats->used_bytes += a->used_bytes;
	}
	stats->processes += process->node.key != 0;
	stats->allocator_pages += process->allocator_pages;
	stats->destroyed_pages += process->destroyed_pages;
	stats->table_pages += process->map.tables;
	for (unsigned i = 0; i < USER_SIZES; i++)
		stats->mappings[i] += process->map.pages[i];
}

const struct memm_process *memm_find(const struct memm *memm, uint64_t pid)
{
	struct memm_node *node = memm_tree_find(memm->processes, pid);

	if (pid == 0)
		return &memm->kernel;
	return node != NULL ? MEMM_OF(node, struct memm_process, node) : NULL;
}

enum memm_status memm_stats(const struct memm *memm, uint64_t pid,
                            struct memm_stats *stats)
{
	const struct memm_process *process = memm_find(memm, pid);

	if (process == NULL)
		return MEMM_NO_PROCESS;
	*stats = (struct memm_stats){ 0 };
	add_up(process, stats);
	return MEMM_OK;
}

void memm_stats_all(const struct memm *memm, struct memm_stats *stats)
{
	struct memm_node *node = memm_tree_first(memm->processes);

	*stats = (struct memm_stats){ 0 };
	add_up(&memm->kernel, stats);
	for (; node != NULL; node = memm_tree_next(memm->processes, node))
		add_up(MEMM_OF(node, struct memm_process, node), stats);
}

const char *memm_status_text(enum memm_status status)
{
	static const char *const text[MEMM_STATUSES] = {
		[MEMM_OK] = "done",
		[MEMM_NO_MEMORY] = "no run of free pages is long enough",
		[MEMM_BAD_ARENA] = "these pages cannot be an arena",
		[MEMM_BAD_BYTES] = "a block has one byte at least",
		[MEMM_BAD_ALIGN] = "an alignment is a power of two",
		[MEMM_BAD_RIGHTS] = "a page cannot be both written and run",
		[MEMM_BAD_PID] = "0 is the kernel, not a process",
		[MEMM_NO_PROCESS] = "no process has this number",
		[MEMM_NO_TABLES] = "processes have no page tables here",
		[MEMM_NOT_FREE] = "these pages are not all free",
		[MEMM_TOO_SMALL] = "the allocator needs more pages",
		[MEMM_FOREIGN] = "the address is not in the arena",
		[MEMM_MISALIGNED] = "no block starts at such an address",
		[MEMM_NOT_HELD] = "no allocator holds this page",
		[MEMM_DESTROYED] = "the page's allocator was destroyed",
		[MEMM_BAD_NAME] = "before the block stands a wrong name",
		[MEMM_NOT_BLOCK] = "no block starts there",
		[MEMM_IS_FREE] = "the block is free already",
		[MEMM_OTHER_PROCESS] = "the block is another process's",
		[MEMM_NO_ALLOCATOR] = "no allocator stands there",
	};

	if ((unsigned)status >= MEMM_STATUSES)
		return "no such status";
	return text[status];
}

void memm_print(const struct memm *memm)
{
	struct memm_stats stats;
	char              all[BYTES_TEXT_BYTES], free[BYTES_TEXT_BYTES];
	char              most[BYTES_TEXT_BYTES];
	uint64_t          run = memm->runs != NULL ? memm->runs->most : 0;

	memm_stats_all(memm, &stats);
	kprintf("memm: %s at 0x%llx, %s free, %s in one run\n",
	        bytes_text(all, memm->pages * PAGE_SIZE),
	        (unsigned long long)pfn_to_paddr(memm->first),
	        bytes_text(free, memm_free_pages(memm) * PAGE_SIZE),
	        bytes_text(most, run * PAGE_SIZE));
	kprintf("memm: pages: %llu of allocators, %llu of destroyed ones, "
	        "%llu of tables, %llu own\n",
	        (unsigned long long)memm->allocator_pages,
	        (unsigned long long)memm->destroyed_pages,
	        (unsigned long long)memm->table_pages,
	        (unsigned long long)memm->own_pages);
	kprintf("memm: %llu processes, %llu allocators, %llu blocks; mapped: "
	        "%llu of 4 KiB, %llu of 2 MiB, %llu of 1 GiB\n",
	        (unsigned long long)stats.processes,
	        (unsigned long long)stats.allocators,
	        (unsigned long long)stats.blocks,
	        (unsigned long long)stats.mappings[0],
	        (unsigned long long)stats.mappings[1],
	        (unsigned long long)stats.mappings[2]);
}
