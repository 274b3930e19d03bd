/**
 * @file
 * Runs all tests on the host, those near one source first, up to the first
 * that fails: what the judge of mutants asks (mutate.py).
 *
 *     tests-near SECONDS SOURCE [ALIKE]
 *
 * stops after SECONDS of processor time.  ALIKE is how many characters the
 * paths of source and test must begin with alike; 0 if it is left out.
 *
 * Prints the name of a test before it runs, so that the last one printed is
 * the one that has noticed.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include "host.h"
#include "test.h"

extern const struct test __start_tests[], __stop_tests[];

void *test_memory(void)
{
	static void *memory;

	/* Of the heap: gcc puts nothing around a variable of such alignment
	 * that its sanitizer could watch. */
	if (memory == NULL)
		memory = aligned_alloc(4096, TEST_MEMORY_BYTES);
	return memory;
}

/* How many characters two paths begin with alike. */
static size_t alike(const char *a, const char *b)
{
	size_t count = 0;

	while (a[count] != '\0' && a[count] == b[count])
		count++;
	return count;
}

/* The test whose turn it is: the nearest of those that have not run. */
static const struct test *nearest(const char *source, const bool *has_run)
{
	const struct test *best = NULL;

	for (const struct test *t = __start_tests; t < __stop_tests; t++)
		if (!has_run[t - __start_tests] &&
		    (best == NULL ||
		     alike(t->file, source) > alike(best->file, source)))
			best = t;
	return best;
}

int main(int argc, char **argv)
{
	size_t             tests = (size_t)(__stop_tests - __start_tests);
	bool              *has_run = calloc(tests, sizeof(*has_run));
	struct itimerval   limit = { 0 };
	const struct test *next;
	size_t             least = argc > 3 ? (size_t)atol(argv[3]) : 0;

	if (argc < 3 || has_run == NULL)
		return 2;
	limit.it_value.tv_sec = atol(argv[1]);
	setitimer(ITIMER_PROF, &limit, NULL);
	host_print_to(NULL);
	while ((next = nearest(argv[2], has_run)) != NULL &&
	       alike(next->file, argv[2]) >= least) {
		has_run[next - __start_tests] = true;
		printf("%s\n", next->name);
		fflush(stdout);
		if (test_run(next->name) != 0)
			return 1;
	}
	free(has_run);
	return 0;
}
