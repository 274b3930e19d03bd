/**
 * @file
 * Tests of lesson 6's objects: how slabs are cut, and what is at hand.
 */
#include "kstring.h"
#include "obj_arena_test.h"
#include "obj_slab.h"
#include "phys.h"
#include "test.h"

static struct obj_cache cache;
static void            *object[600];

/* Of slabs of 1 to 8 pages the smallest that wastes a twentieth at most, or
 * the one that wastes least: in 1024ths, as they are counted. */
static unsigned order_for(uint64_t stride, uint64_t align)
{
	uint64_t least = UINT64_MAX;
	unsigned best = 0;

	for (unsigned order = 0; order <= OBJ_ORDER_MAX; order++) {
		uint64_t room = PAGE_SIZE << order, objects, offset, waste;

		/* The header has a bit for each object. */
		objects = room / stride;
		offset = 40 + (objects + 63) / 64 * 8;
		offset = (offset + align - 1) / align * align;
		objects = offset < room ? (room - offset) / stride : 0;
		waste = (room - objects * stride) * 1024 / room;
		if (waste <= 51)
			return order;
		if (waste < least) {
			least = waste;
			best = order;
		}
	}
	return best;
}

TEST(obj_slabs_are_cut_as_small_as_waste_allows)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (uint64_t align = 8; align <= 16; align += 8)
		for (uint64_t bytes = align; bytes <= OBJ_CACHE_BYTES;
		     bytes += align) {
			CHECK_EQ(obj_cache_new(heap, &cache, "cut", bytes,
			                       align, OBJ_UNCHECKED),
			         OBJ_OK);
			CHECK_EQ(cache.order, order_for(bytes, align));
			CHECK_TEXT(obj_alloc_check(heap), NULL);
			/* mutants.txt counts on it. */
			CHECK(cache.capacity % 64 != 0 && cache.capacity != 65);
			CHECK_EQ(obj_cache_end(&cache), OBJ_OK);
		}
	obj_arena_end();
}

/* 408 of 8192 bytes are 51 of 1024, just a twentieth: no other size wastes as
 * much. */
TEST(obj_slab_may_waste_just_a_twentieth)
{
	obj_arena_make(OBJ_UNCHECKED);
	CHECK_EQ(obj_cache_new(heap, &cache, "cut", 1112, 8, OBJ_UNCHECKED),
	         OBJ_OK);
	CHECK_EQ(cache.order, 1);
	CHECK_EQ(cache.capacity, 7);
	CHECK_EQ(obj_cache_end(&cache), OBJ_OK);
	obj_arena_end();
}

TEST(obj_strides_are_rounded_up_to_the_alignment)
{
	static const struct {
		uint64_t bytes, align, stride;
	} row[] = { { 1, 1, 8 },     { 9, 4, 16 },   { 16, 16, 16 },
		    { 17, 16, 32 },  { 65, 16, 80 }, { 64, 64, 64 },
		    { 65, 64, 128 }, { 24, 8, 24 },  { 25, 8, 32 } };

	obj_arena_make(OBJ_UNCHECKED);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CHECK_EQ(obj_cache_new(heap, &cache, "round", row[i].bytes,
		                       row[i].align, OBJ_UNCHECKED),
		         OBJ_OK);
		CHECK_EQ(cache.stride, row[i].stride);
		CHECK_EQ(obj_cache_end(&cache), OBJ_OK);
	}
	CHECK_EQ(obj_cache_new(heap, &cache, "twenty-four characters..", 64, 8,
	                       OBJ_UNCHECKED),
	         OBJ_OK);
	CHECK_TEXT(cache.name, "twenty-four characters.");
	CHECK_EQ(obj_cache_end(&cache), OBJ_OK);
	obj_arena_end();
}

/* A place that is lent is at most a quarter too large, and all that are not
 * are lent. */
