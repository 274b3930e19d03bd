/**
 * @file
 * See random.h: pages by the block and by the exact count.
 *
 * The model has some words for each page of a small arena: whether it is free,
 * which block it is in, how large that is, who shares and who owns it.  It has
 * no lists, no caches and no bits.
 */
#include <stdio.h>
#include <string.h>
#include "page_arena_test.h"
#include "random.h"

#define FRAMES 256 /* that are watched, at the end of the arena */

/* What is known of a page; of a block, each of its pages knows it. */
struct known {
	bool     ram, free;
	unsigned order, shares, owner;
	pfn_t    first;
};

static struct known model[FRAMES];
static pfn_t        base; /* frame of model[0] */
static pfn_t        low;  /* the lowest frame that is RAM */

static struct {
	struct msadsc     page[FRAMES];
	struct memareas   areas;
	struct page_alloc pages;
	struct page_group groups[ARENA_GROUPS];
} kept;

static void keep(void)
{
	memcpy(kept.page, arena.array.page + base, sizeof(kept.page));
	kept.areas = arena.areas;
	kept.pages = arena.pages;
	memcpy(kept.groups, arena_groups, sizeof(kept.groups));
}

static bool is_as_kept(void)
{
	return memcmp(kept.page, arena.array.page + base, sizeof(kept.page)) ==
	               0 &&
	       memcmp(&kept.areas, &arena.areas, sizeof(kept.areas)) == 0 &&
	       memcmp(&kept.pages, &arena.pages, sizeof(kept.pages)) == 0 &&
	       memcmp(kept.groups, arena_groups, sizeof(kept.groups)) == 0;
}

/* Of what is not watched: not RAM. */
static struct known *at(pfn_t pfn)
{
	static struct known nothing;

	return pfn < base || pfn - base >= FRAMES ? &nothing
	                                          : &model[pfn - base];
}

/* The arena is [first, past), and from page @lowest on lie the descriptors. */
static void start(pfn_t first, pfn_t past, pfn_t lowest)
{
	const struct arena_range ram[] = { { first, past }, { 0, 0 } };

	arena_make(ram, NULL);
	base = past - FRAMES;
	low = first;
	memset(model, 0, sizeof(model));
	for (pfn_t pfn = first; pfn < past; pfn++) {
		at(pfn)->ram = true;
		at(pfn)->free =
			(pfn < lowest ||
		         pfn >= lowest + pfn_up(past *
		                                sizeof(struct msadsc))) &&
			!arena_holds_groups(pfn);
	}
}

static void start_pages(void)
{
	start(100, 356, 100);
}

static void start_areas(void)
{
	start(MEMAREA_KERNEL_BASE - 100, MEMAREA_KERNEL_BASE + 156,
	      MEMAREA_KERNEL_BASE);
}

/* --- What must come of a call -------------------------------------------- */

static bool all_free(pfn_t first, uint64_t count, int kind)
{
	for (pfn_t pfn = first; pfn < first + count; pfn++)
		if (!at(pfn)->free || (int)memarea_of(pfn) != kind)
			return false;
	return true;
}

/* The area that has a free block of @pages pages, @kind or below; or -1. */
static int area_with(int kind, uint64_t pages)
{
	for (; kind >= 0; kind--)
		for (pfn_t pfn = base / pages * pages; pfn < base + FRAMES;
		     pfn += pages)
			if (all_free(pfn, pages, kind))
				return kind;
	return -1;
}

/* [first, end) in use, in blocks as large as their places allow. */
static void use(pfn_t first, pfn_t end, unsigned owner)
{
	for (unsigned order; first < end; first += UINT64_C(1) << order) {
		order = 0;
		while (first % (UINT64_C(2) << order) == 0 &&
		       UINT64_C(2) << order <= end - first)
			order++;
		for (pfn_t pfn = first; pfn < first + (UINT64_C(1) << order);
		     pfn++)
			*at(pfn) = (struct known){ true, false, order,
				                   1,    owner, first };
	}
}

static enum page_status look(pfn_t pfn)
{
	if (!at(pfn)->ram)
		return PAGE_FOREIGN;
	if (at(pfn)->free)
		return PAGE_IS_FREE;
	if (at(pfn)->first == 0)
		return PAGE_OCCUPIED;
	return at(pfn)->first == pfn ? PAGE_OK : PAGE_INSIDE;
}

/* Change all pages of the block at @first. */
static void share(pfn_t first, unsigned more)
{
	uint64_t count = UINT64_C(1) << at(first)->order;

	for (pfn_t pfn = first; pfn < first + count; pfn++) {
		at(pfn)->shares += more;
		at(pfn)->free = at(pfn)->shares == 0;
	}
}

