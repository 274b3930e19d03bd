/**
 * @file
 * Tests of lessons 2 to 5 together: random small machines, held against a
 * model that asks each page.
 *
 * The model knows 96 pages from a first one on, in halves, each with its
 * owner.  All that the stages must find, it finds by looking at every page.
 */
#include "kstring.h"
#include "machine_test.h"
#include "merge.h"
#include "occupy.h"
#include "test.h"

#define WINDOW 96
#define HALF   (PAGE_SIZE / 2)

enum { HOLE = -2, FREE = -1 }; /* an owner otherwise */

struct model {
	pfn_t first;              /* The window's first page. */
	bool  ram[2 * WINDOW];    /* By half pages. */
	int   owner[WINDOW + 16]; /* Nothing beyond the window. */
};

static uint64_t seed;

static uint64_t below(uint64_t bound)
{
	return test_random(&seed) % bound;
}

static int *owner(struct model *model, pfn_t pfn)
{
	return &model->owner[pfn - model->first];
}

static int owner_at(const struct model *model, pfn_t pfn)
{
	return pfn < model->first || pfn >= model->first + WINDOW
	               ? HOLE
	               : model->owner[pfn - model->first];
}

/* Ranges of up to 12 pages, now and then of half ones, between holes; above
 * page 4096 longer ones, which hold the 17 pages of descriptors. */
static void make_ram(struct machine *m, struct model *model)
{
	uint64_t half = below(3);

	while (half < 2 * WINDOW) {
		uint64_t most = model->first < 4096 ? 24 : 120;
		uint64_t halves = 1 + below(below(4) == 0 ? 3 : most);
		uint64_t past = min_u64(half + halves, 2 * WINDOW);
		paddr_t  base = PAGES(model->first) + half * HALF;

		machine_add_ram(m, base, base + (past - half) * HALF);
		while (half < past)
			model->ram[half++] = true;
		half += 1 + below(below(2) == 0 ? 2 : 8);
	}
	for (uint64_t i = 0; i < WINDOW; i++)
		model->owner[i] = model->ram[2 * i] && model->ram[2 * i + 1] &&
		                                  model->first + i < m->limit
		                          ? FREE
		                          : HOLE;
}

/* Things in the window, that seldom quarrel: most begin where no other is. */
static void make_occupants(struct machine *m, const struct model *model)
{
	paddr_t at = PAGES(model->first);

	for (uint64_t i = below(7); i > 0; i--) {
		paddr_t            base = at + below(6 * PAGE_SIZE);
		paddr_t            end = base + 1 + below(4 * PAGE_SIZE);
		enum occupant_kind kind =
			below(4) == 0 ? OCCUPANT_FIRMWARE : OCCUPANT_LOADED;

		machine_add(m, base, end, kind, "it");
		at = end - (below(8) == 0 ? 1 : 0);
	}
}

static bool touches(const struct occupant *o, pfn_t pfn)
{
	return o->base < PAGES(pfn + 1) && o->end > PAGES(pfn);
}

static bool is_touched(const struct occupants *occupants, pfn_t pfn)
{
	for (uint32_t i = 0; i < occupants->count; i++)
		if (touches(&occupants->entry[i], pfn))
			return true;
	return false;
}

/* The lowest page from @least on with @pages free ones; 0: none. */
static pfn_t lowest_place(const struct machine *m, const struct model *model,
                          pfn_t least, uint64_t pages)
{
	uint64_t found = 0;

	for (pfn_t pfn = max_u64(model->first, least);
	     pfn < model->first + WINDOW; pfn++) {
		bool free = owner_at(model, pfn) == FREE && pfn != 0 &&
		            !is_touched(&m->occupants, pfn);

		found = free ? found + 1 : 0;
		if (found == pages)
			return pfn + 1 - pages;
	}
	return 0;
}

/* One past the highest page that is to be described, or 0. */
static pfn_t pages_of(const struct model *model)
{
	for (pfn_t pfn = model->first + WINDOW; pfn-- > model->first;)
		if (pfn != 0 && owner_at(model, pfn) == FREE)
			return pfn + 1;
	return 0;
}

/* Describe, held against the model: whether the machine can go on. */
static bool describe(struct machine *m, struct model *model)
{
	pfn_t    pages = pages_of(model), place;
	uint64_t needed = (pages * 8 + 4095) / 4096, usable = 0;

	place = lowest_place(m, model, 8192, needed);
	if (place == 0)
		place = lowest_place(m, model, 0, needed);
	if (pages == 0 || place == 0) {
		CHECK_EQ(machine_describe(m, 0),
		         pages == 0 ? MSADSC_NO_RAM : MSADSC_NO_ROOM);
		return false;
	}
	CHECK_EQ(machine_describe(m, PAGES(place)), MSADSC_OK);
	CHECK_EQ(m->array.base, PAGES(place));
	CHECK_EQ(m->array.pages, pages);
	CHECK_TEXT(msadsc_check(&m->array), NULL);
	for (pfn_t pfn = model->first; pfn < pages; pfn++) {
		bool  is_ram = owner_at(model, pfn) != HOLE;
		bool  is_inside = owner_at(model, pfn - 1) != HOLE && pfn > 1;
		pfn_t run = !is_ram || pfn == 0 ? 0
		            : is_inside ? msadsc_find(&m->array, pfn - 1)
		                        : pfn;

		usable += is_ram;
		CHECK_EQ(msadsc_is_ram(&m->array, pfn), is_ram);
		CHECK_EQ(msadsc_find(&m->array, pfn), run);
	}
	CHECK_EQ(m->array.usable_pages, usable);
	return true;
}