TEST(obj_classes_lend_up_to_a_quarter_more)
{
	const struct obj_cache *past;

	obj_arena_make(OBJ_UNCHECKED);
	CHECK_EQ(heap->kind, MEMAREA_KERNEL);
	past = heap->class + OBJ_CLASSES;
	for (const struct obj_cache *c = heap->class; c < past; c++) {
		if (c->closely) {
			CHECK(c->last == c);
			continue;
		}
		CHECK(c->last->bytes * 4 <= c->bytes * 5);
		CHECK(c->last + 1 == past ||
		      c->last[1].bytes * 4 > c->bytes * 5);
	}
	obj_arena_end();
}

/* One byte more than a step of the table serves. */
TEST(obj_sizes_beside_each_step_fit_their_class)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (uint64_t bytes = 128; bytes <= OBJ_SLAB_BYTES; bytes += 128)
		for (uint64_t more = 0; more < 2; more++) {
			struct obj_slab *slab;
			uint64_t want = min_u64(bytes + more, OBJ_SLAB_BYTES);

			object[0] = obj_arena_alloc(want);
			CHECK_EQ(heap->large_pages, 0);
			slab = NULL;
			for (struct obj_cache *c = heap->caches; c; c = c->next)
				if (c->slabs > 0)
					slab = c->slab;
			CHECK(slab != NULL && slab->cache->bytes >= want);
			CHECK_EQ(obj_free(heap, object[0]), OBJ_OK);
			obj_alloc_trim(heap);
		}
	obj_arena_end();
}

TEST(obj_each_status_has_words_of_its_own)
{
	const char *none = obj_status_text((enum obj_status)(OBJ_BUSY + 1));

	for (int i = OBJ_OK; i <= OBJ_BUSY; i++) {
		const char *text = obj_status_text((enum obj_status)i);

		CHECK(text != NULL && strcmp(text, none) != 0);
		for (int k = OBJ_OK; k < i; k++)
			CHECK(strcmp(text,
			             obj_status_text((enum obj_status)k)) != 0);
	}
}

/* Slabs of four words of bits: the last word is at hand, then one that is
 * found behind a full one in a slab from the ring. */
TEST(obj_slabs_of_many_words_are_used_to_the_last)
{
	struct obj_cache *c;
	uint64_t          places;

	obj_arena_make(OBJ_UNCHECKED);
	c = heap->small[15 / 8];
	places = c->capacity;
	CHECK(places > 192 && places < 256);
	for (uint64_t i = 0; i < places; i++) {
		object[i] = obj_arena_alloc(16);
		CHECK_TEXT(obj_alloc_check(heap), NULL);
	}
	CHECK_EQ(c->slabs, 1);
	for (uint64_t i = places; i < 2 * places; i++)
		object[i] = obj_arena_alloc(16);
	CHECK_EQ(c->slabs, 2);
	CHECK_EQ(obj_free(heap, object[places - 2]), OBJ_OK);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	CHECK(obj_arena_alloc(16) == object[places - 2]);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	for (uint64_t i = 0; i < 2 * places; i++)
		CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
	obj_arena_end();
}

/* All slabs are on the ring, and none is current. */
TEST(obj_check_accepts_a_cache_without_a_current_slab)
{
	struct obj_cache *c;

	obj_arena_make(OBJ_UNCHECKED);
	c = heap->small[63 / 8];
	for (int i = 0; i < 3 * 63; i++)
		object[i] = obj_arena_alloc(64);
	for (int i = 2 * 63; i < 3 * 63; i++)
		CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
	CHECK_EQ(obj_alloc_trim(heap), 1);
	CHECK(c->slab == NULL);
	CHECK_EQ(obj_free(heap, object[0]), OBJ_OK);
	CHECK_EQ(obj_free(heap, object[63]), OBJ_OK);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	for (int i = 1; i < 2 * 63; i++)
		if (i != 63)
			CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
	obj_arena_end();
}

