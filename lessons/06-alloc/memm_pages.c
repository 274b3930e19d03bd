/**
 * @file
 * Lesson 6: see memm_pages.h.
 *
 * The idea: a free run's node of the tree stands in the run's first page, so
 * the table costs nothing and has room for as many runs as there can be.
 */
#include "kstring.h"
#include "memm_pages.h"

static uint64_t *count_of(struct memm *memm, enum memm_use use)
{
	switch (use) {
	case MEMM_TABLE:
		return &memm->table_pages;
	case MEMM_ALLOCATOR:
		return &memm->allocator_pages;
	case MEMM_WAS_ALLOCATOR:
		return &memm->destroyed_pages;
	default:
		return &memm->own_pages;
	}
}

/* The bits [from, to) of a word, to at most 64. */
static uint64_t mask_of(uint64_t from, uint64_t to)
{
	return UINT64_MAX >> (64 - (to - from)) << from;
}

static void set_bits(struct memm *memm, uint64_t *bits, pfn_t first,
                     uint64_t pages, bool value)
{
	uint64_t at = first - memm->first, end = at + pages, next;

	for (; at < end; at = next) {
		uint64_t mask;

		next = min_u64(end, (at / 64 + 1) * 64);
		mask = mask_of(at % 64, at % 64 + (next - at));
		if (value)
			bits[at / 64] |= mask;
		else
			bits[at / 64] &= ~mask;
	}
}

uint64_t memm_count_bits(const struct memm *memm, const uint64_t *bits,
                         pfn_t first, uint64_t pages)
{
	uint64_t at = first - memm->first, end = at + pages, next, count = 0;

	for (; at < end; at = next) {
		uint64_t word = bits[at / 64];

		next = min_u64(end, (at / 64 + 1) * 64);
		word &= mask_of(at % 64, at % 64 + (next - at));
		for (; word != 0; word &= word - 1)
			count++;
	}
	return count;
}

/* Where in [base, base + pages) a run so aligned would start. */
static pfn_t align_in(pfn_t base, uint64_t lead, uint64_t align)
{
	return ((base + lead + align - 1) & ~(align - 1)) - lead;
}

bool memm_pages_find(const struct memm *memm, uint64_t pages, uint64_t lead,
                     uint64_t align, pfn_t *first)
{
	struct memm_node *run;
	pfn_t             at;

	if (pages == 0 || pages > memm->pages || align > memm->pages)
		return false;
	run = memm_tree_first_fit(memm->runs, pages + align - 1);
	if (run == NULL)
		run = memm_tree_first_fit(memm->runs, pages);
	if (run == NULL)
		return false;
	at = align_in(run->key, lead, align);
	if (at + pages > run->key + run->weight)
		return false;
	*first = at;
	return true;
}

bool memm_pages_are_free(const struct memm *memm, pfn_t first, uint64_t pages)
{
	const struct memm_node *run = memm_tree_below(memm->runs, first);

	if (run == NULL || first - run->key >= run->weight)
		return false;
	return pages <= run->weight - (first - run->key);
}

static void add_run(struct memm *memm, pfn_t first, pfn_t past)
{
	if (first < past)
		memm_tree_insert(&memm->runs, memm_page(memm, first), first,
		                 past - first);
}

void memm_pages_init(struct memm *memm)
{
	uint64_t words = (memm->pages + 63) / 64;
	uint64_t own = memm_bits_pages(memm->pages);

	memm->mapped = memm_page(memm, memm->first);
	memm->with_allocator = memm->mapped + words;
	memm->with_destroyed = memm->with_allocator + words;
	memset(memm->mapped, 0, own * PAGE_SIZE);
	set_bits(memm, memm->mapped, memm->first, own, true);
	memm->own_pages = own;
	add_run(memm, memm->first + own, memm->first + memm->pages);
}

