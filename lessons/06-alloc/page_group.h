/**
 * @file
 * Lesson 6: groups, their shelves, and the batch of the current one, for the
 * files that move groups about.
 */
#ifndef PAGE_GROUP_H
#define PAGE_GROUP_H

#include "page_block.h"

/** Describe @p count pages, a power of two, by the same @p word. */
static inline void page_describe(struct msadsc *page, uint64_t count,
                                 uint64_t word)
{
	/* Eight at a time: all pages of a group cost more than the rest. */
	for (; count >= 8; count -= 8, page += 8)
		page[0].word = page[1].word = page[2].word = page[3].word =
			page[4].word = page[5].word = page[6].word =
				page[7].word = word;
	while (count-- > 0)
		(page++)->word = word;
}

/** The group is on no shelf, and waits for a block of @p order. */
static inline void page_group_wait(struct page_group *group, unsigned order)
{
	group->want = page_bits(order);
	group->order = order;
	group->at = (PAGE_GROUP - 1) & -(1U << order);
	group->next = 0;
	group->before = 0;
}

/** Whether the group of frame @p pfn is the current one. */
static inline bool page_group_is_current(const struct page_cache *cache,
                                         pfn_t                    pfn)
{
	return pfn / PAGE_GROUP == cache->batch / PAGE_GROUP;
}

/** Take a group off its shelf. */
static inline void page_group_off_shelf(struct page_alloc       *pages,
                                        struct page_cache       *cache,
                                        const struct page_group *group)
{
	unsigned k = group->order - 1;

	if (group->next != 0)
		pages->group[group->next].before = group->before;
	if (group->before != 0)
		pages->group[group->before].next = group->next;
	else if ((cache->shelf[k] = group->next) == 0)
		cache->shelves ^= UINT32_C(1) << k;
}

/** Find memory for groups, where there is a use for them. */
void page_group_init(struct page_alloc *pages);

/** The block of PAGE_GROUP pages at @p first, off the lists, is a group, all
 * free, and will be the current one: page_group_take_batch() comes next. */
void page_group_open(struct page_alloc *pages, struct page_cache *cache,
                     pfn_t first);

/** The group around @p pfn is the current one, and its batch the one around
 * @p pfn: what the stack has of another goes to that one's group. */
void page_group_enter(struct page_alloc *pages, struct page_cache *cache,
                      pfn_t pfn);

/** No group is the current one. */
void page_group_leave(struct page_alloc *pages, struct page_cache *cache);

/** Put the pages of groups on shelf 0, of which there is one, onto the empty
 * stack, until these are as many as a batch or the shelf is empty. */
void page_group_take_lone(struct page_alloc *pages, struct page_cache *cache);

/** Put a batch of the current group, around @p pfn, onto the empty stack. */
void page_group_take_batch(struct page_alloc *pages, struct page_cache *cache,
                           pfn_t pfn);

/** Page @p pfn is free, and with it the block that its group waits for; @p free
 * are its bits now. */
enum page_status page_group_grow(struct page_alloc *pages, pfn_t pfn,
                                 uint64_t free);

/** A single page is free that cannot go where most go: it is of no group, or
 * beside a page on the stack, or no bit of its group is set and the stack has no
 * room. */
enum page_status page_group_put_one(struct page_alloc *pages, pfn_t pfn);

/** Free pages of a group that are neither free nor on the stack so far: page
 * @p pfn + i if bit i of @p free is set. */
enum page_status page_group_put(struct page_alloc *pages, pfn_t pfn,
                                uint64_t free);

/** Find a block of @p order, at most PAGE_GROUP_ORDER, in a group: its first
 * page, or 0.  Sets @p stacked: pages of the batch that are on the stack. */
pfn_t page_group_find(const struct page_alloc *pages,
                      const struct page_cache *cache, unsigned order,
                      uint64_t *stacked);

/** Take the block that page_group_find() found.  Its descriptors are zero. */
void page_group_cut(struct page_alloc *pages, struct page_cache *cache,
                    pfn_t pfn, unsigned order, uint64_t stacked);

/** All pages of groups and stacks go to the lists. */
void page_group_empty(struct page_alloc *pages, struct page_cache *cache);

/** The order of the largest block of the pages @p free, which are not all; 0:
 * also if none is. */
unsigned page_bits_order(uint64_t free);

/** Put the group around @p pfn, which is on no shelf, where it belongs. */
void page_group_sort(struct page_alloc *pages, struct page_cache *cache,
                     pfn_t pfn);

/** Which pages of the batch are on the stack; bit 0 is the first of it. */
uint64_t page_batch_stacked(const struct page_alloc *pages,
                            const struct page_cache *cache);

/** Take the pages @p found of the batch off the stack; they are the group's. */
void page_batch_off_stack(struct page_alloc *pages, struct page_cache *cache,
                          uint64_t found);

#endif