TEST(obj_check_looks_behind_each_object)
{
	char *second;

	obj_arena_make(OBJ_CHECKED);
	object[0] = obj_arena_alloc(64);
	second = obj_arena_alloc(64);
	CHECK_BROKEN(second[64], 1, obj_alloc_check(heap),
	             "nobody wrote past the end of an object");
	CHECK_BROKEN(heap->small[0], heap->small[3], obj_alloc_check(heap),
	             "each size is served by the smallest class that holds it");
	CHECK_BROKEN(heap->small[OBJ_SMALL_BYTES / 8 - 1], heap->small[3],
	             obj_alloc_check(heap),
	             "each size is served by the smallest class that holds it");
	CHECK_BROKEN(heap->medium[OBJ_SLAB_BYTES / 128 - 1], heap->medium[20],
	             obj_alloc_check(heap),
	             "each size is served by the smallest class that holds it");
	CHECK_EQ(obj_free(heap, second), OBJ_OK);
	CHECK_EQ(obj_free(heap, object[0]), OBJ_OK);
	obj_arena_end();
}

/* The only page that can be had is an empty slab's. */
TEST(obj_empty_slabs_give_way_to_other_sizes)
{
	unsigned large = 0;
	void    *small, *other = NULL, *more = NULL;

	obj_arena_make(OBJ_UNCHECKED);
	small = obj_arena_alloc(64);
	while (obj_alloc(heap, OBJ_SLAB_BYTES + 1, &object[large]) == OBJ_OK)
		large++;
	while (obj_alloc(heap, 2000, &more) == OBJ_OK)
		object[large++] = more;
	CHECK_EQ(obj_free(heap, small), OBJ_OK);
	CHECK_EQ(heap->small[7]->slabs, 1);
	CHECK_EQ(obj_alloc(heap, 128, &other), OBJ_OK);
	CHECK_EQ(heap->small[7]->slabs, 0);
	CHECK_EQ(heap->small[127 / 8]->slabs, 1);
	CHECK_EQ(obj_free(heap, other), OBJ_OK);
	while (large > 0)
		CHECK_EQ(obj_free(heap, object[--large]), OBJ_OK);
	obj_arena_end();
}

TEST(obj_print_tells_pages_of_a_slab)
{
	obj_arena_make(OBJ_UNCHECKED);
	object[0] = obj_arena_alloc(4000);
	CHECK_EQ(heap->slab_pages, 8);
	CHECK(strstr(PRINTED(obj_alloc_print(heap)),
	             "obj: 73 caches, 1 with slabs: 8 pages") != NULL);
	CHECK(strstr(PRINTED(obj_alloc_print(heap)),
	             "1 slabs of 32 KiB,   7 in each\n") != NULL);
	CHECK_EQ(obj_free(heap, object[0]), OBJ_OK);
	obj_arena_end();
}

/*  frame  24   25          40  42  44     48
 *  RAM    |desc|............|--|   |-------|    42 and 43 are a hole */
TEST(obj_in_a_hole_is_nobodys)
{
	static const struct arena_range ram[] = { { 24, 42 },
		                                  { 44, 48 },
		                                  { 0, 0 } };
	unsigned                        large = 0;
	char                           *last = NULL;

	arena_make(ram, NULL);
	phys_lend(pfn_to_paddr(24), 24 * PAGE_SIZE, test_memory());
	heap = (void *)((char *)test_memory() + 24 * PAGE_SIZE);
	obj_alloc_init(heap, &arena.pages, MEMAREA_KERNEL, OBJ_UNCHECKED);
	while (obj_alloc(heap, 2 * PAGE_SIZE, &object[large]) == OBJ_OK) {
		if (object[large] == (char *)test_memory() + 16 * PAGE_SIZE)
			last = object[large];
		large++;
	}
	CHECK(last != NULL);
	CHECK_EQ(obj_free(heap, last + 2 * PAGE_SIZE), OBJ_FOREIGN);
	CHECK_EQ(obj_free(heap, last + 3 * PAGE_SIZE), OBJ_FOREIGN);
	CHECK_EQ(obj_free(heap, last + PAGE_SIZE), OBJ_INSIDE);
	while (large > 0)
		CHECK_EQ(obj_free(heap, object[--large]), OBJ_OK);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	phys_lend(0, 0, NULL);
}

