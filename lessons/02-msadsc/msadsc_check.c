/**
 * @file
 * Lesson 2: what must hold of the descriptors: see msadsc.h.
 */
#include "msadsc.h"

/* Whether [first, past) is all zero; eight at a time, as most of it is. */
static bool all_zero(const struct msadsc *page, pfn_t first, pfn_t past)
{
	for (; past - first >= 8; first += 8)
		if ((page[first].word | page[first + 1].word |
		     page[first + 2].word | page[first + 3].word |
		     page[first + 4].word | page[first + 5].word |
		     page[first + 6].word | page[first + 7].word) != 0)
			return false;
	while (first < past)
		if (page[first++].word != 0)
			return false;
	return true;
}

/* What the word itself must be, whatever lies around it. */
static const char *check_word(struct msadsc d, enum msadsc_phase phase)
{
	switch (msadsc_state(d)) {
	case MSADSC_RUN:
		if (msadsc_order(d) != 0)
			return "a run has no order";
		return NULL;
	case MSADSC_FREE:
		if (phase != MSADSC_MERGED || msadsc_order(d) > ORDER_MAX)
			return "free blocks have an order up to 18";
		return NULL;
	case MSADSC_USED:
		if (phase != MSADSC_MERGED || msadsc_order(d) > ORDER_MAX ||
		    !msadsc_is_twice(d))
			return "a used block says twice the same, inverted";
		return NULL;
	case MSADSC_OCCUPIED:
		if (msadsc_order(d) > ORDER_MAX || !msadsc_is_twice(d))
			return "an occupied block says its owner twice";
		return NULL;
	case MSADSC_CACHED:
	case MSADSC_GROUPED:
		if (phase != MSADSC_MERGED || d.word != msadsc_state(d))
			return "a free single page says nothing else";
		return NULL;
	default:
		return "each usable page is spoken for";
	}
}

/* Usable frames [first, past): one descriptor after the other. */
static const char *check_range(const struct msadsc_array *array, pfn_t first,
                               pfn_t past)
{
	pfn_t pfn = first;

	while (pfn < past) {
		struct msadsc d = array->page[pfn];
		uint64_t      pages = msadsc_pages(d);
		const char   *broken = check_word(d, array->phase);

		if (broken != NULL)
			return broken;
		if (pages == 0 || pages > past - pfn)
			return "no run or block leaves its usable range";
		if (!all_zero(array->page, pfn + 1, pfn + pages))
			return "inside a run or block all is zero";
		pfn += pages;
	}
	return NULL;
}

static const char *check_runs(const struct msadsc_array *array)
{
	pfn_t above = array->pages;

	for (pfn_t run = array->first_run; run != 0;
	     run = msadsc_high(array->page[run])) {
		if (run >= above)
			return "runs are linked from high to low";
		if (msadsc_state(array->page[run]) != MSADSC_RUN)
			return "the list of runs holds runs";
		if (msadsc_pages(array->page[run]) > above - run)
			return "runs do not overlap";
		above = run;
	}
	return NULL;
}

/* How many descriptors of [first, past) begin a run. */
static uint64_t count_runs(const struct msadsc_array *array, pfn_t first,
                           pfn_t past)
{
	uint64_t runs = 0;

	for (pfn_t pfn = first; pfn < past;) {
		runs += msadsc_state(array->page[pfn]) == MSADSC_RUN;
		pfn += msadsc_pages(array->page[pfn]);
	}
	return runs;
}

const char *msadsc_check(const struct msadsc_array *array)
{
	pfn_t       hole = 0; /* usable pages below it are checked */
	uint64_t    usable = 0, runs = 0;
	const char *broken = check_runs(array);

	for (uint32_t i = 0; broken == NULL && i < array->map->count; i++) {
		const struct e820_range *r = &array->map->range[i];
		pfn_t first = min_u64(e820_first_page(r), array->pages);
		pfn_t past = min_u64(e820_past_page(r), array->pages);

		if (r->type != E820_RAM || first == past)
			continue;
		if (!all_zero(array->page, hole, first))
			return "a hole is zero";
		broken = check_range(array, first, past);
		if (broken == NULL)
			runs += count_runs(array, first, past);
		usable += past - first;
		hole = past;
	}
	if (broken != NULL)
		return broken;
	if (hole != array->pages)
		return "the array ends with the highest usable page";
	if (usable != array->usable_pages)
		return "usable pages are counted";
	if (runs != msadsc_runs(array))
		return "each run is on the list";
	return NULL;
}
