/**
 * @file
 * Lesson 6: how memm starts, and where page tables come from: see memm.h.
 */
#include "memm_process.h"
#include "memm_raw.h"
#include "phys.h"

enum memm_status memm_init(struct memm *memm, pfn_t first, uint64_t pages,
                           uint64_t only_pages)
{
	uint64_t               own = memm_bits_pages(pages);
	struct memm_allocator *only;
	enum memm_status       status;

	if (first == 0 || pages > MEMM_PAGES_MAX || pages <= own ||
	    first > MEMM_PAGES_MAX - pages || only_pages > pages - own)
		return MEMM_BAD_ARENA;
	if (only_pages != 0 && only_pages < RAW_PAGES_LEAST)
		return MEMM_TOO_SMALL;
	*memm = (struct memm){ .first = first, .pages = pages };
	memm->memory = phys_to_virt(pfn_to_paddr(first), pages * PAGE_SIZE);
	memm_pages_init(memm);
	if (only_pages != 0) {
		status = memm_allocator_new(memm, first + own, only_pages,
		                            &memm_raw, 0, &only);
		ASSERT(status == MEMM_OK, "%s", memm_status_text(status));
	}
	return MEMM_OK;
}

static bool take_table(void *from, paddr_t *table)
{
	struct memm *memm = from;
	pfn_t        page;

	if (!memm_pages_find_any(memm, 1, &page))
		return false;
	memm_pages_take(memm, page, 1, MEMM_TABLE);
	*table = pfn_to_paddr(page);
	return true;
}

static void give_table(void *from, paddr_t table)
{
	memm_pages_give(from, pfn_down(table), 1, MEMM_TABLE);
}

void memm_use_tables(struct memm *memm, paddr_t kernel, bool no_execute,
                     bool huge)
{
	ASSERT(memm->processes == NULL, "%p has processes", (void *)memm);
	memm->tables = (struct user_tables){ .from = memm,
		                             .take = take_table,
		                             .give = give_table,
		                             .kernel = kernel,
		                             .no_execute = no_execute,
		                             .huge = huge };
}