static enum page_status expect_free(pfn_t first, unsigned order)
{
	enum page_status status = look(first);

	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if (status == PAGE_FOREIGN)
		return status;
	if (first % (UINT64_C(1) << order) != 0)
		return PAGE_MISALIGNED;
	if (status == PAGE_OK && at(first)->order != order)
		return PAGE_WRONG_ORDER;
	return status;
}

static enum page_status expect_free_exact(pfn_t first, uint64_t count)
{
	if (count == 0)
		return PAGE_BAD_COUNT;
	for (pfn_t pfn = first; pfn < first + count; pfn++) {
		enum page_status status = look(pfn);

		if (status != PAGE_OK && status != PAGE_INSIDE)
			return status;
		if (at(pfn)->shares != 1)
			return PAGE_SHARES;
	}
	return PAGE_OK;
}

/* The block around @pfn, if there is one, is two rows of blocks from there. */
static void cut(pfn_t pfn)
{
	struct known k = *at(pfn);

	if (!k.ram || k.free || k.first == 0 || k.first == pfn)
		return;
	use(k.first, pfn, k.owner);
	use(pfn, k.first + (UINT64_C(1) << k.order), k.owner);
}

/* --- The moves ----------------------------------------------------------- */

/* Mistakes that are built in: the third share of a block is not counted, a
 * call that is refused writes, what was freed is on no list. */
static void spoil_share(enum page_status status, pfn_t first)
{
	struct msadsc *d = &arena.array.page[first];

	if (random_has_bug("share") && status == PAGE_OK &&
	    page_shares(&arena.pages, first) == 3)
		*d = page_used(msadsc_order(*d), 2, 0);
	if (random_has_bug("touch") && status == PAGE_INSIDE)
		d->word = MSADSC_CACHED;
}

static void spoil_free(enum page_status status, pfn_t first)
{
	if (random_has_bug("lost") && status == PAGE_OK &&
	    msadsc_state(arena.array.page[first]) == MSADSC_FREE)
		free_list_remove(&arena.areas.area[memarea_of(first)],
		                 arena.array.page, first);
}

static const char *took(enum page_status status, int kind, uint64_t block,
                        uint64_t count, pfn_t first)
{
	int              area = area_with(kind, block);
	enum page_status expected = area < 0 ? PAGE_NO_MEMORY : PAGE_OK;

	if (status != expected)
		return "pages are given out where they are free";
	if (status != PAGE_OK)
		return NULL;
	if (first % block != 0 || !all_free(first, count, area))
		return "what is given out was free, and is aligned";
	use(first, first + count, 0);
	return NULL;
}

static const char *take(uint32_t move, enum page_status *status, char *text)
{
	int      kind = (int)(RANDOM_BYTE(move, 1) % MEMAREAS);
	unsigned order = (unsigned)__builtin_ctz(RANDOM_BYTE(move, 2) | 64);
	pfn_t    first = 0;

	*status = page_alloc(&arena.pages, (enum memarea_kind)kind, order,
	                     &first);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES,
		         "page_alloc(area %d, order %u): page 0x%llx", kind,
		         order, (unsigned long long)first);
	return took(*status, kind, UINT64_C(1) << order, UINT64_C(1) << order,
	            first);
}

static const char *take_exact(uint32_t move, enum page_status *status,
                              char *text)
{
	int      kind = (int)(RANDOM_BYTE(move, 1) % MEMAREAS);
	uint64_t count = 1 + RANDOM_BYTE(move, 2) % 20, block = 1;
	pfn_t    first = 0;

	while (block < count)
		block *= 2;
	*status = pages_alloc_exact(&arena.pages, (enum memarea_kind)kind,
	                            count, &first);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES,
		         "pages_alloc_exact(area %d, %llu): page 0x%llx", kind,
		         (unsigned long long)count, (unsigned long long)first);
	return took(*status, kind, block, count, first);
}

/* Any page at or near the arena; most often the first of its block. */
static pfn_t some_page(uint32_t move)
{
	pfn_t pfn = low - 1 + RANDOM_BYTE(move, 1) % (base + FRAMES - low + 2);

	return at(pfn)->first != 0 && RANDOM_BYTE(move, 3) % 8 != 0
	               ? at(pfn)->first
	               : pfn;
}

