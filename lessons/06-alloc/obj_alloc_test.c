/**
 * @file
 * Tests of lesson 6's objects: what is given out, and what it costs.
 */
#include "kstring.h"
#include "obj_arena_test.h"
#include "test.h"

static void *object[600];

static void give_back(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
}

TEST(obj_each_size_is_aligned_and_its_own)
{
	static const struct {
		uint64_t bytes, align;
	} row[] = {
		{ 1, 8 },       { 8, 8 },     { 9, 16 },      { 16, 16 },
		{ 17, 16 },     { 63, 16 },   { 64, 16 },     { 100, 16 },
		{ 500, 16 },    { 1000, 16 }, { 2048, 16 },   { 2049, 16 },
		{ 4000, 16 },   { 8064, 16 }, { 8065, 4096 }, /* Pages. */
		{ 8192, 4096 },
	};
	const size_t rows = sizeof(row) / sizeof(row[0]);

	obj_arena_make(OBJ_UNCHECKED);
	for (size_t i = 0; i < rows; i++) {
		object[0] = obj_arena_alloc(row[i].bytes);
		object[1] = obj_arena_alloc(row[i].bytes);
		CHECK_EQ((uintptr_t)object[0] % row[i].align, 0);
		CHECK_EQ((uintptr_t)object[1] % row[i].align, 0);
		memset(object[0], 0xff, row[i].bytes);
		memset(object[1], 0, row[i].bytes);
		CHECK_EQ(((unsigned char *)object[0])[0], 0xff);
		CHECK_EQ(((unsigned char *)object[0])[row[i].bytes - 1], 0xff);
		CHECK_TEXT(obj_alloc_check(heap), NULL);
		give_back(2);
		obj_alloc_trim(heap);
	}
	obj_arena_end();
}

TEST(obj_of_no_bytes_is_refused)
{
	void *unchanged = &unchanged;

	obj_arena_make(OBJ_UNCHECKED);
	CHECK_EQ(obj_alloc(heap, 0, &unchanged), OBJ_BAD_BYTES);
	CHECK_EQ(obj_alloc_zeroed(heap, 0, &unchanged), OBJ_BAD_BYTES);
	CHECK_EQ(obj_alloc(heap, UINT64_MAX, &unchanged), OBJ_NO_MEMORY);
	CHECK(unchanged == &unchanged);
	obj_arena_end();
}

TEST(obj_zeroed_reads_as_zero_where_other_data_was)
{
	static const uint64_t bytes[] = { 8, 24, 100, 1000, 5000, 9000 };

	obj_arena_make(OBJ_UNCHECKED);
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		unsigned char *dirty = obj_arena_alloc(bytes[i]);
		void          *clean = NULL;
		uint64_t       sum = 0;

		memset(dirty, 0xee, bytes[i]);
		CHECK_EQ(obj_free(heap, dirty), OBJ_OK);
		CHECK_EQ(obj_alloc_zeroed(heap, bytes[i], &clean), OBJ_OK);
		CHECK(clean == dirty);
		for (uint64_t b = 0; b < bytes[i]; b++)
			sum += dirty[b];
		CHECK_EQ(sum, 0);
		CHECK_EQ(obj_free(heap, clean), OBJ_OK);
	}
	obj_arena_end();
}

/*  slab   |header|object|   |   |   |      one page for a lone object, and
 *         |header|      |   |   |   |      the same one when it comes again  */
TEST(obj_that_is_alone_keeps_its_slab)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (int i = 0; i < 3; i++) {
		object[0] = obj_arena_alloc(64);
		CHECK_EQ(obj_arena_pages(), 1);
		give_back(1);
		CHECK_EQ(obj_arena_pages(), 1);
	}
	CHECK_EQ(obj_alloc_trim(heap), 1);
	CHECK_EQ(obj_arena_pages(), 0);
	obj_arena_end();
}

/* 63 objects of 64 bytes and the header fill a page. */
TEST(obj_slabs_that_empty_go_back_to_the_pages)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (int i = 0; i < 190; i++)
		object[i] = obj_arena_alloc(64);
	CHECK_EQ(obj_arena_pages(), 4);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	for (int i = 0; i < 62; i++)
		CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
	CHECK_EQ(obj_arena_pages(), 4);
	CHECK_EQ(obj_free(heap, object[62]), OBJ_OK);
	CHECK_EQ(obj_arena_pages(), 3);
	for (int i = 63; i < 190; i++)
		CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
	CHECK_EQ(obj_arena_pages(), 1);
	obj_arena_end();
}