/* Whether two may not lie as they do; by bytes, then by pages. */
static bool quarrel(const struct occupant *a, const struct occupant *b)
{
	bool pages = a->base / PAGE_SIZE <= (b->end - 1) / PAGE_SIZE &&
	             b->base / PAGE_SIZE <= (a->end - 1) / PAGE_SIZE;
	bool bytes = a->base < b->end && b->base < a->end;

	if (a->kind == OCCUPANT_OWN || b->kind == OCCUPANT_OWN)
		return pages;
	return bytes && a->kind == OCCUPANT_LOADED &&
	       b->kind == OCCUPANT_LOADED;
}

static bool any_quarrel(const struct occupants *occupants)
{
	for (uint32_t i = 0; i < occupants->count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (quarrel(&occupants->entry[i], &occupants->entry[k]))
				return true;
	return false;
}

/* Whether all of the aligned block of @order around @pfn is what @pfn is, in
 * one area, and without page 0. */
static bool is_block(const struct model *model, pfn_t pfn, unsigned order)
{
	pfn_t first = pfn >> order << order;

	for (pfn_t page = first; page < first + (UINT64_C(1) << order); page++)
		if (page == 0 ||
		    owner_at(model, page) != owner_at(model, pfn) ||
		    (page >= 8192) != (pfn >= 8192))
			return false;
	return true;
}

static unsigned order_of(const struct model *model, pfn_t pfn)
{
	unsigned order = 0;

	while (is_block(model, pfn, order + 1))
		order++;
	return order;
}

/* Mark, held against the model: whether the machine can go on. */
static bool mark(struct machine *m, struct model *model, struct memareas *areas)
{
	struct occupy_fault fault;
	bool                refused = any_quarrel(&m->occupants);
	uint64_t            occupied[MEMAREAS] = { 0 };

	CHECK_EQ(occupy_mark(&m->array, areas, &m->occupants, &fault),
	         refused ? OCCUPY_TWICE : OCCUPY_OK);
	if (refused)
		return false;
	for (pfn_t pfn = model->first; pfn < m->array.pages; pfn++) {
		if (owner_at(model, pfn) == HOLE)
			continue;
		if (pfn == 0)
			*owner(model, pfn) = 0;
		for (uint32_t i = m->occupants.count; i > 0; i--)
			if (touches(&m->occupants.entry[i - 1], pfn))
				*owner(model, pfn) = (int)i;
		if (owner_at(model, pfn) == FREE)
			continue;
		occupied[pfn >= 8192]++;
	}
	for (pfn_t pfn = model->first; pfn < m->array.pages; pfn++) {
		unsigned order = order_of(model, pfn);

		if (owner_at(model, pfn) < 0)
			continue;
		if (pfn >> order << order == pfn)
			CHECK(machine_page_is(
				m, pfn,
				msadsc_twice(MSADSC_OCCUPIED, order,
			                     (uint64_t)owner_at(model, pfn))));
		else
			CHECK_EQ(m->page[pfn].word, 0);
	}
	for (int i = 0; i < MEMAREAS; i++)
		CHECK_EQ(areas->area[i].occupied_pages, occupied[i]);
	CHECK_TEXT(occupy_check(&m->array, areas, &m->occupants), NULL);
	return true;
}

/* Merge, held against the largest block around each page. */
static void merge(struct machine *m, const struct model *model,
                  struct memareas *areas)
{
	uint64_t blocks[MEMAREAS][ORDERS] = { 0 };

	CHECK_EQ(merge_runs(&m->array, areas), MERGE_OK);
	CHECK_TEXT(merge_check(&m->array, areas), NULL);
	CHECK_TEXT(occupy_check(&m->array, areas, &m->occupants), NULL);
	for (pfn_t pfn = model->first; pfn < m->array.pages; pfn++) {
		struct msadsc d = m->page[pfn];
		unsigned      order;
		pfn_t         first;

		if (owner_at(model, pfn) != FREE)
			continue;
		order = order_of(model, pfn);
		first = pfn >> order << order;
		CHECK_EQ(msadsc_find(&m->array, pfn), first);
		CHECK(pfn == first ? msadsc_state(d) == MSADSC_FREE &&
		                             msadsc_order(d) == order
		                   : d.word == 0);
		blocks[pfn >= 8192][order] += pfn == first;
	}
	for (int i = 0; i < MEMAREAS; i++)
		for (unsigned k = 0; k < ORDERS; k++)
			CHECK_EQ(free_list_blocks(&areas->area[i].list[k],
			                          m->array.page),
			         blocks[i][k]);
}

TEST(stages_agree_with_a_page_by_page_model)
{
	static const pfn_t first[] = { 0, 1, 37, 8192 - 48, 8192 - 80, 8192 };
	unsigned           merged = 0;

	seed = UINT64_C(88172645463325252);
	for (unsigned round = 0; round < 600; round++) {
		struct machine *m = machine_new();
		struct model    model = { .first = first[round % 6] };
		struct memareas areas;

		if (below(3) == 0)
			m->limit = model.first + 1 + below(WINDOW);
		make_ram(m, &model);
		make_occupants(m, &model);
		if (!describe(m, &model))
			continue;
		memareas_init(&areas, &m->array);
		CHECK_TEXT(memareas_check(&areas, &m->array), NULL);
		if (mark(m, &model, &areas)) {
			merge(m, &model, &areas);
			merged++;
		}
		CHECK(machine_is_intact(m));
	}
	CHECK(merged > 300);
}
