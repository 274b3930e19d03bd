/**
 * @file
 * A test of the tests: who reads behind the memory of a test is seen.
 */
#include "test.h"

/* Of the sanitizer; NULL where there is none. */
int __asan_address_is_poisoned(const volatile void *address)
	__attribute__((weak));

TEST(host_watches_the_end_of_the_memory_of_tests)
{
	const char *memory = test_memory();

	if (__asan_address_is_poisoned == NULL)
		return;
	CHECK(!__asan_address_is_poisoned(memory + TEST_MEMORY_BYTES - 1));
	CHECK(__asan_address_is_poisoned(memory + TEST_MEMORY_BYTES));
	CHECK(__asan_address_is_poisoned(memory - 1));
}
