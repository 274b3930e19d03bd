/**
 * @file
 * Tests of lesson 6: sizes near 2^64, whose sums wrap, are refused.
 */
#include "memm_test.h"
#include "test.h"

static struct memm memm;

/* How many of the highest sizes are not refused: each sum of bytes, name,
 * alignment and a page passes 2^64 for some. */
static unsigned not_refused(uint64_t align)
{
	unsigned wrong = 0;

	for (uint64_t below = 1; below <= 3 * PAGE_SIZE; below++) {
		void *block = NULL;

		wrong += memm_allocate(&memm, below % 2, -below, align,
		                       &block) != MEMM_NO_MEMORY ||
		         block != NULL;
	}
	return wrong;
}

TEST(memm_sizes_that_wrap_are_refused)
{
	memm_test_begin(&memm, 0);
	for (unsigned shift = 0; shift <= 16; shift += 4)
		CHECK_EQ(not_refused(UINT64_C(1) << shift), 0);
	memm_test_end(&memm);
}

TEST(memm_alignments_near_the_top_are_refused)
{
	memm_test_begin(&memm, 0);
	for (unsigned shift = 18; shift < 64; shift++)
		for (uint64_t bytes = 1; bytes < 3 * PAGE_SIZE; bytes += 100) {
			void *block = NULL;

			CHECK_EQ(memm_allocate(&memm, 0, bytes,
			                       UINT64_C(1) << shift, &block),
			         MEMM_NO_MEMORY);
			CHECK(block == NULL);
		}
	memm_test_end(&memm);
}
