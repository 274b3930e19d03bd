/**
 * @file
 * Lesson 6: how blocks come back: see page_alloc.h.
 *
 * The idea: the buddy of a block is one exclusive-or away, and its descriptor
 * says whether it is free and whole.  No list is searched.
 */
#include "page_group.h"

/* Buddies never meet across a bound of areas, so nobody has to ask.  The user
 * area starts at a multiple of the largest block.  The kernel area starts at
 * a power of two: from there, the only buddy below would start at frame 0,
 * which is never free. */
_Static_assert(MEMAREA_USER_BASE % (UINT64_C(1) << ORDER_MAX) == 0,
               "no block crosses into the user area");
_Static_assert((MEMAREA_KERNEL_BASE & (MEMAREA_KERNEL_BASE - 1)) == 0,
               "no block crosses into the kernel area");

/* Put the block at @pfn, of @bit pages, first on its @list; @word is its
 * descriptor but for its links. */
static inline void push(struct memarea *area, struct free_list *list,
                        struct msadsc *page, pfn_t pfn, pfn_t bit,
                        uint64_t word)
{
	pfn_t next = list->first;

	if (next != 0)
		page[next].word |= pfn << MSADSC_LOW_SHIFT;
	else
		area->orders |= (uint32_t)bit;
	page[pfn].word = word | next << MSADSC_HIGH_SHIFT;
	list->first = pfn;
}

/* Put the block at @pfn, which can be joined, onto a list, joined as often as
 * possible.  The free pages of the area are the caller's to count: joining
 * leaves them as many.  list, bit and word go up the orders together; word is
 * the descriptor of a free block but for its links. */
static __attribute__((noinline)) enum page_status join(struct memarea *area,
                                                       struct msadsc  *page,
                                                       pfn_t pages, pfn_t pfn,
                                                       unsigned order)
{
	struct free_list *list = &area->list[order];
	pfn_t             bit = UINT64_C(1) << order, buddy = pfn ^ bit;
	uint64_t          word = page_free_word(order);

	do {
		page_unlink(area, list, page, buddy, bit);
		page[pfn | bit].word = 0;
		pfn &= buddy;
		word += UINT64_C(1) << MSADSC_ORDER_SHIFT;
		bit += bit;
		list++;
		buddy = pfn ^ bit;
	} while (bit < UINT64_C(1) << ORDER_MAX && buddy < pages &&
	         (uint8_t)page[buddy].word == (uint8_t)word);
	push(area, list, page, pfn, bit, word);
	return PAGE_OK;
}

/* Put a block onto its list, joined as often as possible. */
static inline enum page_status
put(struct page_alloc *pages, struct memarea *area, pfn_t pfn, unsigned order)
{
	pfn_t    bit = UINT64_C(1) << order, buddy = pfn ^ bit;
	uint64_t word = page_free_word(order);

	area->free_pages += bit;
	if (buddy < pages->pages &&
	    (uint8_t)pages->page[buddy].word == (uint8_t)word &&
	    bit < UINT64_C(1) << ORDER_MAX)
		return join(area, pages->page, pages->pages, pfn, order);
	push(area, &area->list[order], pages->page, pfn, bit, word);
	return PAGE_OK;
}

void page_put(struct page_alloc *pages, pfn_t pfn, unsigned order)
{
	put(pages, page_cache_of(pages, pfn)->area, pfn, order);
}

enum page_status page_look(const struct page_alloc *pages, pfn_t first)
{
	if (first >= pages->pages)
		return PAGE_FOREIGN;
	if (msadsc_state(pages->page[first]) == MSADSC_USED)
		return PAGE_OK;
	if (!msadsc_is_ram(pages->array, first))
		return PAGE_FOREIGN;
	switch (msadsc_state(pages->page[msadsc_find(pages->array, first)])) {
	case MSADSC_USED:
		return PAGE_INSIDE;
	case MSADSC_RUN:
	case MSADSC_FREE:
	case MSADSC_CACHED:
	case MSADSC_GROUPED:
		return PAGE_IS_FREE;
	default:
		/* Page 0 comes here too, as nothing holds it. */
		return PAGE_OCCUPIED;
	}
}

/* A single page that can be of a group, and whose descriptor is stale, is
 * free. */
static inline enum page_status put_one(struct page_alloc *pages, pfn_t first)
{
	struct page_group *group = page_group_of(pages, first);
	struct msadsc     *page = pages->page;
	uint64_t           free = group->free, want;

	if (free == 0) {
		struct page_cache *cache = page_cache_of(pages, first);

		if (group->want == 0 || page[first ^ 1].word == MSADSC_CACHED ||
		    cache->count >= PAGE_LONE)
			return page_group_put_one(pages, first);
		page_cache_push(cache, page, first);
		return PAGE_OK;
	}
	if (page[first ^ 1].word == MSADSC_CACHED)
		return page_group_put_one(pages, first);
	free |= UINT64_C(1) << first % PAGE_GROUP;
	want = group->want << (first & group->at);
	if ((free & want) == want)
		return page_group_grow(pages, first, free);
	group->free = free;
	page[first].word = MSADSC_GROUPED;
	return PAGE_OK;
}

void page_give_back(struct page_alloc *pages, pfn_t pfn, unsigned order)
{
	if (!page_is_grouped(pages, pfn))
		page_put(pages, pfn, order);
	else if (order == 0)
		put_one(pages, pfn);
	else
		page_group_put(pages, pfn, page_bits(order));
}

/* A free that is a share's, an owner's, or a mistake. */
static __attribute__((noinline)) enum page_status
free_other(struct page_alloc *pages, pfn_t first, unsigned order)
{
	enum page_status status = page_look(pages, first);
	struct msadsc    d;

	if (status == PAGE_FOREIGN)
		return status;
	if ((first & ((UINT64_C(1) << order) - 1)) != 0)
		return PAGE_MISALIGNED;
	if (status != PAGE_OK)
		return status;
	d = pages->page[first];
	if (msadsc_order(d) != order)
		return PAGE_WRONG_ORDER;
	ASSERT(msadsc_is_twice(d) && page_word_shares(d) > 0,
	       "page 0x%llx: descriptor 0x%016llx was overwritten",
	       (unsigned long long)first, (unsigned long long)d.word);
	if (page_word_shares(d) > 1)
		pages->page[first] = page_used(order, page_word_shares(d) - 1,
		                               page_word_owner(d));
	else
		page_give_back(pages, first, order);
	return PAGE_OK;
}

enum page_status page_free_one(struct page_alloc *pages, pfn_t first)
{
	if (first >= pages->grouped ||
	    pages->page[first].word != page_used(0, 1, 0).word)
		return free_other(pages, first, 0);
	return put_one(pages, first);
}

enum page_status page_free_block(struct page_alloc *pages, pfn_t first,
                                 unsigned order)
{
	if (order > ORDER_MAX)
		return PAGE_BAD_ORDER;
	if (first >= pages->grouped ||
	    pages->page[first].word != page_used(order, 1, 0).word)
		return free_other(pages, first, order);
	if (page_group_of(pages, first)->want != 0)
		return page_group_put(pages, first, page_bits(order));
	return put(pages, page_cache_of(pages, first)->area, first, order);
}