TEST(obj_freed_places_are_used_before_a_new_slab)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (int i = 0; i < 3 * 63; i++)
		object[i] = obj_arena_alloc(64);
	for (int i = 0; i < 3 * 63; i += 2)
		CHECK_EQ(obj_free(heap, object[i]), OBJ_OK);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	for (int i = 0; i < 3 * 63; i += 2)
		object[i] = obj_arena_alloc(64);
	CHECK_EQ(obj_arena_pages(), 3);
	give_back(3 * 63);
	obj_arena_end();
}

/* 500 objects of 8 bytes fill a page: 8 words of bits. */
TEST(obj_tiny_ones_share_a_page_by_the_hundred)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (uint64_t i = 0; i < 600; i++) {
		object[i] = obj_arena_alloc(8);
		*(uint64_t *)object[i] = i;
	}
	CHECK_EQ(obj_arena_pages(), 2);
	for (uint64_t i = 0; i < 600; i++)
		CHECK_EQ(*(uint64_t *)object[i], i);
	for (uint64_t i = 0; i < 600; i++)
		CHECK_EQ(obj_free(heap, object[i * 7 % 600]), OBJ_OK);
	obj_arena_end();
}

/*  960 bytes   |  used  |  used  | freed  |  used  |   a place that was freed
 *  880 bytes                     |used    |            serves a smaller one  */
TEST(obj_places_are_lent_to_slightly_smaller_ones)
{
	uint64_t pages;

	obj_arena_make(OBJ_UNCHECKED);
	for (int i = 0; i < 18; i++)
		object[i] = obj_arena_alloc(960);
	pages = obj_arena_pages();
	CHECK_EQ(obj_free(heap, object[3]), OBJ_OK);
	object[3] = obj_arena_alloc(880);
	CHECK_EQ(obj_arena_pages(), pages);
	CHECK_EQ(obj_free(heap, object[3]), OBJ_OK);
	object[3] = obj_arena_alloc(100);
	CHECK(obj_arena_pages() > pages);
	give_back(18);
	obj_arena_end();
}

TEST(obj_large_ones_cost_their_pages_and_no_more)
{
	obj_arena_make(OBJ_UNCHECKED);
	object[0] = obj_arena_alloc(10 * PAGE_SIZE + 1);
	CHECK_EQ(obj_arena_pages(), 11);
	object[1] = obj_arena_alloc(3 * PAGE_SIZE);
	object[2] = obj_arena_alloc(4 * PAGE_SIZE);
	CHECK_EQ(obj_arena_pages(), 18);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	memset(object[0], 1, 11 * PAGE_SIZE);
	CHECK_EQ(obj_free(heap, object[1]), OBJ_OK);
	CHECK_EQ(obj_arena_pages(), 15);
	object[1] = obj_arena_alloc(9000);
	give_back(3);
	obj_arena_end();
}

TEST(obj_all_memory_can_be_had_and_comes_back)
{
	static const uint64_t bytes[] = { 64, 500, 2000, 7000, 20000 };
	/* 5 pages want a block of 8, and there are two of these. */
	static const uint64_t least[] = { 23, 23, 23, 22, 10 };

	obj_arena_make(OBJ_UNCHECKED);
	for (size_t k = 0; k < sizeof(bytes) / sizeof(bytes[0]); k++) {
		void    *none = &none;
		uint64_t n = 0;

		while (n < 600 &&
		       obj_alloc(heap, bytes[k], &object[n]) == OBJ_OK)
			n++;
		CHECK(n >= 2);
		CHECK_TEXT(obj_alloc_check(heap), NULL);
		if (n < 600) {
			uint64_t before = obj_arena_sum();

			CHECK_EQ(obj_alloc(heap, bytes[k], &none),
			         OBJ_NO_MEMORY);
			CHECK(none == &none);
			CHECK_EQ(obj_arena_sum(), before);
			CHECK(obj_arena_pages() >= least[k]);
		}
		give_back(n);
	}
	obj_arena_end();
}

TEST(obj_empty_slabs_are_given_back_when_pages_run_out)
{
	obj_arena_make(OBJ_UNCHECKED);
	for (uint64_t bytes = 16; bytes <= 16 * 12; bytes += 16) {
		object[0] = obj_arena_alloc(bytes);
		give_back(1);
	}
	CHECK_EQ(obj_arena_pages(), 12);
	object[0] = obj_arena_alloc(16 * PAGE_SIZE);
	CHECK_EQ(obj_arena_pages(), 16);
	give_back(1);
	obj_arena_end();
}

