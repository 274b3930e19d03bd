/**
 * @file
 * Benchmark of lesson 6, page tables: 256 pages of 4 KiB, in one call.
 *
 *     U-map     a page mapped
 *     U-unmap   a page unmapped
 */
#include "memory_bench.h"
#include "user_map.h"

#define PAGES UINT64_C(256)
#define TIMES 1000

/* Somewhere, and not where a large page could start. */
#define BASE (5 * GiB + 3 * MiB + 7 * PAGE_SIZE)

static bool take(void *from, paddr_t *table)
{
	struct bench_memory *m = from;
	pfn_t                page;

	if (page_alloc(&m->pages, BENCH_KIND, 0, &page) != PAGE_OK)
		return false;
	*table = pfn_to_paddr(page);
	return true;
}

static void give(void *from, paddr_t table)
{
	struct bench_memory *m = from;

	page_free(&m->pages, pfn_down(table), 0);
}

/* Map and unmap, and count one of them. */
static void run(struct user_map *map, const struct user_tables *tables,
                const char *row, bool adds)
{
	const uint64_t       bytes = PAGES * PAGE_SIZE;
	uint64_t             ticks = 0, since;
	enum user_map_status added, removed;

	for (unsigned i = 0; i < TIMES; i++) {
		since = adds ? bench_begin() : 0;
		added = user_map_add(map, tables, BASE, BASE, bytes,
		                     USER_WRITE);
		ticks += adds ? bench_end(since) : 0;
		since = adds ? 0 : bench_begin();
		removed = user_map_remove(map, tables, BASE, bytes);
		ticks += adds ? 0 : bench_end(since);
		ASSERT(added == USER_MAP_OK && removed == USER_MAP_OK, "%s, %s",
		       user_map_text(added), user_map_text(removed));
	}
	bench_row(row, TIMES * PAGES, ticks);
}

BENCH(user_map)
{
	struct bench_memory *m = bench_memory_new();
	struct user_tables   tables = {
		  .from = m, .take = take, .give = give, .no_execute = true
	};
	struct user_map map;

	if (!take(m, &tables.kernel) ||
	    user_map_init(&map, &tables) != USER_MAP_OK) {
		kprintf("bench: no page for a table\n");
		return;
	}
	run(&map, &tables, "U-map", true);
	run(&map, &tables, "U-unmap", false);
	user_map_end(&map, &tables);
}
