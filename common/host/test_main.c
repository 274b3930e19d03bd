/**
 * @file
 * Runs the tests on the host: all, or those whose name holds the first word.
 */
#include "test.h"

int main(int argc, char **argv)
{
	const char *word = argc > 1 && argv[1][0] != '\0' ? argv[1] : NULL;

	return test_run(word) != 0;
}
