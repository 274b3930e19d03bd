/**
 * @file
 * Tests of lesson 6's objects: that the check sees what is broken, and what
 * is printed.
 */
#include "kstring.h"
#include "obj_arena_test.h"
#include "obj_slab.h"
#include "test.h"

#define BROKEN(place, value, sentence)                                         \
	CHECK_BROKEN(place, value, obj_alloc_check(heap), sentence)

static void            *object[3 * 63];
static struct obj_cache cache;

/* Of three slabs of 63 objects one is full, one partly free, one current. */
static struct obj_cache *three_slabs(void)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (int i = 0; i < 3 * 63; i++)
		object[i] = obj_arena_alloc(64);
	CHECK_EQ(obj_free(heap, object[5]), OBJ_OK);
	return heap->small[63 / 8];
}

static struct obj_slab *slab_of(void *one)
{
	return (struct obj_slab *)((uintptr_t)one & ~(PAGE_SIZE - 1));
}

TEST(obj_check_follows_no_link_out_of_its_pages)
{
	static const char ring[] = "a ring links slabs of its cache, both ways";
	struct obj_cache *c = three_slabs();
	struct obj_slab  *partly = slab_of(object[5]);
	struct obj_slab  *full = slab_of(object[63]);
	struct obj_link  *beyond;
	void             *astray;

	beyond = (struct obj_link *)((char *)partly + 999 * PAGE_SIZE);
	astray = (char *)c->slab + 999 * PAGE_SIZE;
	CHECK(c->partial.next == &partly->link && c->slab != full);
	BROKEN(c->partial.next, beyond, ring);
	full->link.previous = &c->partial;
	BROKEN(c->partial.next, &full->link, "a slab on a ring is partly free");
	BROKEN(c->partial.previous, &full->link, ring);
	BROKEN(partly->link.previous, &partly->link, ring);
	BROKEN(partly->link.next, &partly->link, ring);
	BROKEN(c->slabs, 0, ring);
	BROKEN(partly->live, 0, "a slab on a ring is partly free");
	BROKEN(c->slab, astray,
	       "the current slab is its cache's own, and counts as full");
	BROKEN(full->cache, &heap->class[3], "a slab is as its cache cuts it");
	BROKEN(full->cache, &cache, "a slab is as its cache cuts it");
	BROKEN(full->first, full->first + 8, "a slab is as its cache cuts it");
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	obj_ring_remove(&partly->link);
	CHECK_TEXT(obj_alloc_check(heap),
	           "a slab that is partly free is on a ring, or current");
}

TEST(obj_check_names_a_cache_that_is_not_as_it_was_made)
{
	static const char cuts[] = "a cache knows how its slabs are cut";
	static const char pages[] =
		"objects lie in the pages of their allocator";
	static const char lends[] =
		"a place is lent if it is at most a quarter too large";
	struct obj_cache *c = three_slabs(), *first = &heap->class[0];
	struct obj_cache *largest = &heap->class[OBJ_CLASSES - 1];

	BROKEN(heap->page, heap->page + 1, pages);
	BROKEN(heap->frames, heap->frames - 1, pages);
	BROKEN(heap->kind, MEMAREAS, pages);
	BROKEN(c->objects, heap + 1, "a cache knows where it belongs");
	BROKEN(c->plain, 0, cuts);
	BROKEN(c->checks, 2, cuts);
	BROKEN(c->shift, c->shift + 64, cuts);
	BROKEN(c->inverse, 3, cuts);
	BROKEN(first->order, OBJ_ORDER_MAX + 1, cuts);
	BROKEN(largest->offset, 16, cuts);
	BROKEN(first->offset, first->offset - 8, cuts);
	BROKEN(c->plain, c->plain + 8, cuts);
	BROKEN(c->at_once, c->at_once * 2, cuts);
	BROKEN(c->closely, true, cuts);
	BROKEN(first->closely, false, cuts);
	BROKEN(c->align, 24, cuts);
	BROKEN(c->align, 64, cuts);
	BROKEN(c->align, 128, cuts);

	CHECK(c->last > c);
	BROKEN(c->last, c, lends);
	BROKEN(c->last, c - 1, lends);
	BROKEN(c->last, c->last + 1, lends);
	BROKEN(c->last, heap->class + OBJ_CLASSES, lends);
	BROKEN(first->last, first + 1, lends);
	BROKEN(largest->last, largest + 1, lends);
	CHECK_EQ(obj_cache_new(heap, &cache, "its own", 100, 16, OBJ_UNCHECKED),
	         OBJ_OK);
	BROKEN(cache.last, c, lends);
	BROKEN(heap->recent, &cache + 1, "the cache that served last is one");
	CHECK_EQ(obj_cache_end(&cache), OBJ_OK);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
}

/* With a red zone no place is at hand. */
TEST(obj_check_names_places_at_hand_that_are_checked)
{
	struct obj_cache *c;

	obj_arena_make(OBJ_CHECKED);
	object[0] = obj_arena_alloc(64);
	c = slab_of(object[0])->cache;
	CHECK(c->slab != NULL);
	BROKEN(c->bytes, c->bytes + 1, "a cache knows how its slabs are cut");
	BROKEN(c->word, c->slab->bits,
	       "the places at hand are the current slab's");
	CHECK_EQ(obj_free(heap, object[0]), OBJ_OK);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
}