/* Every second page is taken: no slab of 2 pages or more is to be had. */
TEST(obj_single_pages_serve_where_no_slab_is_to_be_had)
{
	pfn_t pfn[OBJ_ARENA_PAGES];

	obj_arena_make(OBJ_UNCHECKED);
	for (int i = 0; i < OBJ_ARENA_PAGES; i++)
		CHECK_EQ(page_alloc(&arena.pages, MEMAREA_KERNEL, 0, &pfn[i]),
		         PAGE_OK);
	for (int i = 0; i < OBJ_ARENA_PAGES; i++)
		if (pfn[i] % 2 == 0)
			CHECK_EQ(page_free(&arena.pages, pfn[i], 0), PAGE_OK);
	object[0] = obj_arena_alloc(1500);
	CHECK_EQ(obj_arena_pages(), 1);
	CHECK_TEXT(obj_alloc_check(heap), NULL);
	give_back(1);
	for (int i = 0; i < OBJ_ARENA_PAGES; i++)
		if (pfn[i] % 2 != 0)
			CHECK_EQ(page_free(&arena.pages, pfn[i], 0), PAGE_OK);
	obj_arena_end();
}

TEST(obj_caches_align_as_they_were_asked_to)
{
	struct obj_cache cache;

	obj_arena_make(OBJ_UNCHECKED);
	for (uint64_t align = 1; align <= PAGE_SIZE; align *= 2) {
		CHECK_EQ(obj_cache_new(heap, &cache, "node", 72, align,
		                       OBJ_UNCHECKED),
		         OBJ_OK);
		for (int i = 0; i < 3; i++) {
			CHECK_EQ(obj_new(&cache, &object[i]), OBJ_OK);
			CHECK_EQ((uintptr_t)object[i] % align, 0);
		}
		CHECK_EQ(obj_cache_live(&cache), 3);
		CHECK_TEXT(obj_alloc_check(heap), NULL);
		CHECK_EQ(obj_cache_end(&cache), OBJ_BUSY);
		CHECK_EQ(obj_delete(&cache, object[0]), OBJ_OK);
		CHECK_EQ(obj_delete(&cache, object[2]), OBJ_OK);
		CHECK_EQ(obj_free(heap, object[1]), OBJ_OK);
		CHECK_EQ(obj_cache_end(&cache), OBJ_OK);
	}
	obj_arena_end();
}

TEST(obj_caches_of_no_shape_are_refused)
{
	struct obj_cache cache = { .bytes = 5 };

	obj_arena_make(OBJ_UNCHECKED);
	CHECK_EQ(obj_cache_new(heap, &cache, "none", 0, 8, OBJ_UNCHECKED),
	         OBJ_BAD_BYTES);
	CHECK_EQ(obj_cache_new(heap, &cache, "huge", OBJ_CACHE_BYTES + 1, 8,
	                       OBJ_UNCHECKED),
	         OBJ_BAD_BYTES);
	CHECK_EQ(obj_cache_new(heap, &cache, "a", 8, 0, OBJ_UNCHECKED),
	         OBJ_BAD_ALIGN);
	CHECK_EQ(obj_cache_new(heap, &cache, "b", 8, 24, OBJ_UNCHECKED),
	         OBJ_BAD_ALIGN);
	CHECK_EQ(obj_cache_new(heap, &cache, "c", 8, 2 * PAGE_SIZE,
	                       OBJ_UNCHECKED),
	         OBJ_BAD_ALIGN);
	CHECK_EQ(cache.bytes, 5);
	CHECK_EQ(obj_cache_new(heap, &cache, "all at its most", OBJ_CACHE_BYTES,
	                       PAGE_SIZE, OBJ_CHECKED),
	         OBJ_OK);
	CHECK_EQ(obj_new(&cache, &object[0]), OBJ_OK);
	CHECK_EQ(obj_delete(&cache, object[0]), OBJ_OK);
	CHECK_EQ(obj_cache_end(&cache), OBJ_OK);
	obj_arena_end();
}

/* One page is missing, and the empty slab at hand has one. */
TEST(obj_alloc_takes_the_last_page_of_an_empty_slab)
{
	void    *small, *large = NULL;
	uint64_t pages;

	obj_arena_make(OBJ_UNCHECKED);
	CHECK_EQ(obj_alloc(heap, 64, &small), OBJ_OK);
	pages = obj_arena_take_pages();
	CHECK_EQ(obj_free(heap, small), OBJ_OK);
	CHECK_EQ(obj_alloc(heap, PAGE_SIZE, &large), OBJ_OK);
	CHECK_EQ(obj_free(heap, large), OBJ_OK);
	obj_arena_give_pages(pages);
	obj_arena_end();
}