/* A caller's cache that lies right behind the classes is none of them: it gets
 * no single pages. */
TEST(obj_cache_behind_the_classes_is_no_class)
{
	struct obj_cache *own;
	void             *one = NULL;
	uint64_t          pages;

	obj_arena_make(OBJ_UNCHECKED);
	own = (struct obj_cache *)(void *)(heap + 1);
	CHECK((void *)own == &heap->class[OBJ_CLASSES]);
	CHECK_EQ(obj_cache_new(heap, own, "behind", 2048, 8, OBJ_UNCHECKED),
	         OBJ_OK);
	CHECK_EQ(own->order, 3);
	pages = obj_arena_take_pages();
	obj_arena_give_pages(1);
	CHECK_EQ(obj_new(own, &one), OBJ_NO_MEMORY);
	CHECK(one == NULL);
	CHECK_EQ(obj_cache_end(own), OBJ_OK);
	obj_arena_give_pages(pages - 1);
	obj_arena_end();
}

/* Page 1 can be given out where nobody occupies it, and holds nothing that
 * lies elsewhere. */
TEST(obj_delete_of_what_is_no_address_asks_no_page)
{
	static const struct arena_range ram[] = { { 1, 3 },
		                                  { MEMAREA_KERNEL_BASE,
		                                    MEMAREA_KERNEL_BASE + 128 },
		                                  { 0, 0 } };
	static struct obj_cache         other;
	struct obj_alloc               *own;

	arena_make(ram, NULL);
	phys_lend(PAGE_SIZE, 2 * PAGE_SIZE, test_memory());
	own = (void *)((char *)test_memory() + 2 * PAGE_SIZE);
	obj_alloc_init(own, &arena.pages, MEMAREA_HARDWARE, OBJ_UNCHECKED);
	CHECK_EQ(obj_cache_new(own, &cache, "a", 64, 8, OBJ_UNCHECKED), OBJ_OK);
	CHECK_EQ(obj_cache_new(own, &other, "b", 64, 8, OBJ_UNCHECKED), OBJ_OK);
	for (unsigned i = 0; i < 126; i++)
		CHECK_EQ(obj_new(&other, &object[i]), OBJ_OK);
	CHECK_EQ(page_shares(&arena.pages, 1), 1);
	CHECK_EQ(obj_delete(&cache, NULL), OBJ_FOREIGN);
	CHECK_EQ(obj_free(own, NULL), OBJ_FOREIGN);
	CHECK_EQ(obj_delete(&cache, object[0]), OBJ_WRONG_CACHE);
	for (unsigned i = 0; i < 126; i++)
		CHECK_EQ(obj_delete(&other, object[i]), OBJ_OK);
	CHECK_TEXT(obj_alloc_check(own), NULL);
	phys_lend(0, 0, NULL);
}

/* It is where the next object that comes back is looked for first. */
TEST(obj_alloc_knows_who_served_last)
{
	void *one = NULL, *two = NULL;

	obj_arena_make(OBJ_UNCHECKED);
	CHECK(heap->recent == &heap->class[0]);
	CHECK_EQ(obj_alloc(heap, 3000, &one), OBJ_OK);
	CHECK(heap->recent == &heap->class[0]); /* a slab was begun */
	CHECK_EQ(obj_alloc(heap, 3000, &two), OBJ_OK);
	CHECK(heap->recent == heap->medium[2999 / 128]);
	CHECK_EQ(obj_free(heap, one), OBJ_OK);
	CHECK_EQ(obj_free(heap, two), OBJ_OK);
	CHECK_EQ(obj_alloc(heap, 64, &one), OBJ_OK);
	CHECK_EQ(obj_alloc(heap, 64, &two), OBJ_OK);
	CHECK(heap->recent == heap->small[63 / 8]);
	CHECK_EQ(obj_free(heap, one), OBJ_OK);
	CHECK_EQ(obj_free(heap, two), OBJ_OK);
	obj_arena_end();
}
