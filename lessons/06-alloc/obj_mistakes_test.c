/**
 * @file
 * Tests of lesson 6's objects: mistakes of callers, and damage.
 */
#include "obj_arena_test.h"
#include "obj_slab.h"
#include "test.h"

/* Freeing @object says @expected, and changes not a byte. */
static void refused(const void *object, enum obj_status expected)
{
	uint64_t before = obj_arena_sum();

	CHECK_EQ(obj_free(heap, (void *)(uintptr_t)object), expected);
	CHECK_EQ(obj_arena_sum(), before);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
}

TEST(obj_freed_twice_is_seen)
{
	static void          *object[200];
	static const uint64_t bytes[] = { 8, 64, 1000, 3000 };

	obj_arena_make(OBJ_UNCHECKED);
	for (int k = 0; k < 4; k++) {
		int n = k == 3 ? 13 : k == 2 ? 17 : 100;

		for (int i = 0; i < n; i++)
			object[i] = obj_arena_alloc(bytes[k]);
		for (int i = 0; i < n; i++) {
			CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
			refused(object[i], OBJ_IS_FREE);
			refused(object[0], OBJ_IS_FREE);
		}
	}
	obj_arena_end();
}

TEST(obj_large_freed_twice_is_seen)
{
	char *large;

	obj_arena_make(OBJ_UNCHECKED);
	large = obj_arena_alloc(5 * PAGE_SIZE);
	refused(large + 1, OBJ_INSIDE);
	refused(large + PAGE_SIZE, OBJ_INSIDE);
	refused(large + 4 * PAGE_SIZE, OBJ_INSIDE);
	CHECK_EQ(obj_free(heap, large), OBJ_OK);
	refused(large, OBJ_IS_FREE);
	refused(large + 4 * PAGE_SIZE, OBJ_IS_FREE);
	obj_arena_end();
}

TEST(obj_pointers_into_objects_are_seen)
{
	static const uint64_t bytes[] = { 8, 48, 64, 720, 2000, 7000 };

	obj_arena_make(OBJ_UNCHECKED);
	for (int k = 0; k < 6; k++) {
		char *object = obj_arena_alloc(bytes[k]);

		refused(object + 1, OBJ_INSIDE);
		refused(object + bytes[k] / 2, OBJ_INSIDE);
		refused(object + bytes[k] - 1, OBJ_INSIDE);
		CHECK_EQ(obj_free(heap, object), OBJ_OK);
		refused(object + 1, OBJ_INSIDE);
	}
	obj_arena_end();
}

/*  frames   ...24 |descriptors| slab | page of someone | free ... 48
 *                        ^      ^  ^            ^        ^          ^      */
TEST(obj_foreign_pointers_are_seen)
{
	struct msadsc free;
	uint64_t      page;
	pfn_t         pfn;
	char         *object;

	obj_arena_make(OBJ_UNCHECKED);
	refused(NULL, OBJ_FOREIGN);
	refused(&page, OBJ_FOREIGN);
	object = obj_arena_alloc(1500);
	CHECK_EQ(page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &pfn), PAGE_OK);
	page = heap->distance + pfn_to_paddr(pfn);
	refused((void *)(uintptr_t)page, OBJ_FOREIGN);
	refused((void *)(uintptr_t)(page + 100), OBJ_FOREIGN);
	refused(NULL, OBJ_FOREIGN);
	refused(&page, OBJ_FOREIGN);
	refused((void *)(uintptr_t)(heap->distance), OBJ_FOREIGN);
	refused((void *)(uintptr_t)(heap->distance - 1), OBJ_FOREIGN);
	refused((void *)(uintptr_t)(heap->distance +
	                            pfn_to_paddr(OBJ_ARENA_FIRST)),
	        OBJ_FOREIGN);
	refused((void *)(uintptr_t)(heap->distance +
	                            pfn_to_paddr(OBJ_ARENA_PAST)),
	        OBJ_FOREIGN);
	CHECK_EQ(page_free(&arena.pages, pfn, 0), PAGE_OK);
	refused((void *)(uintptr_t)page, OBJ_IS_FREE);
	/* A larger machine has groups and stacks, where free pages are. */
	free = arena.array.page[pfn];
	arena.array.page[pfn].word = MSADSC_CACHED;
	refused((void *)(uintptr_t)page, OBJ_IS_FREE);
	arena.array.page[pfn].word = MSADSC_GROUPED;
	refused((void *)(uintptr_t)page, OBJ_IS_FREE);
	arena.array.page[pfn] = free;
	CHECK_EQ(obj_free(heap, object), OBJ_OK);
	obj_arena_end();
}

TEST(obj_slabs_headers_and_tails_are_foreign)
{
	const struct obj_cache *cache;
	char                   *object, *slab;

	obj_arena_make(OBJ_UNCHECKED);
	object = obj_arena_alloc(400);
	cache = heap->small[399 / 8];
	slab = (char *)cache->slab;
	refused(slab, OBJ_FOREIGN);
	refused(slab + cache->offset - 1, OBJ_FOREIGN);
	refused(slab + cache->offset + cache->capacity * cache->stride,
	        OBJ_FOREIGN);
	refused(slab + (PAGE_SIZE << cache->order) - 1, OBJ_FOREIGN);
	CHECK_EQ(obj_free(heap, object), OBJ_OK);
	obj_arena_end();
}

