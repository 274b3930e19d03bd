/**
 * @file
 * Tests of lesson 6's entry points: each does what its call does, and leaves
 * interrupts as they were.
 */
#include "kalloc.h"
#include "kstring.h"
#include "obj_arena_test.h"
#include "test.h"

static uint64_t interrupts;

static bool are_on(void)
{
	bool on = interrupts_hold();

	interrupts_restore(on);
	return on;
}

/* While an interrupt is handled, none comes. */
static void handler(void *argument)
{
	void *object = NULL;

	CHECK(!are_on());
	CHECK_EQ(kmalloc(argument, 64, &object), OBJ_OK);
	CHECK_EQ(kfree(argument, object), OBJ_OK);
	CHECK(!are_on());
	interrupts++;
}

/* What is freed may be the handler's a moment later: only with interrupts off
 * a second free is surely one. */
static void use_pages(struct page_alloc *pages, bool on)
{
	pfn_t first = 0, none = 0;

	CHECK_EQ(kpage_alloc(pages, MEMAREA_KERNEL, 1, &first), PAGE_OK);
	CHECK_EQ(page_shares(pages, first), 1);
	CHECK_EQ(kpage_share(pages, first), PAGE_OK);
	CHECK_EQ(kpage_share(pages, first + 1), PAGE_INSIDE);
	CHECK_EQ(page_shares(pages, first), 2);
	CHECK_EQ(kpage_free(pages, first, 1), PAGE_OK);
	CHECK_EQ(kpage_free(pages, first, 1), PAGE_OK);
	if (!on)
		CHECK_EQ(kpage_free(pages, first, 1), PAGE_IS_FREE);
	CHECK_EQ(kpage_free(pages, first, ORDER_MAX + 1), PAGE_BAD_ORDER);
	CHECK_EQ(are_on(), on);
	CHECK_EQ(kpage_alloc(pages, MEMAREA_KERNEL, ORDER_MAX + 1, &none),
	         PAGE_BAD_ORDER);
	CHECK_EQ(kpages_alloc_exact(pages, MEMAREA_KERNEL, 5, &first), PAGE_OK);
	CHECK_EQ(kpages_alloc_exact(pages, MEMAREA_KERNEL, 0, &none),
	         PAGE_BAD_COUNT);
	CHECK_EQ(kpages_free_exact(pages, first, 5), PAGE_OK);
	if (!on)
		CHECK_EQ(kpages_free_exact(pages, first, 5), PAGE_IS_FREE);
	CHECK_EQ(kpages_free_exact(pages, first, 0), PAGE_BAD_COUNT);
	CHECK_EQ(none, 0);
	CHECK_EQ(are_on(), on);
}

static void use_objects(bool on)
{
	void *object = NULL, *none = NULL;

	CHECK_EQ(kmalloc(heap, 100, &object), OBJ_OK);
	memset(object, 0xff, 100);
	CHECK_EQ(kfree(heap, object), OBJ_OK);
	if (!on)
		CHECK_EQ(kfree(heap, object), OBJ_IS_FREE);
	CHECK_EQ(kfree(heap, &none), OBJ_FOREIGN);
	CHECK_EQ(are_on(), on);
	CHECK_EQ(kzalloc(heap, 100, &object), OBJ_OK);
	for (unsigned i = 0; i < 100; i++)
		CHECK_EQ(((unsigned char *)object)[i], 0);
	CHECK_EQ(kfree(heap, object), OBJ_OK);
	CHECK_EQ(kmalloc(heap, 0, &none), OBJ_BAD_BYTES);
	CHECK_EQ(kzalloc(heap, TiB, &none), OBJ_NO_MEMORY);
	CHECK(none == NULL);
	CHECK_EQ(are_on(), on);
}

TEST(kalloc_does_what_the_calls_do_with_interrupts_off)
{
	obj_arena_make(OBJ_UNCHECKED);
	use_pages(&arena.pages, false);
	use_objects(false);
	obj_arena_end();
}

TEST(kalloc_lets_interrupts_come_between_calls)
{
	obj_arena_make(OBJ_CHECKED);
	interrupts = 0;
	if (interrupts_begin(handler, heap)) {
		for (int i = 0; i < 1000000 && interrupts < 10; i++) {
			use_pages(&arena.pages, true);
			use_objects(true);
		}
		interrupts_end();
		CHECK(interrupts >= 10);
	}
	CHECK(!are_on());
	obj_arena_end();
}

/* On the host none would come here: nothing is restored. */
TEST(kalloc_holds_interrupts_until_the_last_is_restored)
{
	uint64_t before;
	bool     outer, inner;

	obj_arena_make(OBJ_UNCHECKED);
	interrupts = 0;
	if (interrupts_begin(handler, heap)) {
		outer = interrupts_hold();
		inner = interrupts_hold();
		before = interrupts;
		CHECK(outer);
		CHECK(!inner);
		interrupts_restore(inner);
		for (volatile unsigned i = 0; i < 1000000; i++)
			continue;
		CHECK_EQ(interrupts, before);
		interrupts_restore(outer);
		for (int i = 0; i < 1000000 && interrupts == before; i++)
			interrupts_restore(interrupts_hold());
		CHECK(interrupts > before);
		interrupts_end();
	}
	CHECK(!are_on());
	obj_arena_end();
}
