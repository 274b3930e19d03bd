/**
 * @file
 * Tests of lesson 6: memm where memory is short.  A call fails only where it
 * must, and then leaves what there was.
 */
#include "kstring.h"
#include "memm_process.h"
#include "memm_raw.h"
#include "memm_test.h"
#include "test.h"

static struct memm memm;

/* The kernel takes all free pages but so many. */
static struct memm_allocator *leave(uint64_t pages)
{
	struct memm_allocator *made = NULL;
	uint64_t               rest = memm_free_pages(&memm) - pages;

	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, rest), rest,
	                            &memm_whole, 0, &made),
	         MEMM_OK);
	CHECK_EQ(memm_free_pages(&memm), pages);
	return made;
}

static void give_up(struct memm_allocator *allocator)
{
	CHECK_EQ(memm_allocator_destroy(&memm, allocator), MEMM_OK);
	memm_sweep(&memm);
}

/* A block of process 5 that has come and gone, and its pages. */
static void let_5_be_there(void)
{
	void *block = NULL;

	CHECK_EQ(memm_user_allocate(&memm, 5, 40000, &block), MEMM_OK);
	CHECK_EQ(memm_user_free(&memm, 5, block), MEMM_OK);
	memm_sweep(&memm);
}

TEST(memm_failure_ends_no_process_that_was_there)
{
	struct memm_allocator *made = NULL;
	void                  *block = NULL;
	uint64_t               tables;

	memm_test_begin_mapped(&memm);
	let_5_be_there();
	tables = memm.table_pages;
	CHECK_EQ(memm_user_allocate(&memm, 5, (TEST_PAGES - 2) * PAGE_SIZE,
	                            &block),
	         MEMM_NO_MEMORY);
	CHECK_EQ(memm_user_pages(&memm, 5, (TEST_PAGES - 2) * PAGE_SIZE,
	                         USER_READ, &block),
	         MEMM_NO_MEMORY);
	CHECK_EQ(memm_allocator_new(&memm, memm.first, 2, &memm_raw, 5, &made),
	         MEMM_NOT_FREE);
	CHECK(memm_find(&memm, 5) != NULL);
	CHECK_EQ(memm.table_pages, tables);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 5), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_failure_ends_a_process_that_it_made)
{
	struct memm_allocator *made = NULL;
	void                  *block = NULL;

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_user_allocate(&memm, 5, (TEST_PAGES - 2) * PAGE_SIZE,
	                            &block),
	         MEMM_NO_MEMORY);
	CHECK(memm_find(&memm, 5) == NULL);
	CHECK_EQ(memm_user_pages(&memm, 5, (TEST_PAGES - 2) * PAGE_SIZE,
	                         USER_READ, &block),
	         MEMM_NO_MEMORY);
	CHECK(memm_find(&memm, 5) == NULL);
	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, 1), 1,
	                            &memm_raw, 5, &made),
	         MEMM_TOO_SMALL);
	CHECK(memm_find(&memm, 5) == NULL);
	memm_test_end(&memm);
}

/* Process 5, its root, the allocator's 2 pages, and 3 tables to map one. */
TEST(memm_wishes_for_less_where_tables_need_pages)
{
	for (uint64_t pages = 6; pages < 10; pages++) {
		struct memm_allocator *rest;
		void                  *block = NULL;

		memm_test_begin_mapped(&memm);
		rest = leave(pages);
		CHECK_EQ(memm_user_allocate(&memm, 5, 16, &block),
		         pages < 7 ? MEMM_NO_MEMORY : MEMM_OK);
		CHECK_TEXT(memm_check(&memm), NULL);
		CHECK((memm_find(&memm, 5) != NULL) == (pages >= 7));
		memm_reclaim(&memm, 5);
		give_up(rest);
		memm_test_end(&memm);
	}
}