void memm_pages_take(struct memm *memm, pfn_t first, uint64_t pages,
                     enum memm_use use)
{
	struct memm_node *run = memm_tree_below(memm->runs, first);
	pfn_t             base, past;

	ASSERT(memm_pages_are_free(memm, first, pages), "%llu pages at 0x%llx",
	       (unsigned long long)pages, (unsigned long long)first);
	base = run->key;
	past = base + run->weight;
	memm_tree_remove(&memm->runs, base);
	add_run(memm, base, first);
	add_run(memm, first + pages, past);

	set_bits(memm, memm->mapped, first, pages, true);
	if (use == MEMM_ALLOCATOR)
		set_bits(memm, memm->with_allocator, first, pages, true);
	*count_of(memm, use) += pages;
}

void memm_pages_give(struct memm *memm, pfn_t first, uint64_t pages,
                     enum memm_use use)
{
	pfn_t             past = first + pages;
	struct memm_node *below, *above;

	set_bits(memm, memm->mapped, first, pages, false);
	set_bits(memm, memm->with_allocator, first, pages, false);
	set_bits(memm, memm->with_destroyed, first, pages, false);
	*count_of(memm, use) -= pages;

	below = memm_tree_below(memm->runs, first);
	above = memm_tree_find(memm->runs, past);
	if (above != NULL) {
		past += above->weight;
		memm_tree_remove(&memm->runs, above->key);
	}
	/* Removal moves no node: below is still what it was. */
	if (below != NULL && below->key + below->weight == first) {
		memm_tree_weigh(memm->runs, below->key, past - below->key);
		return;
	}
	add_run(memm, first, past);
}

void memm_pages_mark(struct memm *memm, pfn_t first, uint64_t pages)
{
	set_bits(memm, memm->with_allocator, first, pages, false);
	set_bits(memm, memm->with_destroyed, first, pages, true);
	memm->allocator_pages -= pages;
	memm->destroyed_pages += pages;
}

/* Bits agree with the counts, and with each other. */
static const char *check_bits(const struct memm *memm)
{
	pfn_t    first = memm->first;
	uint64_t words = (memm->pages + 63) / 64;
	uint64_t used = memm->pages - memm_free_pages(memm);

	for (uint64_t i = 0; i < words; i++) {
		uint64_t held = memm->with_allocator[i];
		uint64_t was = memm->with_destroyed[i];

		if ((held & was) != 0)
			return "no page is held by an allocator and by a "
			       "destroyed one";
		if (((held | was) & ~memm->mapped[i]) != 0)
			return "a page with an allocator is mapped";
	}
	if (memm_count_bits(memm, memm->mapped, first, words * 64) != used)
		return "as many pages are mapped as are not free";
	if (memm_count_bits(memm, memm->with_allocator, first, words * 64) !=
	    memm->allocator_pages)
		return "pages held by allocators are counted";
	if (memm_count_bits(memm, memm->with_destroyed, first, words * 64) !=
	    memm->destroyed_pages)
		return "pages held by destroyed allocators are counted";
	return NULL;
}

const char *memm_pages_check(const struct memm *memm)
{
	const char             *broken = memm_tree_check(memm->runs);
	uint64_t                sum = 0;
	pfn_t                   past = 0;
	const struct memm_node *run;

	if (broken != NULL)
		return broken;
	for (run = memm_tree_above(memm->runs, 0); run != NULL;
	     run = memm_tree_next(memm->runs, run)) {
		if (run != memm_page(memm, run->key) || run->weight == 0)
			return "a free run's node stands in its first page";
		if (run->key <= past)
			return "free runs that touch are one run";
		past = run->key + run->weight;
		if (past > memm->first + memm->pages)
			return "free runs are inside the arena";
		if (memm_count_bits(memm, memm->mapped, run->key,
		                    run->weight) != 0)
			return "no page of a free run is mapped";
		sum += run->weight;
	}
	if (sum != memm_free_pages(memm))
		return "each page that is not in use is in a free run";
	return check_bits(memm);
}
