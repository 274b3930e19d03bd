/**
 * @file
 * Runs the tests on the host: all, or those whose name holds the first word.
 */
#include <stdlib.h>
#include "test.h"

void *test_memory(void)
{
	static void *memory;

	/* Of the heap: gcc puts nothing around a variable of such alignment
	 * that its sanitizer could watch. */
	if (memory == NULL)
		memory = aligned_alloc(4096, TEST_MEMORY_BYTES);
	return memory;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 && argv[1][0] != '\0' ? argv[1] : NULL;

	return test_run(word) != 0;
}