static const char *give(uint32_t move, enum page_status *status, char *text)
{
	pfn_t            first = some_page(move);
	unsigned         order = RANDOM_BYTE(move, 2) % 8 != 0
	                                 ? at(first)->order
	                                 : RANDOM_BYTE(move, 2) / 8 % (ORDERS + 1);
	enum page_status expected = expect_free(first, order);

	*status = page_free(&arena.pages, first, order);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES,
		         "page_free(page 0x%llx, order %u): %s",
		         (unsigned long long)first, order,
		         page_status_text(*status));
	if (*status == PAGE_OK && expected == PAGE_OK)
		share(first, -1U);
	return *status == expected ? NULL : "page_free() gives the reason";
}

static const char *give_exact(uint32_t move, enum page_status *status,
                              char *text)
{
	pfn_t            first = some_page(move);
	uint64_t         count = RANDOM_BYTE(move, 2) % 12;
	enum page_status expected = expect_free_exact(first, count);

	*status = pages_free_exact(&arena.pages, first, count);
	spoil_free(*status, first);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES,
		         "pages_free_exact(page 0x%llx, %llu): %s",
		         (unsigned long long)first, (unsigned long long)count,
		         page_status_text(*status));
	if (*status != expected)
		return "pages_free_exact() gives the reason";
	if (expected != PAGE_OK)
		return NULL;
	cut(first);
	cut(first + count);
	for (pfn_t pfn = first; pfn < first + count; pfn++)
		at(pfn)->free = true;
	return NULL;
}

static const char *share_or_own(uint32_t move, enum page_status *status,
                                char *text)
{
	pfn_t            first = some_page(move);
	unsigned         owner = RANDOM_BYTE(move, 2) << 8 | 7;
	enum page_status expected = look(first);
	bool             owns = RANDOM_BYTE(move, 0) / 16 % 2 != 0;

	*status = owns ? page_set_owner(&arena.pages, first, (uint16_t)owner)
	               : page_share(&arena.pages, first);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "%s(page 0x%llx): %s",
		         owns ? "page_set_owner" : "page_share",
		         (unsigned long long)first, page_status_text(*status));
	spoil_share(*status, first);
	if (*status != expected)
		return "page_share() and page_set_owner() give the reason";
	if (expected != PAGE_OK)
		return NULL;
	if (!owns)
		share(first, 1);
	for (pfn_t i = 0; owns && i < UINT64_C(1) << at(first)->order; i++)
		at(first + i)->owner = owner;
	return NULL;
}

/* --- What must hold after each ------------------------------------------- */

static const char *compare(void)
{
	const char *broken = page_alloc_check(&arena.pages);

	if (broken != NULL)
		return broken;
	for (pfn_t pfn = base; pfn < base + FRAMES; pfn++) {
		const struct known *k = at(pfn);
		struct msadsc       d = arena.array.page[pfn];
		enum msadsc_state   state = msadsc_state(d);

		if (!k->ram && d.word != 0)
			return "what is no RAM has no descriptor";
		if (!k->ram || (!k->free && k->first == 0))
			continue;
		if (k->free && state != MSADSC_FREE && state != MSADSC_CACHED &&
		    state != MSADSC_GROUPED && d.word != 0)
			return "a free page is free";
		if (!k->free &&
		    d.word != (k->first == pfn ? page_used(k->order, k->shares,
		                                           k->owner)
		                                         .word
		                               : 0))
			return "a block is in use as it was given out";
	}
	return NULL;
}

static const char *play(uint32_t move, char *text)
{
	typedef const char *(*deed)(uint32_t, enum page_status *, char *);
	/* Even: takes; odd: gives back. */
	static const deed deeds[] = {
		take,         give, take, give, take_exact, give,       take,
		give_exact,   take, give, take, give_exact, take_exact, give,
		share_or_own, give
	};
	enum page_status status;
	const char      *broken;

	if (RANDOM_BYTE(move, 0) == 255) {
		page_empty_caches(&arena.pages);
		if (text != NULL)
			snprintf(text, RANDOM_TEXT_BYTES,
			         "page_empty_caches()");
		return compare();
	}
	keep();
	broken = deeds[RANDOM_BYTE(move, 0) % 16](move, &status, text);
	if (broken == NULL && status != PAGE_OK && !is_as_kept())
		broken = "a call that is refused changes nothing";
	return broken != NULL ? broken : compare();
}

const struct random_game random_pages = {
	"pages",
	"share (the third share is not counted), touch (a refused call "
	"writes), lost (pages that were freed are on no list)",
	start_pages,
	play,
};

const struct random_game random_areas = {
	"areas",
	"as pages",
	start_areas,
	play,
};