TEST(memm_sweeps_where_tables_need_pages)
{
	struct memm_allocator *gone = NULL, *rest;
	void                  *block = NULL;

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, 10), 10,
	                            &memm_whole, 0, &gone),
	         MEMM_OK);
	rest = leave(6);
	CHECK_EQ(memm_allocator_destroy(&memm, gone), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 10);
	CHECK_EQ(memm_user_allocate(&memm, 5, 16, &block), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 0);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 5), MEMM_OK);
	give_up(rest);
	memm_test_end(&memm);
}

/* The new process's page is taken from between pages that get free. */
TEST(memm_tries_again_where_a_process_took_a_page_too_early)
{
	struct memm_allocator *low = NULL, *high = NULL, *rest;
	void                  *block = NULL;
	pfn_t                  first;

	for (int pages = 0; pages < 2; pages++) {
		if (pages != 0)
			memm_test_begin_mapped(&memm);
		else
			memm_test_begin(&memm, 0);
		first = memm_find_pages(&memm, 13);
		CHECK_EQ(memm_allocator_new(&memm, first, 6, &memm_whole, 0,
		                            &low),
		         MEMM_OK);
		CHECK_EQ(memm_allocator_new(&memm, first + 7, 20, &memm_whole,
		                            0, &high),
		         MEMM_OK);
		rest = leave(7);
		CHECK_EQ(memm_allocator_destroy(&memm, low), MEMM_OK);
		CHECK_EQ(memm_allocator_destroy(&memm, high), MEMM_OK);
		CHECK(memm_find_pages(&memm, 2) != 0);
		if (pages != 0)
			CHECK_EQ(memm_user_pages(&memm, 9, 20 * PAGE_SIZE,
			                         USER_READ, &block),
			         MEMM_OK);
		else
			CHECK_EQ(memm_allocate(&memm, 9, 24 * PAGE_SIZE, 0,
			                       &block),
			         MEMM_OK);
		CHECK_TEXT(memm_check(&memm), NULL);
		CHECK_EQ(memm_reclaim(&memm, 9), MEMM_OK);
		give_up(rest);
		memm_test_end(&memm);
	}
}

/* An address so far up that 32 bits do not count its granules. */
TEST(memm_raw_frees_nothing_far_behind_its_end)
{
	struct memm_allocator *raw;
	void                  *block = NULL;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocate(&memm, 3, 100, 0, &block), MEMM_OK);
	raw = memm_holder(&memm, block);
	for (unsigned bit = 20; bit < 47; bit++)
		CHECK_EQ(raw->free(raw, (char *)block + (UINT64_C(1) << bit)),
		         MEMM_NOT_BLOCK);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 3), MEMM_OK);
	memm_test_end(&memm);
}

/* Small blocks that wait at hand are one large one, joined. */
TEST(memm_joins_what_is_at_hand_before_it_refuses)
{
	static void           *block[512];
	struct memm_allocator *raw = NULL, *rest;
	unsigned               blocks = 0;
	void                  *large = NULL;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, 6), 6,
	                            &memm_raw, 0, &raw),
	         MEMM_OK);
	rest = leave(0);
	while (blocks < 512 &&
	       memm_allocate(&memm, 0, 48, 0, &block[blocks]) == MEMM_OK)
		blocks++;
	CHECK(blocks > 200 && blocks < 512);
	for (unsigned i = 100; i < 200; i++)
		CHECK_EQ(memm_free(&memm, block[i]), MEMM_OK);
	CHECK(raw_of(raw)->at_hand_granules != 0);
	CHECK_EQ(memm_allocate(&memm, 0, 4000, 0, &large), MEMM_OK);
	CHECK(memm_holder(&memm, large) == raw);
	CHECK_EQ(memm_allocate(&memm, 0, 4000, 0, &large), MEMM_NO_MEMORY);
	CHECK_TEXT(memm_check(&memm), NULL);
	give_up(raw);
	give_up(rest);
	memm_test_end(&memm);
}
