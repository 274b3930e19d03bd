/**
 * @file
 * See exhaust.h.
 */
#include <string.h>
#include "check.h"
#include "exhaust.h"
#include "occupy.h"

struct machine machine;

static struct e820_map  map;
static struct occupants occupants;

static void add_ram(pfn_t first, pfn_t past)
{
	map.range[map.count++] =
		(struct e820_range){ first * PAGE_SIZE, past * PAGE_SIZE,
		                     E820_RAM };
}

void exhaust_start(pfn_t first, pfn_t past)
{
	struct msadsc_need  need;
	struct occupy_fault fault;

	map.count = 0;
	add_ram(EXHAUST_TABLE, EXHAUST_TABLE + 1);
	if (PAGE_GROUP_ORDER < EXHAUST_TOP)
		add_ram(EXHAUST_GROUPS, EXHAUST_GROUPS + 1);
	add_ram(first, past);
	ASSERT(msadsc_init(&machine.array, &map, &occupants, PFN_LIMIT,
	                   &need) == MSADSC_OK,
	       "%s", need.why);
	memareas_init(&machine.areas, &machine.array);
	ASSERT(occupy_mark(&machine.array, &machine.areas, &occupants,
	                   &fault) == OCCUPY_OK &&
	               merge_runs(&machine.array, &machine.areas) == MERGE_OK &&
	               page_alloc_init(&machine.pages, &machine.array,
	                               &machine.areas) == PAGE_OK,
	       "%u occupants", occupants.count);
}

void exhaust_make(struct state *empty)
{
	exhaust_start(EXHAUST_FIRST, EXHAUST_PAST);
	free_list_remove(&machine.areas.area[0], machine.array.page,
	                 EXHAUST_FIRST);
	machine.array.page[EXHAUST_FIRST].word = 0;
	exhaust_save(empty);
}

void exhaust_save(struct state *state)
{
	memcpy(state->page, machine.array.page, sizeof(state->page));
	state->areas = machine.areas;
	state->pages = machine.pages;
	memset(state->groups, 0, sizeof(state->groups));
	if (machine.pages.grouped != 0)
		memcpy(state->groups, machine.pages.group,
		       EXHAUST_PAST / PAGE_GROUP * sizeof(*state->groups));
}

void exhaust_restore(const struct state *state)
{
	memcpy(machine.array.page, state->page, sizeof(state->page));
	machine.areas = state->areas;
	machine.pages = state->pages;
	if (machine.pages.grouped != 0)
		memcpy(machine.pages.group, state->groups,
		       EXHAUST_PAST / PAGE_GROUP * sizeof(*state->groups));
}

bool exhaust_is_unchanged(const struct state *state)
{
	return memcmp(state->page, machine.array.page, sizeof(state->page)) ==
	               0 &&
	       memcmp(&state->areas, &machine.areas, sizeof(machine.areas)) ==
	               0 &&
	       memcmp(&state->pages, &machine.pages, sizeof(machine.pages)) ==
	               0 &&
	       (machine.pages.grouped == 0 ||
	        memcmp(state->groups, machine.pages.group,
	               EXHAUST_PAST / PAGE_GROUP * sizeof(*state->groups)) ==
	                0);
}

struct model model_of(exhaust_key key)
{
	struct model model;

	memset(model.block, INSIDE, sizeof(model.block));
	memset(model.used, 0, sizeof(model.used));
	for (unsigned i = 0, next; i < EXHAUST_COUNT; i = next) {
		unsigned order = 0;

		for (next = i + 1;
		     next < EXHAUST_COUNT && (key >> 2 * next & 1) == 0;)
			next++;
		while (1U << order < next - i)
			order++;
		model.block[i] = (unsigned char)order;
		model.used[i] = (key >> 2 * i & 2) != 0;
	}
	return model;
}

exhaust_key model_key(const struct model *model)
{
	exhaust_key key = 0;

	for (unsigned i = 0; i < EXHAUST_COUNT; i++)
		if (model->block[i] != INSIDE)
			key |= (model->used[i] ? 3U : 1U) << 2 * i;
	return key;
}

/* Make the allocator's state that the model describes, on top of @empty, in
 * which nothing is on a list. */
void exhaust_build(const struct state *empty, const struct model *model)
{
	struct memarea *area = &machine.areas.area[MEMAREA_HARDWARE];

	exhaust_restore(empty);
	for (unsigned i = EXHAUST_COUNT; i-- > 0;) {
		unsigned order = model->block[i];

		if (order == INSIDE)
			continue;
		if (model->used[i])
			machine.array.page[EXHAUST_FIRST + i] =
				page_used(order, 1, 0);
		else
			free_list_push(area, machine.array.page,
			               EXHAUST_FIRST + i, order);
	}
}

const char *exhaust_compare(const struct model *model)
{
	const char *broken;

	page_empty_caches(&machine.pages);
	broken = page_alloc_check(&machine.pages);
	for (unsigned i = 0; i < EXHAUST_COUNT && broken == NULL; i++) {
		struct msadsc     d = machine.array.page[EXHAUST_FIRST + i];
		enum msadsc_state state =
			model->used[i] ? MSADSC_USED : MSADSC_FREE;

		if (model->block[i] == INSIDE
		            ? d.word != 0
		            : msadsc_state(d) != state ||
		                      msadsc_order(d) != model->block[i])
			broken = "a call leads where the model says";
	}
	return broken;
}

void model_split_to(struct model *model, unsigned i, unsigned order)
{
	/* The free block that holds page i, halved until i's has @order. */
	unsigned start = i;

	while (model->block[start] == INSIDE)
		start--;
	while (model->block[start] > order) {
		unsigned half = model->block[start] - 1U;
		unsigned upper = start + (1U << half);

		model->block[start] = model->block[upper] = (unsigned char)half;
		model->used[start] = model->used[upper] = false;
		start = i >= upper ? upper : start;
	}
}

void model_join(struct model *model)
{
	for (unsigned order = 0; order < EXHAUST_TOP; order++)
		for (unsigned i = 0; i < EXHAUST_COUNT; i += 2U << order) {
			unsigned upper = i + (1U << order);

			if (model->block[i] != order || model->used[i] ||
			    model->block[upper] != order || model->used[upper])
				continue;
			model->block[i]++;
			model->block[upper] = INSIDE;
		}
}

bool model_has_free(const struct model *model, unsigned order)
{
	for (unsigned i = 0; i < EXHAUST_COUNT; i++)
		if (model->block[i] != INSIDE && !model->used[i] &&
		    model->block[i] >= order)
			return true;
	return false;
}

bool model_is_used(const struct model *model, unsigned i)
{
	while (model->block[i] == INSIDE)
		i--;
	return model->used[i];
}

enum page_status model_answer(const struct model *model, pfn_t pfn,
                              unsigned order)
{
	unsigned start;

	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if (pfn != EXHAUST_TABLE &&
	    (pfn < EXHAUST_FIRST || pfn >= EXHAUST_PAST))
		return PAGE_FOREIGN;
	if ((pfn & ((UINT64_C(1) << order) - 1)) != 0)
		return PAGE_MISALIGNED;
	if (pfn == EXHAUST_TABLE)
		return PAGE_OCCUPIED;
	start = (unsigned)pfn - EXHAUST_FIRST;
	while (model->block[start] == INSIDE)
		start--;
	if (!model->used[start])
		return PAGE_IS_FREE;
	if (start != pfn - EXHAUST_FIRST)
		return PAGE_INSIDE;
	return model->block[start] == order ? PAGE_OK : PAGE_WRONG_ORDER;
}
