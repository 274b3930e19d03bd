/**
 * @file
 * The small machine of obj_arena_test.h.
 */
#include "obj_arena_test.h"
#include "phys.h"
#include "test.h"

struct obj_alloc *heap;

#define MEMORY_BYTES ((OBJ_ARENA_PAST - OBJ_ARENA_FIRST) * PAGE_SIZE)

_Static_assert(MEMORY_BYTES + sizeof(struct obj_alloc) +
                               ARENA_FRAMES * sizeof(struct msadsc) <=
                       TEST_MEMORY_BYTES,
               "all are in the memory of the test");

static void *memory;

/* What obj_arena_take_pages() has taken. */
static pfn_t    taken[OBJ_ARENA_PAGES];
static uint64_t taken_pages;

void obj_arena_make(enum obj_checks checks)
{
	static const struct arena_range ram[] = {
		{ OBJ_ARENA_FIRST, OBJ_ARENA_PAST }, { 0, 0 }
	};

	memory = test_memory();
	heap = (void *)((char *)test_memory() + MEMORY_BYTES);
	arena_make(ram, NULL);
	arena_keep();
	phys_lend(pfn_to_paddr(OBJ_ARENA_FIRST), MEMORY_BYTES, memory);
	obj_alloc_init(heap, &arena.pages, MEMAREA_KERNEL, checks);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
}

void obj_arena_end(void)
{
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	obj_alloc_trim(heap);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	CHECK_EQ(obj_arena_pages(), 0);
	page_empty_caches(&arena.pages);
	CHECK(arena_lists_are_as_kept());
	CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
	phys_lend(0, 0, NULL);
}

/* FNV-1a over words. */
static uint64_t sum(uint64_t so_far, const void *from, uint64_t bytes)
{
	const uint64_t *word = from;

	for (uint64_t i = 0; i < bytes / sizeof(*word); i++)
		so_far = (so_far ^ word[i]) * UINT64_C(0x100000001b3);
	return so_far;
}

uint64_t obj_arena_sum(void)
{
	uint64_t so_far = UINT64_C(0xcbf29ce484222325);

	so_far = sum(so_far, heap, sizeof(*heap));
	so_far = sum(so_far, memory, MEMORY_BYTES);
	so_far = sum(so_far, arena.array.page, OBJ_ARENA_PAST * 8);
	so_far = sum(so_far, &arena.areas, sizeof(arena.areas));
	return sum(so_far, &arena.pages, sizeof(arena.pages));
}

uint64_t obj_arena_pages(void)
{
	return heap->slab_pages + heap->large_pages;
}

void *obj_arena_alloc(uint64_t bytes)
{
	void *object = NULL;

	CHECK_EQ(obj_alloc(heap, bytes, &object), OBJ_OK);
	return object;
}

uint64_t obj_arena_take_pages(void)
{
	pfn_t page;

	taken_pages = 0;
	while (page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &page) == PAGE_OK)
		taken[taken_pages++] = page;
	return taken_pages;
}

void obj_arena_give_pages(uint64_t count)
{
	while (count-- > 0)
		CHECK_EQ(page_free(&arena.pages, taken[--taken_pages], 0),
		         PAGE_OK);
}
