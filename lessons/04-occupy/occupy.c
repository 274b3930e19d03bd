/**
 * @file
 * Lesson 4: see occupy.h.
 *
 * The idea: an occupant cuts a piece out of each run that it touches, and the
 * piece is marked in blocks, each as large as its place allows.  So the work
 * is by occupants and runs, however many pages they have.
 */
#include "occupy.h"

/* In use rounds outward, where RAM rounded inward: a page that is half
 * occupied is not free, and a page that is half RAM is not RAM. */
static pfn_t first_page(const struct occupant *o)
{
	return pfn_down(o->base);
}

static pfn_t past_page(const struct occupant *o)
{
	return pfn_up(o->end);
}

/* Whether @a, which begins first, and @b may lie as they do. */
static bool may_touch(const struct occupant *a, const struct occupant *b)
{
	if (a->kind == OCCUPANT_OWN || b->kind == OCCUPANT_OWN)
		return past_page(a) <= first_page(b);
	if (a->kind == OCCUPANT_FIRMWARE || b->kind == OCCUPANT_FIRMWARE)
		return true;
	return a->end <= b->base;
}

static bool find_fault(const struct occupants *occupants,
                       struct occupy_fault    *fault)
{
	for (uint32_t i = 0; i < occupants->count; i++) {
		const struct occupant *a = &occupants->entry[i];

		for (uint32_t k = i + 1; k < occupants->count; k++) {
			const struct occupant *b = &occupants->entry[k];

			if (may_touch(a, b))
				continue;
			*fault = (struct occupy_fault){ first_page(b), a->name,
				                        b->name };
			return true;
		}
	}
	return false;
}

/* Mark frames [first, past), which are zero but for the first.  No block lies
 * in two areas: these start where blocks do. */
static void mark(struct msadsc_array *array, struct memareas *areas,
                 pfn_t first, pfn_t past, uint32_t owner)
{
	while (first < past) {
		unsigned        order = msadsc_order_at(first, past - first);
		uint64_t        pages = UINT64_C(1) << order;
		struct memarea *area = &areas->area[memarea_of(first)];

		array->page[first] =
			msadsc_twice(MSADSC_OCCUPIED, order, owner);
		area->occupied_pages += pages;
		first += pages;
	}
}

/* Cut [first, past) out of @run, whose neighbour @above links to it (0: it
 * is the first).  Returns the lowest run that is left above the cut. */
static pfn_t cut_run(struct msadsc_array *array, pfn_t above, pfn_t run,
                     pfn_t first, pfn_t past)
{
	pfn_t end = run + msadsc_pages(array->page[run]);
	pfn_t next = msadsc_high(array->page[run]), rest = above;

	if (run < first) {
		array->page[run] =
			msadsc_make(MSADSC_RUN, 0, first - run, next);
		next = run;
	}
	if (past < end) {
		array->page[past] =
			msadsc_make(MSADSC_RUN, 0, end - past, next);
		next = rest = past;
	}
	if (above == 0)
		array->first_run = next;
	else
		array->page[above] = msadsc_make(
			MSADSC_RUN, 0, msadsc_pages(array->page[above]), next);
	return rest;
}

/* Take frames [first, past) out of all runs, for owner number @owner. */
static void take(struct msadsc_array *array, struct memareas *areas,
                 pfn_t first, pfn_t past, uint32_t owner)
{
	pfn_t above = 0, run = array->first_run, below;

	for (; run != 0; run = below) {
		struct msadsc d = array->page[run];
		pfn_t         end = run + msadsc_pages(d);
		pfn_t         from = max_u64(run, first);
		pfn_t         to = min_u64(end, past);

		below = msadsc_high(d);
		if (end <= first)
			break;
		if (from >= to) {
			above = run;
			continue;
		}
		above = cut_run(array, above, run, from, to);
		mark(array, areas, from, to, owner);
	}
}

enum occupy_status occupy_mark(struct msadsc_array    *array,
                               struct memareas        *areas,
                               const struct occupants *occupants,
                               struct occupy_fault    *fault)
{
	*fault = (struct occupy_fault){ 0 };
	if (array->phase != MSADSC_DESCRIBED)
		return OCCUPY_ORDER;
	if (find_fault(occupants, fault))
		return OCCUPY_TWICE;

	/* Nothing below can fail.  Page 0 is in no run. */
	if (array->page[0].word != 0)
		mark(array, areas, 0, 1, 0);
	for (uint32_t i = 0; i < occupants->count; i++) {
		const struct occupant *o = &occupants->entry[i];

		take(array, areas, first_page(o), past_page(o), i + 1);
		if (first_page(o) == 0 && array->page[0].word != 0 &&
		    msadsc_low(array->page[0]) == 0)
			array->page[0] =
				msadsc_twice(MSADSC_OCCUPIED, 0, i + 1);
	}
	array->phase = MSADSC_MARKED;
	return OCCUPY_OK;
}

uint64_t occupy_pages(const struct msadsc_array *array,
                      const struct occupants *occupants, uint32_t index)
{
	const struct occupant *o = &occupants->entry[index];
	pfn_t                  past = min_u64(past_page(o), array->pages);
	uint64_t               pages = 0;

	for (pfn_t pfn = first_page(o), next; pfn < past; pfn = next) {
		struct msadsc d = array->page[pfn];

		next = min_u64(pfn + max_u64(msadsc_pages(d), 1), past);
		if (msadsc_state(d) == MSADSC_OCCUPIED &&
		    msadsc_low(d) == index + UINT64_C(1))
			pages += next - pfn;
	}
	return pages;
}
