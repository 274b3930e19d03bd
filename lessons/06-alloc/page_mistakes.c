/**
 * @file
 * Lesson 6: mistakes of those who use pages, see mistakes.h.
 */
#include "mistakes.h"
#include "page_alloc.h"

static pfn_t get(struct page_alloc *pages, unsigned order)
{
	pfn_t            first = 0;
	enum page_status status =
		page_alloc(pages, MEMAREA_KERNEL, order, &first);

	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
	return first;
}

static void put(struct page_alloc *pages, pfn_t first, unsigned order)
{
	enum page_status status = page_free(pages, first, order);

	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
}

/* A call for @first gave @status.  All must hold, as nothing has changed. */
static void tell(const struct page_alloc *pages, enum page_status status,
                 pfn_t first)
{
	char        text[PAGE_EXPLAIN_BYTES];
	const char *broken = page_alloc_check(pages);

	kprintf("%s\n", page_explain(text, pages, status, first));
	ASSERT(broken == NULL, "%s", broken);
}

static void twice(void *pages)
{
	pfn_t first = get(pages, 3);

	put(pages, first, 3);
	tell(pages, page_free(pages, first, 3), first);
}

/* The page is at hand, to be given out next. */
static void single_twice(void *pages)
{
	pfn_t first = get(pages, 0);

	put(pages, first, 0);
	tell(pages, page_free(pages, first, 0), first);
}

static void inside(void *pages)
{
	pfn_t first = get(pages, 3);

	tell(pages, page_free(pages, first + 1, 0), first + 1);
	put(pages, first, 3);
}

static void order(void *pages)
{
	pfn_t first = get(pages, 3);

	tell(pages, page_free(pages, first, 2), first);
	put(pages, first, 3);
}

static void misaligned(void *pages)
{
	pfn_t first = get(pages, 3);

	tell(pages, page_free(pages, first + 1, 3), first + 1);
	put(pages, first, 3);
}

static void high_order(void *pages)
{
	pfn_t first = get(pages, 0);

	tell(pages, page_free(pages, first, ORDER_MAX + 1), first);
	put(pages, first, 0);
}

/* Page 0, which stands for "none". */
static void zero(void *pages)
{
	tell(pages, page_free(pages, 0, 0), 0);
}

/* The page in which the descriptors begin. */
static void occupied(void *pages)
{
	const struct page_alloc *p = pages;
	pfn_t                    first = pfn_down(p->array->base);

	tell(pages, page_free(pages, first, 0), first);
}

static void beyond(void *pages)
{
	const struct page_alloc *p = pages;

	tell(pages, page_free(pages, p->pages, 0), p->pages);
}

static void far_beyond(void *pages)
{
	tell(pages, page_free(pages, UINT64_MAX, 0), UINT64_MAX);
}

static void area(void *pages)
{
	pfn_t first = 0;

	tell(pages, page_alloc(pages, MEMAREAS, 0, &first), first);
}

static void too_large(void *pages)
{
	pfn_t first = 0;

	tell(pages, page_alloc(pages, MEMAREA_KERNEL, ORDER_MAX + 1, &first),
	     first);
}

static void no_pages(void *pages)
{
	pfn_t first = 0;

	tell(pages, pages_alloc_exact(pages, MEMAREA_KERNEL, 0, &first), first);
}

static void too_many(void *pages)
{
	pfn_t first = 0;

	tell(pages,
	     pages_alloc_exact(pages, MEMAREA_KERNEL, UINT64_MAX, &first),
	     first);
}

/* A count that wraps: the sum of both is 1.  The first page behind the block
 * is told of. */
static void wrap(void *pages)
{
	pfn_t first = get(pages, 2);

	tell(pages, pages_free_exact(pages, first, -first + 1), first + 4);
	put(pages, first, 2);
}

static void part_twice(void *pages)
{
	pfn_t            first = get(pages, 2);
	enum page_status status = pages_free_exact(pages, first + 1, 1);

	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
	tell(pages, pages_free_exact(pages, first, 4), first + 1);
	put(pages, first, 0);
	put(pages, first + 2, 1);
}

static void share_free(void *pages)
{
	pfn_t first = get(pages, 0);

	put(pages, first, 0);
	tell(pages, page_share(pages, first), first);
}

static void share_often(void *pages)
{
	pfn_t            first = get(pages, 1);
	enum page_status status = PAGE_OK;

	for (uint64_t i = 0; i <= PAGE_SHARES_MAX && status == PAGE_OK; i++)
		status = page_share(pages, first);
	tell(pages, status, first);
	while (page_shares(pages, first) > 0)
		put(pages, first, 1);
}

/* Another one still uses the block. */
static void shared_range(void *pages)
{
	pfn_t            first = get(pages, 1);
	enum page_status status = page_share(pages, first);

	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
	tell(pages, pages_free_exact(pages, first, 2), first);
	put(pages, first, 1);
	put(pages, first, 1);
}

static void owner_inside(void *pages)
{
	pfn_t first = get(pages, 1);

	tell(pages, page_set_owner(pages, first + 1, 7), first + 1);
	put(pages, first, 1);
}

static void early(void *pages)
{
	const struct page_alloc *p = pages;
	struct msadsc_array      array = *p->array;
	struct page_alloc        other;

	array.phase = MSADSC_MARKED;
	tell(pages, page_alloc_init(&other, &array, p->areas), 0);
}

const struct mistake page_mistakes[] = {
	{ "page_twice", twice, false },
	{ "page_single_twice", single_twice, false },
	{ "page_inside", inside, false },
	{ "page_order", order, false },
	{ "page_misaligned", misaligned, false },
	{ "page_high_order", high_order, false },
	{ "page_zero", zero, false },
	{ "page_occupied", occupied, false },
	{ "page_beyond", beyond, false },
	{ "page_far_beyond", far_beyond, false },
	{ "page_area", area, false },
	{ "page_too_large", too_large, false },
	{ "page_no_pages", no_pages, false },
	{ "page_too_many", too_many, false },
	{ "page_wrap", wrap, false },
	{ "page_part_twice", part_twice, false },
	{ "page_share_free", share_free, false },
	{ "page_share_often", share_often, false },
	{ "page_shared_range", shared_range, false },
	{ "page_owner_inside", owner_inside, false },
	{ "page_early", early, false },
	{ NULL, NULL, false },
};
