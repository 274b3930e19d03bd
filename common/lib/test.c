/**
 * @file
 * The test runner: see test.h.
 */
#include "kstring.h"
#include "test.h"

/* The linker sets these around the section of the same name. */
extern const struct test __start_tests[], __stop_tests[];

/* CHECKs of the running test that did not hold. */
static unsigned failures;

static bool named(const struct test *test, const char *word)
{
	return word == NULL || strstr(test->name, word) != NULL;
}

unsigned test_run(const char *word)
{
	unsigned number = 0, failed = 0, planned = 0;

	for (const struct test *t = __start_tests; t < __stop_tests; t++)
		planned += named(t, word);
	kprintf("KTAP version 1\n1..%u", planned);
	if (planned == 0)
		kprintf(" # SKIP no test has \"%s\" in its name", word);
	kprintf("\n");

	for (const struct test *t = __start_tests; t < __stop_tests; t++) {
		if (!named(t, word))
			continue;
		failures = 0;
		t->run();
		failed += failures != 0;
		kprintf("%s %u %s\n", failures == 0 ? "ok" : "not ok", ++number,
		        t->name);
	}
	return planned == 0 ? 1 : failed;
}

bool test_check(bool holds, const char *file, int line, const char *sentence)
{
	if (holds)
		return true;
	failures++;
	kprintf("# %s:%d: %s is false\n", file, line, sentence);
	return false;
}

bool test_check_eq(uint64_t value, uint64_t expected, const char *file,
                   int line, const char *sentence)
{
	if (value == expected)
		return true;
	failures++;
	kprintf("# %s:%d: %s: %llu (0x%llx) is not %llu (0x%llx)\n", file, line,
	        sentence, (unsigned long long)value, (unsigned long long)value,
	        (unsigned long long)expected, (unsigned long long)expected);
	return false;
}

bool test_check_text(const char *value, const char *expected, const char *file,
                     int line, const char *sentence)
{
	if (value == expected ||
	    (value != NULL && expected != NULL && strcmp(value, expected) == 0))
		return true;
	failures++;
	kprintf("# %s:%d: %s is \"%s\", not \"%s\"\n", file, line, sentence,
	        value == NULL ? "(null)" : value,
	        expected == NULL ? "(null)" : expected);
	return false;
}

static char printed[8 * KiB];
static bool coloured;

void test_capture(void)
{
	coloured = console_colour(COLOUR_FREE)[0] != '\0';
	console_set_colours(false);
	console_capture(printed, sizeof(printed));
}

const char *test_captured(void)
{
	console_capture(NULL, 0);
	console_set_colours(coloured);
	return printed;
}

/* xorshift64 of Marsaglia, "Xorshift RNGs". */
uint64_t test_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}