TEST(obj_check_names_what_is_not_at_hand)
{
	static const char hand[] = "the places at hand are the current slab's";
	static const char room[] = "a slab has room for its objects";
	struct obj_cache *c = three_slabs(), *unused = &heap->class[0];

	BROKEN(unused->none, 1, hand);
	BROKEN(c->none, 2, hand);
	BROKEN(unused->span, 1, hand);
	BROKEN(unused->word, unused->word + 1, hand);
	BROKEN(c->word, c->word + 1, hand);
	BROKEN(c->word, (uint64_t *)((uintptr_t)c->word + 1), hand);
	BROKEN(c->first, c->first + 64, hand);
	BROKEN(c->span, 62 * c->stride, hand);
	BROKEN(c->bytes, 65, room);
	BROKEN(c->capacity, 0, room);
	BROKEN(c->capacity, 64, room);
	c->slab->live--;
	CHECK_TEXT(obj_alloc_check(heap),
	           "the current slab is its cache's own, and counts as full");
}

TEST(obj_check_names_a_broken_table)
{
	static const char smallest[] =
		"each size is served by the smallest class that holds it";

	obj_arena_make(OBJ_UNCHECKED);
	BROKEN(heap->class[OBJ_CLASSES - 1].bytes, 8, smallest);
	BROKEN(heap->small[7], (void *)heap, smallest);
	BROKEN(heap->small[7], heap->class + OBJ_CLASSES, smallest);
	BROKEN(heap->small[7], heap->small[3], smallest);
	BROKEN(heap->small[7], heap->small[8], smallest);
	BROKEN(heap->medium[20], heap->medium[40], smallest);
	obj_arena_end();
}

TEST(obj_check_names_a_slab_of_another_order)
{
	struct obj_slab *full;
	struct msadsc   *page;

	three_slabs();
	full = slab_of(object[63]);
	page = &heap->page[pfn_down((uintptr_t)full - heap->distance)];
	page->word |= UINT64_C(1) << MSADSC_ORDER_SHIFT;
	CHECK_TEXT(obj_alloc_check(heap), "a slab is as its cache cuts it");
}

TEST(obj_cache_names_are_cut)
{
	struct obj_cache other;
	void            *one;

	obj_arena_make(OBJ_UNCHECKED);
	CHECK_EQ(obj_cache_new(heap, &cache, "0123456789012345678901234", 100,
	                       8, OBJ_UNCHECKED),
	         OBJ_OK);
	CHECK_TEXT(cache.name, "01234567890123456789012");
	CHECK_EQ(obj_cache_new(heap, &other, "second", 100, 8, OBJ_UNCHECKED),
	         OBJ_OK);
	CHECK_EQ(obj_new(&cache, &one), OBJ_OK);
	CHECK_EQ(obj_delete(&cache, one), OBJ_OK);
	heap->recent = &cache;
	CHECK_EQ(obj_cache_end(&cache), OBJ_OK); /* not the newest */
	CHECK(heap->recent == heap->class);
	CHECK(heap->caches == &other);
	CHECK_EQ(obj_cache_end(&other), OBJ_OK);
	obj_arena_end();
}

/* Its own classes make do with pages; a cache cannot. */
TEST(obj_cache_without_pages_has_no_memory)
{
	static const enum obj_checks checks[] = { OBJ_UNCHECKED, OBJ_CHECKED };

	for (int i = 0; i < 2; i++) {
		void *one = NULL;

		obj_arena_make(OBJ_UNCHECKED);
		CHECK_EQ(obj_cache_new(heap, &cache, "none", 100, 8, checks[i]),
		         OBJ_OK);
		CHECK_EQ(obj_arena_take_pages(), OBJ_ARENA_PAGES);
		CHECK_EQ(obj_new(&cache, &one), OBJ_NO_MEMORY);
		CHECK(one == NULL);
		CHECK_TEXT(obj_alloc_check(heap), NULL);
		obj_arena_give_pages(OBJ_ARENA_PAGES);
		CHECK_EQ(obj_new(&cache, &one), OBJ_OK);
		CHECK_EQ(obj_delete(&cache, one), OBJ_OK);
		CHECK_EQ(obj_cache_end(&cache), OBJ_OK);
		obj_arena_end();
	}
}

/* The first slab is partly free, the second one current and used up. */
static struct obj_slab *two_slabs(uint64_t bytes, struct obj_cache *c)
{
	uint64_t places;

	object[0] = obj_arena_alloc(bytes);
	places = 2 * c->capacity;
	for (uint64_t i = 1; i < places; i++)
		object[i] = obj_arena_alloc(bytes);
	CHECK(c->slabs == 2 && slab_of(object[0]) != c->slab);
	CHECK_EQ(obj_free(heap, object[0]), OBJ_OK);
	return slab_of(object[0]);
}

