/**
 * @file
 * Lesson 6: all memory is taken: see workout.h.
 *
 * The idea: what must not change has a sum, before and after.  Each page that
 * is given out is looked up in the table of what lies in memory, which the
 * allocator has never seen; and in the end table, map and allocator must
 * agree on how many pages there are.
 */
#include "phys.h"
#include "workout.h"
#include "workout_chain.h"

/* FNV-1a of Fowler, Noll and Vo. */
static uint64_t add_to_sum(uint64_t sum, const void *bytes, uint64_t count)
{
	const unsigned char *byte = bytes;

	for (uint64_t i = 0; i < count; i++)
		sum = (sum ^ byte[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* What the loader has put there, but for the kernel's image, whose data
 * change; and of that the constants. */
static uint64_t sum_up(const struct workout_all *all, uint64_t *bytes)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	*bytes = all->constant_bytes;
	sum = add_to_sum(sum, all->constants, all->constant_bytes);
	for (uint32_t i = 0; i < all->occupants->count; i++) {
		const struct occupant *o = &all->occupants->entry[i];

		if (o->kind != OCCUPANT_LOADED || o == all->image)
			continue;
		*bytes += o->end - o->base;
		sum = add_to_sum(sum, phys_to_virt(o->base, o->end - o->base),
		                 o->end - o->base);
	}
	return sum;
}

/* Who lies in the page, or NULL. */
static const struct occupant *occupant_of(const struct occupants *occupants,
                                          pfn_t                   pfn)
{
	for (uint32_t i = 0; i < occupants->count; i++)
		if (occupants->entry[i].base < pfn_to_paddr(pfn + 1) &&
		    occupants->entry[i].end > pfn_to_paddr(pfn))
			return &occupants->entry[i];
	return NULL;
}

/* Pages of RAM that nobody lies in.  Page 0 is never given out. */
static uint64_t count_free(const struct workout_all *all)
{
	const struct msadsc_array *array = all->pages->array;
	uint64_t                   free = 0;

	for (pfn_t pfn = 1; pfn < array->pages; pfn++)
		free += msadsc_is_ram(array, pfn) &&
		        occupant_of(all->occupants, pfn) == NULL;
	return free;
}

static const char *take_all(const struct workout_all *all, struct chain *chain)
{
	const struct occupant *o;
	pfn_t                  pfn;

	while (page_alloc(all->pages, MEMAREA_USER, 0, &pfn) == PAGE_OK) {
		if (!msadsc_is_ram(all->pages->array, pfn))
			return "a page that is given out is RAM";
		o = occupant_of(all->occupants, pfn);
		if (o != NULL) {
			kprintf("workout: page 0x%llx belongs to %s\n",
			        (unsigned long long)pfn, o->name);
			return "nobody lies in a page that is given out";
		}
		chain_add(chain, pfn);
	}
	return page_alloc_check(all->pages);
}

static const char *give_all(const struct workout_all *all, struct chain *chain)
{
	const char *broken = NULL;

	while (broken == NULL && chain->first != 0)
		broken = chain_return_every_second(all->pages, chain);
	return broken;
}

/* As if lesson 4 had forgotten one page of the image. */
static const char *forget_one(const struct workout_all *all)
{
	pfn_t pfn = pfn_down(all->image->base);

	all->pages->page[pfn] = page_used(0, 1, 0);
	return page_free(all->pages, pfn, 0) == PAGE_OK
	               ? NULL
	               : "a mistake can be built in";
}

/* All descriptors but for links: which blocks there are, and of which order. */
static uint64_t sum_of_blocks(struct page_alloc *pages)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	page_empty_caches(pages);
	for (pfn_t pfn = 0; pfn < pages->pages; pfn++)
		sum = add_to_sum(sum, &pages->page[pfn], 1);
	return sum;
}

/* What lesson 5 left in runs for later becomes blocks. */
static void merge_all(struct page_alloc *pages)
{
	for (int i = 0; i < MEMAREAS; i++)
		while (merge_more(pages->array, &pages->areas->area[i], 0))
			continue;
}

const char *workout_all(const struct workout_all *all)
{
	struct chain chain = { 0 };
	uint64_t     blocks, bytes, sum = sum_up(all, &bytes),
				free = count_free(all);
	const char *broken = all->forget ? forget_one(all) : NULL;

	if (broken != NULL)
		return broken;
	merge_all(all->pages);
	blocks = sum_of_blocks(all->pages);
	broken = take_all(all, &chain);
	if (broken != NULL)
		return broken;
	kprintf("workout: all %llu pages taken; code, constants and what was "
	        "loaded: %llu bytes, sum %016llx\n",
	        (unsigned long long)chain.pages, (unsigned long long)bytes,
	        (unsigned long long)sum);
	if (chain.pages + page_own(all->pages) != free)
		return "all pages are given out that nobody lies in";
	if (sum_up(all, &bytes) != sum)
		return "what was loaded is as it was";
	broken = give_all(all, &chain);
	if (broken != NULL)
		return broken;
	if (sum_up(all, &bytes) != sum)
		return "what was loaded is as it was";
	if (sum_of_blocks(all->pages) != blocks)
		return "the blocks are those of before";
	kprintf("workout: all pages are back, and all is as it was\n");
	return page_alloc_check(all->pages);
}
