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

static bool is_in_run(const struct memm_node *run, pfn_t first, uint64_t pages)
{
	if (run == NULL || first - run->key >= run->weight)
		return false;
	return pages <= run->weight - (first - run->key);
}

bool memm_pages_are_free(const struct memm *memm, pfn_t first, uint64_t pages)
{
	return is_in_run(memm_tree_below(memm->runs, first), first, pages);
}

static void add_run(struct memm *memm, pfn_t first, pfn_t past)
{
	if (first < past)
		memm_tree_insert(&memm->runs, memm_page(memm, first), first,
		                 past - first);
}

void memm_pages_init(struct memm *memm)
{
	uint64_t words = pieces_for(memm->pages, 64);
	uint64_t own = memm_bits_pages(memm->pages);

	memm->mapped = memm_page(memm, memm->first);
	memm->with_allocator = memm->mapped + words;
	memm->with_destroyed = memm->with_allocator + words;
	memset(memm->mapped, 0, own * PAGE_SIZE);
	set_bits(memm, memm->mapped, memm->first, own, true);
	memm->own_pages = own;
	add_run(memm, memm->first + own, memm->first + memm->pages);
}

/* What is left of a run when [first, first + pages) is taken from it. */
static void cut_run(struct memm *memm, struct memm_node *run, pfn_t first,
                    uint64_t pages)
{
	pfn_t base = run->key, past = base + run->weight;
	pfn_t end = first + pages;

	if (base == first && end == past) {
		memm_tree_remove(&memm->runs, base);
	} else if (base == first) {
		memm_tree_move(&memm->runs, base, memm_page(memm, end), end,
		               past - end);
	} else {
		memm_tree_weigh(memm->runs, base, first - base);
		add_run(memm, end, past);
	}
}

void memm_pages_take(struct memm *memm, pfn_t first, uint64_t pages,
                     enum memm_use use)
{
	struct memm_node *run = memm_tree_below(memm->runs, first);

	ASSERT(is_in_run(run, first, pages), "%llu pages at 0x%llx",
	       (unsigned long long)pages, (unsigned long long)first);
	cut_run(memm, run, first, pages);
	set_bits(memm, memm->mapped, first, pages, true);
	if (use == MEMM_ALLOCATOR)
		set_bits(memm, memm->with_allocator, first, pages, true);
	*count_of(memm, use) += pages;
}

/* The page's bit says so, and no tree is asked in vain. */
static bool is_free(const struct memm *memm, pfn_t pfn)
{
	return pfn - memm->first < memm->pages &&
	       !memm_bit(memm, memm->mapped, pfn);
}

/* Any two runs that touch are one. */
static void join_run(struct memm *memm, pfn_t first, pfn_t past)
{
	struct memm_node *below = NULL, *above = NULL;

	if (is_free(memm, first - 1))
		below = memm_tree_below(memm->runs, first);
	if (is_free(memm, past))
		above = memm_tree_find(memm->runs, past);
	if (below == NULL && above == NULL) {
		add_run(memm, first, past);
	} else if (below == NULL) {
		memm_tree_move(&memm->runs, past, memm_page(memm, first), first,
		               past + above->weight - first);
	} else {
		if (above != NULL) {
			past += above->weight;
			/* Removal moves no node: below stays. */
			memm_tree_remove(&memm->runs, above->key);
		}
		memm_tree_weigh(memm->runs, below->key, past - below->key);
	}
}

void memm_pages_give(struct memm *memm, pfn_t first, uint64_t pages,
                     enum memm_use use)
{
	set_bits(memm, memm->mapped, first, pages, false);
	if (use == MEMM_ALLOCATOR)
		set_bits(memm, memm->with_allocator, first, pages, false);
	if (use == MEMM_WAS_ALLOCATOR)
		set_bits(memm, memm->with_destroyed, first, pages, false);
	*count_of(memm, use) -= pages;
	join_run(memm, first, first + pages);
}

void memm_pages_mark(struct memm *memm, pfn_t first, uint64_t pages)
{
	set_bits(memm, memm->with_allocator, first, pages, false);
	set_bits(memm, memm->with_destroyed, first, pages, true);
	memm->allocator_pages -= pages;
	memm->destroyed_pages += pages;
}

void memm_pages_unmark(struct memm *memm, pfn_t first, uint64_t pages)
{
	set_bits(memm, memm->with_destroyed, first, pages, false);
	set_bits(memm, memm->with_allocator, first, pages, true);
	memm->destroyed_pages -= pages;
	memm->allocator_pages += pages;
}