static void give_back(uint64_t places)
{
	for (uint64_t i = 1; i < places; i++)
		CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
}

TEST(obj_class_with_a_red_zone_takes_from_its_ring)
{
	struct obj_cache *c;
	struct obj_slab  *first;
	void             *one;

	obj_arena_make(OBJ_CHECKED);
	c = heap->small[500 / 8];
	first = two_slabs(500, c);
	one = obj_arena_alloc(500);
	CHECK(slab_of(one) == first && c->slab == first);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	CHECK_EQ(obj_free(heap, one), OBJ_OK);
	give_back(2 * c->capacity);
	obj_arena_end();
}

/* Class 64 has no slab: 80 lends a place, and has to look for it itself. */
TEST(obj_class_that_lends_looks_on_its_ring)
{
	struct obj_cache *c;
	struct obj_slab  *first;
	void             *one, *large[2];

	obj_arena_make(OBJ_UNCHECKED);
	c = heap->small[79 / 8];
	first = two_slabs(80, c);
	large[0] = obj_arena_alloc(3000);
	large[1] = obj_arena_alloc(3000);
	CHECK(heap->recent == heap->medium[2999 / 128]);
	one = obj_arena_alloc(64);
	CHECK(slab_of(one) == first && c->slab == first);
	CHECK(heap->recent == c);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	CHECK_EQ(obj_free(heap, one), OBJ_OK);
	CHECK_EQ(obj_free(heap, large[0]), OBJ_OK);
	CHECK_EQ(obj_free(heap, large[1]), OBJ_OK);
	give_back(2 * c->capacity);
	obj_arena_end();
}

/* All but the word that says how many bytes they are is as it should be. */
TEST(obj_zone_of_too_many_bytes_is_no_zone)
{
	char    *one;
	uint64_t word;

	obj_arena_make(OBJ_CHECKED);
	one = obj_arena_alloc(64);
	word = heap->small[7]->bytes + 1;
	word |= ~word << 32;
	memset(one, 0xa5, heap->small[7]->stride);
	memcpy(one + heap->small[7]->stride - 8, &word, sizeof(word));
	CHECK_TEXT(obj_alloc_check(heap),
	           "nobody wrote past the end of an object");
	CHECK_EQ(obj_free(heap, one), OBJ_OVERRUN);
	word = 64 | ~UINT64_C(64) << 32;
	memcpy(one + heap->small[7]->stride - 8, &word, sizeof(word));
	CHECK_EQ(obj_free(heap, one), OBJ_OK);
	obj_arena_end();
}

TEST(obj_status_that_is_none_is_said_to_be_none)
{
	CHECK_TEXT(obj_status_text((enum obj_status)(OBJ_BUSY + 1)),
	           "no status of obj_alloc.h");
}

TEST(obj_print_is_a_line_a_cache_with_slabs)
{
	struct obj_cache *c;

	obj_arena_make(OBJ_UNCHECKED);
	CHECK_TEXT(PRINTED(obj_alloc_print(heap)),
	           "obj: 73 caches, 0 with slabs: 0 pages; large "
	           "objects: 0 pages\n");
	c = three_slabs();
	CHECK_EQ(c->slabs, 3);
	object[0] = obj_arena_alloc(10000);
	CHECK_TEXT(PRINTED(obj_alloc_print(heap)),
	           "obj: 73 caches, 1 with slabs: 3 pages; large "
	           "objects: 3 pages\n"
	           "obj: 64                  64 bytes      188 live   "
	           "   3 slabs of  4 KiB,  63 in each\n");
}

/* No class wastes what its alignment would cost it, and each is larger than
 * the one before by a quarter at most, or by 16. */
TEST(obj_classes_are_multiples_of_what_they_align_to)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (unsigned i = 0; i < OBJ_CLASSES; i++) {
		const struct obj_cache *c = &heap->class[i];
		uint64_t                below = i == 0 ? 0 : c[-1].bytes;

		CHECK_EQ(c->bytes % (c->bytes == 8 ? 8 : 16), 0);
		CHECK_EQ(c->stride, c->bytes);
		CHECK(c->bytes - below <= max_u64(16, c->bytes / 5));
	}
	CHECK_EQ(heap->class[0].bytes, 8);
	CHECK_EQ(heap->class[OBJ_CLASSES - 1].bytes, OBJ_SLAB_BYTES);
	obj_arena_end();
}

/* The descriptors end before the page that the slab lies on. */
TEST(obj_check_asks_no_descriptor_behind_the_last)
{
	void *one;
	pfn_t frames;

	obj_arena_make(OBJ_UNCHECKED);
	one = obj_arena_alloc(64);
	frames = heap->frames;
	heap->frames = pfn_down((uintptr_t)slab_of(one) - heap->distance);
	heap->pages->pages = heap->frames;
	CHECK_TEXT(obj_alloc_check(heap),
	           "the current slab is its cache's own, and counts as full");
	heap->pages->pages = heap->frames = frames;
	CHECK_EQ(obj_free(heap, one), OBJ_OK);
	obj_arena_end();
}
