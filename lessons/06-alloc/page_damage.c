/**
 * @file
 * Lesson 6: damage to what the allocator of pages keeps, see mistakes.h.
 */
#include "mistakes.h"
#include "page_alloc.h"

static pfn_t get(struct page_alloc *pages)
{
	pfn_t            first = 0;
	enum page_status status = page_alloc(pages, MEMAREA_KERNEL, 1, &first);

	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
	return first;
}

static void put(struct page_alloc *pages, pfn_t first)
{
	enum page_status status = page_free(pages, first, 1);

	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
}

/* Somebody has written to the allocator's own; the check says so. */
static void damage(const struct page_alloc *pages, uint64_t *word,
                   uint64_t bits)
{
	const char *broken;

	*word ^= bits;
	broken = page_alloc_check(pages);
	kprintf("it is not true that %s\n", broken != NULL ? broken : "...");
	*word ^= bits;
	broken = page_alloc_check(pages);
	ASSERT(broken == NULL, "%s", broken);
}

static void damage_used(void *pages)
{
	struct page_alloc *p = pages;
	pfn_t              first = get(pages);

	damage(p, &p->page[first].word, UINT64_C(1) << 40);
	put(pages, first);
}

static void damage_inside(void *pages)
{
	struct page_alloc *p = pages;
	pfn_t              first = get(pages);

	damage(p, &p->page[first + 1].word, p->page[first].word);
	put(pages, first);
}

/* The area has two pages more or less than its lists hold. */
static void damage_count(void *pages)
{
	struct page_alloc *p = pages;
	pfn_t              first = get(pages);
	struct memarea    *area = &p->areas->area[memarea_of(first)];

	put(pages, first);
	damage(p, &area->free_pages, 2);
}

/* A descriptor that was overwritten while its block was in use. */
static void overwritten(void *pages)
{
	struct page_alloc *p = pages;
	pfn_t              first = get(pages);

	p->page[first].word ^= UINT64_C(1) << 40;
	page_free(pages, first, 1);
}

const struct mistake page_damage[] = {
	{ "page_damage_used", damage_used, false },
	{ "page_damage_inside", damage_inside, false },
	{ "page_damage_count", damage_count, false },
	{ "page_overwritten", overwritten, true },
	{ NULL, NULL, false },
};