TEST(obj_of_another_cache_is_seen)
{
	struct obj_cache one, other;
	void            *object, *large, *plain;
	uint64_t         before;

	obj_arena_make(OBJ_UNCHECKED);
	obj_cache_new(heap, &one, "one", 100, 4, OBJ_UNCHECKED);
	obj_cache_new(heap, &other, "other", 100, 4, OBJ_CHECKED);
	CHECK_EQ(obj_new(&one, &object), OBJ_OK);
	plain = obj_arena_alloc(100);
	large = obj_arena_alloc(9000);
	before = obj_arena_sum();
	CHECK_EQ(obj_delete(&other, object), OBJ_WRONG_CACHE);
	CHECK_EQ(obj_delete(&other, plain), OBJ_WRONG_CACHE);
	CHECK_EQ(obj_delete(&one, plain), OBJ_WRONG_CACHE);
	CHECK_EQ(obj_delete(&one, large), OBJ_WRONG_CACHE);
	CHECK_EQ(obj_delete(&one, (char *)large + 8), OBJ_INSIDE);
	CHECK_EQ(obj_delete(&one, (char *)object + 4), OBJ_INSIDE);
	CHECK_EQ(obj_delete(&one, &before), OBJ_FOREIGN);
	CHECK_EQ(obj_cache_end(&one), OBJ_BUSY);
	CHECK_EQ(obj_arena_sum(), before);
	CHECK_EQ(obj_delete(&one, object), OBJ_OK);
	CHECK_EQ(obj_delete(&one, object), OBJ_IS_FREE);
	CHECK_EQ(obj_free(heap, plain), OBJ_OK);
	CHECK_EQ(obj_free(heap, large), OBJ_OK);
	CHECK_EQ(obj_cache_end(&one), OBJ_OK);
	CHECK_EQ(obj_cache_end(&other), OBJ_OK);
	obj_arena_end();
}

TEST(obj_overruns_are_seen_in_the_red_zone)
{
	static const uint64_t bytes[] = { 1, 8, 61, 64, 1000, 5000 };

	obj_arena_make(OBJ_CHECKED);
	for (int k = 0; k < 6; k++) {
		unsigned char *object = obj_arena_alloc(bytes[k]);
		unsigned char *end = object + bytes[k];

		for (int past = 0; past < 16; past++) {
			unsigned char was = end[past];
			uint64_t      before;

			end[past] ^= 0x10;
			before = obj_arena_sum();
			CHECK_EQ(obj_free(heap, object), OBJ_OVERRUN);
			CHECK_EQ(obj_arena_sum(), before);
			CHECK_TEXT(obj_alloc_check(heap),
			           "nobody wrote past the end of an object");
			end[past] = was;
		}
		refused(object + 1, OBJ_INSIDE);
		CHECK_EQ(obj_free(heap, object), OBJ_OK);
		refused(object, OBJ_IS_FREE);
	}
	obj_arena_end();
}

/* Flip @bits of *word: the check says @sentence, and nothing more after. */
static void damage(uint64_t *word, uint64_t bits, const char *sentence)
{
	*word ^= bits;
	CHECK_TEXT(obj_alloc_check(heap), sentence);
	*word ^= bits;
	CHECK_TEXT(obj_alloc_check(heap), NULL);
}

static void damage_slab(struct obj_slab *slab)
{
	struct msadsc *page =
		&heap->page[pfn_down((uintptr_t)slab - heap->distance)];

	damage(&slab->bits[0], 1, "each object of a slab is live or free");
	damage(&slab->bits[0], UINT64_C(1) << 63,
	       "each bit of a slab stands for an object");
	damage(&slab->live, 1, "a slab on a ring is partly free");
	damage(&slab->live, 2, "each object of a slab is live or free");
	damage((uint64_t *)&slab->link.previous, 8,
	       "a ring links slabs of its cache, both ways");
	damage((uint64_t *)&slab->link.next, 4096,
	       "a ring links slabs of its cache, both ways");
	damage((uint64_t *)&slab->first, 16, "a slab is as its cache cuts it");
	damage((uint64_t *)&slab->cache, 16,
	       "a ring links slabs of its cache, both ways");
	damage(&page->word, UINT64_C(1) << 20,
	       "a ring links slabs of its cache, both ways");
}

static void damage_cache(struct obj_cache *cache)
{
	damage(&cache->span, 1, "the places at hand are the current slab's");
	damage(&cache->inverse, 2, "a cache knows how its slabs are cut");
	damage(&cache->slabs, 4, "all slabs are counted");
	damage(&cache->slab->live, 1,
	       "the current slab is its cache's own, and counts as full");
	damage(&heap->slab_pages, 1, "all slabs are counted");
	damage(&heap->large_pages, 1, "all pages of large objects are counted");
	damage((uint64_t *)&heap->small[7], 64,
	       "each size is served by the smallest class that holds it");
}

/* Of three slabs one is full, one partly free, one current. */
TEST(obj_check_sees_damage)
{
	static void      *object[3 * 63];
	struct obj_cache *cache;

	obj_arena_make(OBJ_UNCHECKED);
	for (int i = 0; i < 3 * 63; i++)
		object[i] = obj_arena_alloc(64);
	CHECK_EQ(obj_free(heap, object[5]), OBJ_OK);
	cache = heap->small[63 / 8];
	damage_slab((struct obj_slab *)cache->partial.next);
	damage_cache(cache);
	for (int i = 0; i < 3 * 63; i++)
		if (i != 5)
			CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
	obj_arena_end();
}

TEST(obj_statuses_have_sentences_of_their_own)
{
	for (int a = OBJ_OK; a <= OBJ_BUSY; a++)
		for (int b = OBJ_OK; b < a; b++)
			CHECK(obj_status_text((enum obj_status)a) !=
			      obj_status_text((enum obj_status)b));
}
