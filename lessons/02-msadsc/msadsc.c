/**
 * @file
 * Lesson 2: see msadsc.h.
 *
 * The idea: the highest usable page says how long the array is, a gap in RAM
 * says where it goes, and then each usable range needs one descriptor: that
 * of its first page, which says how many follow.
 */
#include "msadsc.h"
#include "phys.h"

/* Frames [first, past) of usable range @r below @limit; page 0 apart. */
static void clip(const struct e820_range *r, pfn_t limit, pfn_t *first,
                 pfn_t *past)
{
	*first = min_u64(max_u64(e820_first_page(r), 1), limit);
	*past = max_u64(min_u64(e820_past_page(r), limit), *first);
}

/* One past the highest usable page below @limit, or 0. */
static pfn_t pages_to_describe(const struct e820_map *map, pfn_t limit)
{
	pfn_t first, past, highest = 0;

	for (uint32_t i = 0; i < map->count; i++) {
		if (map->range[i].type != E820_RAM)
			continue;
		clip(&map->range[i], limit, &first, &past);
		if (first < past)
			highest = past;
	}
	return highest;
}

/* A gap for the array in usable memory of [base, end). */
static bool find_room(const struct e820_map  *map,
                      const struct occupants *occupants, paddr_t base,
                      paddr_t end, struct msadsc_need *need, paddr_t *place)
{
	for (uint32_t i = 0; i < map->count; i++) {
		const struct e820_range *r = &map->range[i];
		paddr_t first = pfn_to_paddr(e820_first_page(r));
		paddr_t past = min_u64(pfn_to_paddr(e820_past_page(r) - 1),
		                       end - PAGE_SIZE) +
		               PAGE_SIZE;

		if (r->type == E820_RAM &&
		    e820_first_page(r) < e820_past_page(r) &&
		    occupants_find_gap(occupants, max_u64(first, base), past,
		                       need->bytes, &need->largest, place))
			return true;
	}
	return false;
}

/* Describe [first, past) as the highest run so far. */
static void add_run(struct msadsc_array *array, pfn_t first, pfn_t past)
{
	if (first == past)
		return;
	array->page[first] =
		msadsc_make(MSADSC_RUN, 0, past - first, array->first_run);
	array->first_run = first;
	array->usable_pages += past - first;
}

static void describe(struct msadsc_array *array, pfn_t limit)
{
	pfn_t first, past;

	for (uint32_t i = 0; i < array->map->count; i++) {
		const struct e820_range *r = &array->map->range[i];

		if (r->type != E820_RAM)
			continue;
		if (e820_first_page(r) == e820_past_page(r)) {
			array->left_out_ranges++;
			continue;
		}
		if (e820_first_page(r) == 0) {
			array->page[0] = msadsc_twice(MSADSC_OCCUPIED, 0, 0);
			array->usable_pages++;
		}
		clip(r, limit, &first, &past);
		add_run(array, first, past);
		array->left_out_pages += max_u64(e820_past_page(r), limit) -
		                         max_u64(e820_first_page(r), limit);
	}
}

/* That it was refused with @status: words for the caller's message. */
static enum msadsc_status refuse(struct msadsc_need *need,
                                 enum msadsc_status  status)
{
	static const char *const why[] = {
		[MSADSC_NO_RAM] = "no usable page above page 0",
		[MSADSC_NO_ROOM] = "no room",
		[MSADSC_NO_ENTRY] = "raise OCCUPANTS_MAX",
	};

	need->why = why[status];
	return status;
}

enum msadsc_status msadsc_init(struct msadsc_array   *array,
                               const struct e820_map *map,
                               struct occupants *occupants, pfn_t limit,
                               struct msadsc_need *need)
{
	pfn_t    pages = pages_to_describe(map, limit);
	uint64_t bytes = pages * sizeof(struct msadsc);
	paddr_t  end = pfn_to_paddr(limit), place;

	ASSERT(limit > 0 && limit <= PFN_LIMIT, "limit %llu",
	       (unsigned long long)limit);
	*need = (struct msadsc_need){
		.bytes = pfn_to_paddr(bytes_to_pages(bytes)),
	};
	if (pages == 0)
		return refuse(need, MSADSC_NO_RAM);
	if (!find_room(map, occupants, 32 * MiB, end, need, &place) &&
	    !find_room(map, occupants, PAGE_SIZE, end, need, &place))
		return refuse(need, MSADSC_NO_ROOM);
	if (occupants_add(occupants, place, place + bytes, OCCUPANT_OWN,
	                  "descriptors") != OCCUPANTS_OK)
		return refuse(need, MSADSC_NO_ENTRY);

	*array = (struct msadsc_array){
		.page = phys_to_virt_zeroed(place, bytes),
		.pages = pages,
		.base = place,
		.phase = MSADSC_DESCRIBED,
		.map = map,
	};
	describe(array, limit);
	return MSADSC_OK;
}

/* The last range of the map that begins at or before @pa, or NULL. */
static const struct e820_range *range_at(const struct e820_map *map, paddr_t pa)
{
	uint32_t low = 0, high = map->count; /* it is before high */

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (map->range[middle].base <= pa)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? NULL : &map->range[low - 1];
}

uint64_t msadsc_runs(const struct msadsc_array *array)
{
	uint64_t runs = 0;

	for (pfn_t run = array->first_run; run != 0;
	     run = msadsc_high(array->page[run]))
		runs++;
	return runs;
}

bool msadsc_is_ram(const struct msadsc_array *array, pfn_t pfn)
{
	const struct e820_range *r = range_at(array->map, pfn_to_paddr(pfn));

	/* A range that begins at the page or below: only its end can cut. */
	return r != NULL && r->type == E820_RAM &&
	       pfn <= pfn_down(UINT64_MAX) && pfn < e820_past_page(r);
}

static pfn_t find_run(const struct msadsc_array *array, pfn_t pfn)
{
	pfn_t run = array->first_run;

	while (run > pfn)
		run = msadsc_high(array->page[run]);
	if (run != 0 && pfn - run < msadsc_pages(array->page[run]))
		return run;
	return 0;
}

pfn_t msadsc_find(const struct msadsc_array *array, pfn_t pfn)
{
	pfn_t run;

	if (pfn == 0 || pfn >= array->pages)
		return 0;
	if (array->page[pfn].word != 0)
		return pfn;
	run = find_run(array, pfn);
	if (run != 0)
		return run;
	/* A block that holds the page starts where the page's number has
	 * its lowest bits cleared. */
	for (unsigned order = 1; order <= ORDER_MAX; order++) {
		pfn_t first = pfn >> order << order;

		if (first != 0 &&
		    pfn - first < msadsc_pages(array->page[first]))
			return first;
	}
	return 0;
}
