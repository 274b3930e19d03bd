/**
 * @file
 * Lesson 5, the lazy way: see merge_lazily() in merge.h.
 *
 * The idea: a run is one word, however long it is, and a list of runs is
 * there already.  So what nobody needs yet stays on it, and blocks are cut off
 * its end one by one, as merge_runs() would cut them all.
 */
#include "merge.h"

/* If a run lies on both sides of frame @at, make two of it. */
static void cut_at(struct msadsc_array *array, pfn_t at)
{
	struct msadsc *page = array->page;
	pfn_t          above = 0, run = array->first_run, end;

	while (run >= at) {
		above = run;
		run = msadsc_high(page[run]);
	}
	end = run + msadsc_pages(page[run]);
	if (run == 0 || end <= at)
		return;
	page[at] = msadsc_make(MSADSC_RUN, 0, end - at, run);
	page[run] =
		msadsc_make(MSADSC_RUN, 0, at - run, msadsc_high(page[run]));
	if (above == 0)
		array->first_run = at;
	else
		page[above].word ^= (run ^ at) << MSADSC_HIGH_SHIFT;
}

enum merge_status merge_lazily(struct msadsc_array *array,
                               struct memareas *areas, pfn_t from)
{
	struct memarea *area = &areas->area[memarea_of(from)];
	pfn_t           highest, run, lowest = 0;

	if (array->phase != MSADSC_MARKED)
		return MERGE_ORDER;
	/* Page 0 is in no run, and ends their list. */
	from = max_u64(from, 1);
	cut_at(array, from);
	highest = array->first_run;
	for (run = highest; run >= from; run = msadsc_high(array->page[run])) {
		area->run_pages += (uint32_t)msadsc_pages(array->page[run]);
		lowest = run;
	}
	/* Two lists: the upper one ends at @lowest, the lower is merged. */
	if (lowest != 0)
		array->page[lowest].word &= ~MSADSC_HIGH;
	array->first_run = run;
	merge_runs(array, areas);
	array->first_run = lowest != 0 ? highest : 0;
	return MERGE_OK;
}

/* Whether a run holds a block of @order. */
static bool runs_hold(const struct msadsc_array *array, unsigned order)
{
	pfn_t bit = UINT64_C(1) << order;

	for (pfn_t run = array->first_run; run != 0;
	     run = msadsc_high(array->page[run])) {
		pfn_t first = pieces_for(run, bit) * bit;

		if (first + bit <= run + msadsc_pages(array->page[run]))
			return true;
	}
	return false;
}

bool merge_more(struct msadsc_array *array, struct memarea *area,
                unsigned order)
{
	unsigned k;

	if (area->run_pages == 0 || !runs_hold(array, order))
		return false;
	do {
		pfn_t         run = array->first_run;
		struct msadsc d = array->page[run];
		uint64_t      pages = msadsc_pages(d);

		k = msadsc_order_at(run + pages, pages);
		pages -= UINT64_C(1) << k;
		area->run_pages -= UINT32_C(1) << k;
		if (pages == 0)
			array->first_run = msadsc_high(d);
		else
			array->page[run] = msadsc_make(MSADSC_RUN, 0, pages,
			                               msadsc_high(d));
		free_list_push(area, array->page, run + pages, k);
	} while (k < order);
	return true;
}
