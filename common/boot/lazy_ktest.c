/**
 * @file
 * Tests of lazy.h: they mean something in a boot with the word "lazy", which
 * `make test` makes, and find nothing to do in any other.
 */
#include "kstring.h"
#include "layout.h"
#include "lazy.h"
#include "phys.h"
#include "test.h"

#define GARBAGE UINT64_C(0xa5a5a5a5a5a5a5a5)
#define WORDS   (PAGE_SIZE / 8)
#define PAGES   (TEST_MEMORY_BYTES / PAGE_SIZE)

static uint64_t *memory;

/* A window onto memory that is full of garbage, or NULL. */
static volatile uint64_t *window(void)
{
	memory = test_memory();
	memset(memory, GARBAGE & 0xff, TEST_MEMORY_BYTES);
	return lazy_zeroed((uintptr_t)memory - DIRECT_MAP, TEST_MEMORY_BYTES);
}

TEST(lazy_memory_reads_as_zero_and_stays_as_it_was)
{
	volatile uint64_t *at = window();
	uint64_t           bytes = lazy_bytes(), sum = 0;

	for (uint64_t i = 0; at != NULL && i < PAGES * WORDS; i++)
		sum |= at[i];
	CHECK_EQ(sum, 0);
	CHECK_EQ(memory[0], GARBAGE);
	CHECK_EQ(lazy_bytes(), bytes);
}

TEST(lazy_memory_is_real_from_the_first_write_on)
{
	volatile uint64_t *at = window();
	uint64_t           bytes = lazy_bytes();

	if (at == NULL)
		return;
	at[3 * WORDS + 5] = 7;
	at[3 * WORDS + 6] += 8; /* a page faults once */
	CHECK_EQ(at[3 * WORDS + 5], 7);
	CHECK_EQ(memory[3 * WORDS + 5], 7);
	CHECK_EQ(memory[3 * WORDS + 6], 8);
	CHECK_EQ(memory[3 * WORDS + 4], 0);
	CHECK_EQ(memory[4 * WORDS], GARBAGE);
	CHECK_EQ(at[4 * WORDS], 0);
	/* The page, and a table and a directory of the window's own. */
	CHECK_EQ(lazy_bytes() - bytes, 3 * PAGE_SIZE);
}

TEST(lazy_memory_of_a_new_window_is_zero_again)
{
	volatile uint64_t *at = window();

	if (at == NULL)
		return;
	at[0] = 1;
	CHECK(window() == at);
	CHECK_EQ(at[0], 0);
}

/* Two windows stand side by side; a third begins anew. */
TEST(lazy_memory_of_another_window_leaves_the_first)
{
	volatile uint64_t *at = window(), *upper;
	paddr_t            half = TEST_MEMORY_BYTES / 2;
	paddr_t            paddr = (uintptr_t)memory - DIRECT_MAP;

	if (at == NULL)
		return;
	at = lazy_zeroed(paddr, half);
	at[1] = 11;
	upper = lazy_zeroed(paddr + half, half);
	CHECK(upper == at + half / 8);
	CHECK_EQ(at[1], 11);
	CHECK_EQ(upper[1], 0);
	upper[1] = 12;
	CHECK_EQ(memory[half / 8 + 1], 12);
	CHECK_EQ(at[1], 11);
	at[2] = 13;
	CHECK_EQ(memory[2], 13);
	CHECK(lazy_zeroed(paddr, half) == at);
	CHECK_EQ(at[1], 0);
}
