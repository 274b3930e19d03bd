/**
 * @file
 * How the code speaks of its own mistakes: ASSERT and panic.
 *
 * What comes from outside (firmware, loader, user, callers of an allocator)
 * gets a status and never comes here.
 */
#ifndef CHECK_H
#define CHECK_H

#include "console.h"

/**
 * Platform: print the sentence and stop.  The machine shows its state and
 * halts, the host aborts.
 */
_Noreturn void panic(const char *format, ...) PRINTF_LIKE(1, 2);

/**
 * Stop unless @p condition holds: a sentence about the code, which only a
 * mistake of ours makes false.  The message carries the values:
 *
 *     ASSERT(base < end, "base %llx, end %llx", base, end);
 */
#ifndef ASSERT
#define ASSERT(condition, ...)                                                 \
	do {                                                                   \
		if (__builtin_expect(!(condition), 0))                         \
			assert_failed(__FILE__, __LINE__, #condition,          \
			              __VA_ARGS__);                            \
	} while (0)
#endif

/** ASSERT()'s cold half: "file:line: condition is false: values". */
_Noreturn void assert_failed(const char *file, int line, const char *condition,
                             const char *format, ...) PRINTF_LIKE(4, 5);

#endif
