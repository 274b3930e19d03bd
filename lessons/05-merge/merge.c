/**
 * @file
 * Lesson 5: see merge.h.
 *
 * The idea: the largest aligned block that ends where a run ends is known
 * from two numbers, how often 2 divides the end and how many pages there are.
 * Take it off, and the rest is a shorter run.  Nobody has to search.
 */
#include "merge.h"

/* The largest order of an aligned block that ends at @end, of @pages. */
static unsigned order_below(pfn_t end, uint64_t pages)
{
	/* It starts at end - 2^k: a multiple of 2^k exactly if end is. */
	return msadsc_order_at(end, pages);
}

/* Turn frames [first, end) of one area into blocks, from the top down: lists
 * take the last that comes as their first. */
static void merge_piece(struct msadsc_array *array, struct memarea *area,
                        pfn_t first, pfn_t end)
{
	while (first < end) {
		unsigned order = order_below(end, end - first);

		end -= UINT64_C(1) << order;
		free_list_push(area, array->page, end, order);
	}
}

static void merge_run(struct msadsc_array *array, struct memareas *areas,
                      pfn_t first, pfn_t end)
{
	/* The lowest block begins where the run did, and replaces its word. */
	for (int i = MEMAREAS - 1; i >= 0; i--) {
		struct memarea *area = &areas->area[i];

		merge_piece(array, area, max_u64(first, area->base),
		            min_u64(end, area->end));
	}
}

enum merge_status merge_runs(struct msadsc_array *array, struct memareas *areas)
{
	pfn_t run = array->first_run;

	if (array->phase != MSADSC_MARKED)
		return MERGE_ORDER;
	while (run != 0) {
		struct msadsc d = array->page[run];

		merge_run(array, areas, run, run + msadsc_pages(d));
		run = msadsc_high(d);
	}
	array->first_run = 0;
	array->phase = MSADSC_MERGED;
	return MERGE_OK;
}

uint64_t free_list_blocks(const struct free_list *list,
                          const struct msadsc    *page)
{
	uint64_t blocks = 0;

	for (pfn_t pfn = list->first; pfn != 0; pfn = msadsc_high(page[pfn]))
		blocks++;
	return blocks;
}

/* One list: its links, its blocks, which are counted into @blocks, and that
 * none has a free buddy.  It ends: each block names the one before it, so that
 * none comes twice. */
static const char *check_list(const struct msadsc_array *array,
                              const struct memarea *area, unsigned order,
                              uint64_t *blocks)
{
	pfn_t previous = 0, bit = UINT64_C(1) << order;

	for (pfn_t pfn = area->list[order].first; pfn != 0;
	     pfn = msadsc_high(array->page[pfn])) {
		pfn_t above = pfn + bit;

		if (pfn < area->base || pfn >= array->pages ||
		    above > area->end)
			return "a block lies inside its area";
		if ((pfn & (bit - 1)) != 0)
			return "a block starts at a multiple of its pages";
		if (array->page[pfn].word !=
		    msadsc_make(MSADSC_FREE, order, previous,
		                msadsc_high(array->page[pfn]))
		            .word)
			return "a list links free blocks of its order, both "
			       "ways";
		/* A buddy above is in the same area: where an area ends is a
		 * multiple of 2 * bit, or of what lies below it in all. */
		if (order < ORDER_MAX && (pfn & bit) == 0 &&
		    above < array->pages &&
		    (array->page[above].word & (MSADSC_STATE | MSADSC_ORDER)) ==
		            (array->page[pfn].word &
		             (MSADSC_STATE | MSADSC_ORDER)))
			return "no two free buddies stand side by side";
		previous = pfn;
		++*blocks;
	}
	return NULL;
}

/* Free blocks that the descriptors show, list or no list. */
static uint64_t count_free_blocks(const struct msadsc_array *array)
{
	uint64_t blocks = 0;

	for (uint32_t i = 0; i < array->map->count; i++) {
		const struct e820_range *r = &array->map->range[i];
		pfn_t past = min_u64(e820_past_page(r), array->pages);

		if (r->type != E820_RAM)
			continue;
		for (pfn_t pfn = e820_first_page(r); pfn < past;) {
			struct msadsc d = array->page[pfn];

			blocks += msadsc_state(d) == MSADSC_FREE;
			pfn += msadsc_pages(d);
		}
	}
	return blocks;
}

/* Whether runs are left only where, and as many as, an area says. */
static bool runs_are_counted(const struct msadsc_array *array,
                             const struct memareas     *areas)
{
	uint64_t pages[MEMAREAS] = { 0 };

	for (pfn_t run = array->first_run; run != 0;
	     run = msadsc_high(array->page[run]))
		pages[memarea_of(run)] += msadsc_pages(array->page[run]);
	for (int i = 0; i < MEMAREAS; i++)
		if (pages[i] != areas->area[i].run_pages)
			return false;
	return true;
}

const char *merge_check(const struct msadsc_array *array,
                        const struct memareas     *areas)
{
	const char *broken = msadsc_check(array);
	uint64_t    listed = 0;

	if (array->phase != MSADSC_MERGED)
		return "runs have become blocks";
	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas->area[i];
		uint64_t              pages = 0;

		for (unsigned k = 0; broken == NULL && k < ORDERS; k++) {
			uint64_t blocks = 0;

			if ((area->orders >> k & 1) !=
			    (area->list[k].first != 0))
				return "a list that is not empty is noted";
			broken = check_list(array, area, k, &blocks);
			pages += blocks << k;
			listed += blocks;
		}
		if (broken != NULL)
			return broken;
		if (area->orders >> ORDERS != 0)
			return "a list that is not empty is noted";
		if (pages != area->free_pages)
			return "an area counts its free pages";
	}
	if (listed != count_free_blocks(array))
		return "each free block is on a list";
	if (!runs_are_counted(array, areas))
		return "an area counts its pages that are left in runs";
	return NULL;
}
