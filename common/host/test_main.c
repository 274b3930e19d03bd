/**
 * @file
 * Runs the tests on the host: all, or those whose name holds the first word.
 */
#include "test.h"

void *test_memory(void)
{
	static _Alignas(4096) unsigned char memory[TEST_MEMORY_BYTES];

	return memory;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 && argv[1][0] != '\0' ? argv[1] : NULL;

	return test_run(word) != 0;
}
