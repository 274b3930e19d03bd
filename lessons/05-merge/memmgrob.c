/**
 * @file
 * Lesson 5: see memmgrob.h.
 */
#include "memmgrob.h"
#include "occupy.h"
#include "strip.h"

static uint64_t count_blocks(const struct msadsc_array *array,
                             const struct memareas     *areas)
{
	uint64_t blocks = 0;

	for (int i = 0; i < MEMAREAS; i++)
		for (unsigned k = 0; k < ORDERS; k++)
			blocks += free_list_blocks(&areas->area[i].list[k],
			                           array->page);
	return blocks;
}

void memmgrob_init(struct memmgrob *manager, struct msadsc_array *array,
                   struct memareas *areas, const struct occupants *occupants)
{
	*manager = (struct memmgrob){ .map = array->map,
		                      .array = array,
		                      .areas = areas,
		                      .occupants = occupants,
		                      .usable_pages = array->usable_pages,
		                      .blocks = count_blocks(array, areas),
		                      .runs = msadsc_runs(array) };
	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas->area[i];

		manager->occupied_pages += area->occupied_pages;
		manager->free_pages += area->free_pages + area->run_pages;
	}
}

const char *memmgrob_check(const struct memmgrob *manager)
{
	const char *broken = e820_check(manager->map);

	if (broken == NULL)
		broken = memareas_check(manager->areas, manager->array);
	if (broken == NULL)
		broken = occupy_check(manager->array, manager->areas,
		                      manager->occupants);
	if (broken == NULL)
		broken = merge_check(manager->array, manager->areas);
	if (broken == NULL &&
	    manager->usable_pages !=
	            manager->free_pages + manager->occupied_pages)
		broken = "usable pages are free pages plus occupied ones";
	if (broken == NULL &&
	    (manager->blocks != count_blocks(manager->array, manager->areas) ||
	     manager->runs != msadsc_runs(manager->array)))
		broken = "the totals count blocks and runs";
	return broken;
}

/* A white line where a block begins that is large for its place: lines
 * between small ones would be all that one sees. */
static void draw_block(paddr_t base, uint64_t bytes)
{
	if (bytes * 8 >= base)
		console_strip_line(base);
}

static void draw_strip(const struct memmgrob *manager)
{
	const struct msadsc *page = manager->array->page;
	char                 text[BYTES_TEXT_BYTES];

	console_strip_begin("memmgrob");
	for (int i = 0; i < MEMAREAS; i++)
		for (unsigned k = 0; k < ORDERS; k++) {
			pfn_t pfn = manager->areas->area[i].list[k].first;

			for (; pfn != 0; pfn = msadsc_high(page[pfn]))
				draw_block(pfn_to_paddr(pfn), PAGE_SIZE << k);
		}
	console_strip_end("%s free",
	                  bytes_text(text, pfn_to_paddr(manager->free_pages)));
}

void memmgrob_print(const struct memmgrob *manager)
{
	char text[BYTES_TEXT_BYTES];

	kprintf("memmgrob: usable %llu = free %llu + occupied %llu pages\n",
	        (unsigned long long)manager->usable_pages,
	        (unsigned long long)manager->free_pages,
	        (unsigned long long)manager->occupied_pages);
	kprintf("memmgrob: %s free in %llu blocks",
	        bytes_text(text, pfn_to_paddr(manager->free_pages)),
	        (unsigned long long)manager->blocks);
	if (manager->runs != 0)
		kprintf(" and %llu run%s", (unsigned long long)manager->runs,
		        manager->runs == 1 ? "" : "s");
	kprintf("\n");
	draw_strip(manager);
}
