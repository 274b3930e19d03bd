/**
 * @file
 * Lesson 4: what must hold, and how it is shown: see occupy.h.
 */
#include "console.h"
#include "occupy.h"
#include "strip.h"

/* Free pages of an area, counted where they are: in runs, and from lesson 5
 * on in blocks on its lists. */
static uint64_t count_free(const struct msadsc_array *array,
                           const struct memarea      *area)
{
	uint64_t pages = area->free_pages;

	for (pfn_t run = array->first_run; run != 0;
	     run = msadsc_high(array->page[run])) {
		pfn_t end = run + msadsc_pages(array->page[run]);

		if (run < area->end && end > area->base)
			pages += min_u64(end, area->end) -
			         max_u64(run, area->base);
	}
	return pages;
}

/* Whether the owner's number on an occupied block is that of an occupant that
 * touches its first page. */
static bool owner_is_there(const struct occupants *occupants, pfn_t first,
                           uint64_t owner)
{
	const struct occupant *o;

	if (owner == 0 || owner > occupants->count)
		return false;
	o = &occupants->entry[owner - 1];
	return first >= pfn_down(o->base) && first < pfn_up(o->end);
}

/* The pages of one occupant, a block at a time; what is no RAM is passed
 * over.  A block may begin below: it is then somebody else's, who shares. */
static const char *check_pages(const struct msadsc_array *array,
                               const struct occupants    *occupants,
                               const struct occupant     *o)
{
	pfn_t past = min_u64(pfn_up(o->end), array->pages);

	for (pfn_t pfn = pfn_down(o->base), next; pfn < past; pfn = next) {
		pfn_t         first = msadsc_find(array, pfn);
		struct msadsc d = array->page[first];

		next = max_u64(first + msadsc_pages(d), pfn + 1);
		if (!msadsc_is_ram(array, pfn))
			continue;
		if (msadsc_state(d) != MSADSC_OCCUPIED)
			return "no page of an occupant is free";
		if ((first & (msadsc_pages(d) - 1)) != 0 ||
		    pfn - first >= msadsc_pages(d))
			return "an occupied block starts at a multiple of its "
			       "pages";
		if (!owner_is_there(occupants, first, msadsc_low(d)))
			return "an occupied block names who lies there";
	}
	return NULL;
}

static const char *check_owners(const struct msadsc_array *array,
                                const struct occupants    *occupants,
                                uint64_t                   marked)
{
	uint64_t listed =
		array->page[0].word != 0 && msadsc_low(array->page[0]) == 0;

	for (uint32_t i = 0; i < occupants->count; i++) {
		const char *broken =
			check_pages(array, occupants, &occupants->entry[i]);

		if (broken != NULL)
			return broken;
		listed += occupy_pages(array, occupants, i);
	}
	return listed == marked ? NULL : "no other page is occupied";
}

const char *occupy_check(const struct msadsc_array *array,
                         const struct memareas     *areas,
                         const struct occupants    *occupants)
{
	const char *broken = msadsc_check(array);
	uint64_t    occupied = 0;

	if (broken != NULL)
		return broken;
	if (array->phase == MSADSC_DESCRIBED)
		return "occupied pages are marked";
	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas->area[i];

		occupied += area->occupied_pages;
		if (area->usable_pages !=
		    count_free(array, area) + area->occupied_pages)
			return "usable pages are free pages plus occupied ones";
	}
	return check_owners(array, occupants, occupied);
}

static void print_account(const char *name, uint64_t usable, uint64_t free,
                          uint64_t occupied)
{
	kprintf("occupy: %-8s usable %10llu %s free %10llu + occupied %8llu\n",
	        name, (unsigned long long)usable,
	        usable == free + occupied ? "=" : "IS NOT",
	        (unsigned long long)free, (unsigned long long)occupied);
}

static void draw_strip(const struct occupants *occupants, uint64_t pages)
{
	char text[BYTES_TEXT_BYTES];

	console_strip_begin("occupy");
	for (uint32_t i = 0; i < occupants->count; i++)
		console_strip_range(occupants->entry[i].base,
		                    occupants->entry[i].end, COLOUR_USED);
	console_strip_end("%s used", bytes_text(text, pfn_to_paddr(pages)));
}

void occupy_print(const struct msadsc_array *array,
                  const struct memareas     *areas,
                  const struct occupants    *occupants)
{
	uint64_t usable = 0, free = 0, occupied = 0;

	for (uint32_t i = 0; i < occupants->count; i++) {
		const struct occupant *o = &occupants->entry[i];

		kprintf("occupy: 0x%010llx-0x%010llx %s%-23s%s %8llu pages\n",
		        (unsigned long long)o->base,
		        (unsigned long long)o->end - 1,
		        console_colour(COLOUR_USED), o->name,
		        console_colour(COLOUR_NONE),
		        (unsigned long long)occupy_pages(array, occupants, i));
	}
	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas->area[i];

		print_account(memarea_name((enum memarea_kind)i),
		              area->usable_pages, count_free(array, area),
		              area->occupied_pages);
		usable += area->usable_pages;
		free += count_free(array, area);
		occupied += area->occupied_pages;
	}
	print_account("all", usable, free, occupied);
	draw_strip(occupants, occupied);
}

void occupy_list(const struct occupants *occupants)
{
	for (uint32_t i = 0; i < occupants->count; i++) {
		const struct occupant *o = &occupants->entry[i];

		kprintf("occupied 0x%016llx-0x%016llx %s\n",
		        (unsigned long long)pfn_to_paddr(pfn_down(o->base)),
		        (unsigned long long)pfn_to_paddr(pfn_up(o->end)) - 1,
		        o->name);
	}
}
