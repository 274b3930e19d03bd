/**
 * @file
 * The small machine of page_arena_test.h.
 */
#include "kstring.h"
#include "page_arena_test.h"
#include "phys.h"
#include "test.h"

struct arena      arena;
struct page_group arena_groups[ARENA_GROUPS];

/* At the end of the test's memory; objects lie at its beginning. */
static struct msadsc *words;

static struct {
	struct msadsc     word[ARENA_KEPT];
	struct memareas   areas;
	struct page_alloc pages;
	struct page_group groups[ARENA_GROUPS];
} kept;

static const struct arena_range nothing[] = { { 0, 0 } };

/* The highest ARENA_KEPT descriptors; the array ends where the words end, so
 * that the host sees who reads beyond it. */
static struct msadsc *top;

/* Where lesson 2 will put @bytes of descriptors. */
static paddr_t place_of(const struct arena_range *ram, uint64_t bytes)
{
	const struct arena_range *r = ram;

	while (r->past != 0 && r->past <= MEMAREA_KERNEL_BASE)
		r++;
	if (r->past == 0)
		r = ram;
	if (r->first < MEMAREA_KERNEL_BASE && r->past > MEMAREA_KERNEL_BASE)
		return pfn_to_paddr(MEMAREA_KERNEL_BASE);
	while (pfn_to_paddr(r->past - r->first) < bytes)
		r++;
	return pfn_to_paddr(r->first);
}

void arena_make_lazily(const struct arena_range *ram,
                       const struct arena_range *occupied, pfn_t from)
{
	struct msadsc_need  need;
	struct occupy_fault fault;
	pfn_t               end = 0;

	memset(&arena, 0, sizeof(arena));
	words = (struct msadsc *)test_memory() +
	        TEST_MEMORY_BYTES / sizeof(*words) - ARENA_FRAMES;
	top = &words[ARENA_FRAMES - ARENA_KEPT];
	memset(words, 0, ARENA_FRAMES * sizeof(*words));
	for (const struct arena_range *r = ram; r->past != 0; r++) {
		arena.map.range[arena.map.count++] =
			(struct e820_range){ pfn_to_paddr(r->first),
			                     pfn_to_paddr(r->past), E820_RAM };
		end = r->past;
	}
	for (const struct arena_range *r = occupied == NULL ? nothing
	                                                    : occupied;
	     r->past != 0; r++)
		CHECK_EQ(occupants_add(&arena.occupants, pfn_to_paddr(r->first),
		                       pfn_to_paddr(r->past), OCCUPANT_LOADED,
		                       "test"),
		         OCCUPANTS_OK);
	phys_lend(place_of(ram, end * sizeof(words[0])), end * sizeof(words[0]),
	          &words[ARENA_FRAMES - end]);
	CHECK_EQ(msadsc_init(&arena.array, &arena.map, &arena.occupants,
	                     PFN_LIMIT, &need),
	         MSADSC_OK);
	phys_lend(0, 0, NULL);
	memareas_init(&arena.areas, &arena.array);
	CHECK_EQ(occupy_mark(&arena.array, &arena.areas, &arena.occupants,
	                     &fault),
	         OCCUPY_OK);
	CHECK_EQ(merge_lazily(&arena.array, &arena.areas, from), MERGE_OK);
	phys_lend(PHYS_ANY, sizeof(arena_groups), arena_groups);
	CHECK_EQ(page_alloc_init(&arena.pages, &arena.array, &arena.areas),
	         PAGE_OK);
	phys_lend(0, 0, NULL);
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
}

void arena_make(const struct arena_range *ram,
                const struct arena_range *occupied)
{
	arena_make_lazily(ram, occupied, PFN_LIMIT - 1);
}

bool arena_holds_groups(pfn_t pfn)
{
	struct msadsc d = arena.array.page[msadsc_find(&arena.array, pfn)];

	return pfn != 0 &&
	       d.word == msadsc_twice(MSADSC_OCCUPIED, msadsc_order(d), 0).word;
}

void arena_keep(void)
{
	memcpy(kept.word, top, sizeof(kept.word));
	memcpy(&kept.areas, &arena.areas, sizeof(kept.areas));
	memcpy(&kept.pages, &arena.pages, sizeof(kept.pages));
	memcpy(kept.groups, arena_groups, sizeof(kept.groups));
}

bool arena_is_as_kept(void)
{
	return memcmp(kept.word, top, sizeof(kept.word)) == 0 &&
	       memcmp(&kept.areas, &arena.areas, sizeof(kept.areas)) == 0 &&
	       memcmp(&kept.pages, &arena.pages, sizeof(kept.pages)) == 0 &&
	       memcmp(kept.groups, arena_groups, sizeof(kept.groups)) == 0;
}

uint64_t arena_blocks(enum memarea_kind kind, unsigned order)
{
	return free_list_blocks(&arena.areas.area[kind].list[order],
	                        arena.array.page);
}

bool arena_lists_are_as_kept(void)
{
	const uint64_t what = MSADSC_STATE | MSADSC_ORDER;

	for (pfn_t i = 0; i < ARENA_KEPT; i++)
		if (((kept.word[i].word ^ top[i].word) & what) != 0)
			return false;
	return true;
}

void arena_whole(void)
{
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
}

pfn_t arena_take(enum memarea_kind kind, unsigned order)
{
	pfn_t first = 0;

	CHECK_EQ(page_alloc(&arena.pages, kind, order, &first), PAGE_OK);
	CHECK_EQ(first & ((UINT64_C(1) << order) - 1), 0);
	arena_whole();
	return first;
}

void arena_give(pfn_t first, unsigned order)
{
	CHECK_EQ(page_free(&arena.pages, first, order), PAGE_OK);
	arena_whole();
}

void arena_refuse_alloc(enum memarea_kind kind, unsigned order,
                        enum page_status status)
{
	pfn_t first = 77;

	arena_keep();
	CHECK_EQ(page_alloc(&arena.pages, kind, order, &first), status);
	CHECK_EQ(first, 77);
	CHECK(arena_is_as_kept());
}

void arena_refuse_free(pfn_t first, unsigned order, enum page_status status)
{
	arena_keep();
	CHECK_EQ(page_free(&arena.pages, first, order), status);
	CHECK(arena_is_as_kept());
}
