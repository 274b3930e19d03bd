/**
 * @file
 * The test kit: the same test runs on the host and in the booted kernel.
 *
 *     TEST(e820_stronger_type_cuts_a_hole)
 *     {
 *             CHECK_EQ(map.count, 3);
 *     }
 *
 * The name is a sentence that is false when the test fails.  A test registers
 * itself: its record goes into a section that the linker collects, so none
 * can be forgotten.  CHECK reports and goes on.  The report is KTAP, which
 * prove and the kernel's own tools read.
 *
 * Source: Linux Documentation/dev-tools, "The Kernel Test Anything Protocol".
 */
#ifndef TEST_H
#define TEST_H

#include "console.h"

/** One test, as the linker collects them. */
struct test {
	const char *name;  /**< What is true where it passes. */
	void (*run)(void); /**< Its body. */
	const char *file;  /**< Where it stands. */
};

/** Begin a test; its body follows. */
#define TEST(test_name)                                                        \
	static void              test_name(void);                              \
	static const struct test test_name##_record                            \
		__attribute__((section("tests"), used, aligned(8))) = {        \
			#test_name, test_name, __FILE__                        \
		};                                                             \
	static void test_name(void)

/** The test fails unless @p condition holds; it goes on in any case. */
#define CHECK(condition) test_check(condition, __FILE__, __LINE__, #condition)

/** CHECK() that two numbers are equal, and shows both where they are not. */
#define CHECK_EQ(value, expected)                                              \
	test_check_eq((uint64_t)(value), (uint64_t)(expected), __FILE__,       \
	              __LINE__, #value " == " #expected)

/** CHECK() that two texts are equal; NULL equals only NULL. */
#define CHECK_TEXT(value, expected)                                            \
	test_check_text(value, expected, __FILE__, __LINE__, #value)

/**
 * Run all tests whose name holds @p word, or all where it is NULL, and print
 * them as KTAP.
 *
 * @return how many failed; 1 where no name holds @p word
 */
unsigned test_run(const char *word);

/** How much test_memory() is. */
#define TEST_MEMORY_BYTES (256 * KiB)

/**
 * Platform: TEST_MEMORY_BYTES bytes for the running test, page-aligned and of
 * any content.  It is the same memory for each test, so that tests add nothing
 * to a kernel that boots in 2 MiB.  On the host, a sanitizer watches its end.
 */
void *test_memory(void);

/** CHECK_TEXT() of @p call while @p place has another value. */
#define CHECK_BROKEN(place, value, call, expected)                             \
	do {                                                                   \
		__typeof__(place) kept = (place);                              \
		(place) = (value);                                             \
		CHECK_TEXT(call, expected);                                    \
		(place) = kept;                                                \
	} while (0)

/** All that @p call prints, without colours, as one text; the next call of
 *  this writes over it.  What is beyond 8 KiB is cut. */
#define PRINTED(call) (test_capture(), (call), test_captured())

/** PRINTED() begins, */
void test_capture(void);
/** ends, and gives the text. */
const char *test_captured(void);

/** A number that differs each call, the same in each run. */
uint64_t test_random(uint64_t *state);

/** CHECK() is this with its place. @return @p holds */
bool test_check(bool holds, const char *file, int line, const char *sentence);
/** CHECK_EQ() is this with its place. @return whether they are equal */
bool test_check_eq(uint64_t value, uint64_t expected, const char *file,
                   int line, const char *sentence);
/** CHECK_TEXT() is this with its place. @return whether they are equal */
bool test_check_text(const char *value, const char *expected, const char *file,
                     int line, const char *sentence);

#endif
