/**
 * @file
 * Lesson 5: how the free lists are shown: see merge.h.
 */
#include "console.h"
#include "merge.h"

/* Where merge_lazily() left runs: they are free too. */
static void print_runs(const struct memareas *areas)
{
	uint64_t all = 0;

	for (int i = 0; i < MEMAREAS; i++)
		all += areas->area[i].run_pages;
	if (all == 0)
		return;
	kprintf("merge: left in runs     ");
	for (int i = 0; i < MEMAREAS; i++)
		kprintf(" %10u", areas->area[i].run_pages);
	kprintf(" %12llu pages\n", (unsigned long long)all);
}

/* One line an order that some area has: as /proc/buddyinfo, turned. */
static void print_order(const struct msadsc_array *array,
                        const struct memareas *areas, unsigned order)
{
	char     bytes[BYTES_TEXT_BYTES];
	uint64_t blocks[MEMAREAS], all = 0;

	for (int i = 0; i < MEMAREAS; i++) {
		blocks[i] = free_list_blocks(&areas->area[i].list[order],
		                             array->page);
		all += blocks[i];
	}
	if (all == 0)
		return;
	kprintf("merge: order %2u %8s", order,
	        bytes_text(bytes, PAGE_SIZE << order));
	for (int i = 0; i < MEMAREAS; i++)
		kprintf(" %10llu", (unsigned long long)blocks[i]);
	kprintf(" %12llu pages\n", (unsigned long long)(all << order));
}

void merge_print(const struct msadsc_array *array, const struct memareas *areas)
{
	uint64_t all = 0;

	kprintf("merge: free blocks      ");
	for (int i = 0; i < MEMAREAS; i++)
		kprintf(" %10s", memarea_name((enum memarea_kind)i));
	kprintf(" %12s\n", "all");
	for (unsigned order = 0; order < ORDERS; order++)
		print_order(array, areas, order);
	kprintf("merge: free pages       ");
	for (int i = 0; i < MEMAREAS; i++) {
		kprintf(" %10llu",
		        (unsigned long long)areas->area[i].free_pages);
		all += areas->area[i].free_pages;
	}
	kprintf(" %12llu pages\n", (unsigned long long)all);
	print_runs(areas);
}

void merge_list(const struct msadsc_array *array, const struct memareas *areas)
{
	for (int i = 0; i < MEMAREAS; i++)
		for (unsigned order = 0; order < ORDERS; order++) {
			uint64_t blocks = free_list_blocks(
				&areas->area[i].list[order], array->page);

			if (blocks > 0)
				kprintf("free %s order %u blocks %llu\n",
				        memarea_name((enum memarea_kind)i),
				        order, (unsigned long long)blocks);
		}
}
