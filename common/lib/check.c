/**
 * @file
 * The cold half of ASSERT: see check.h.
 */
#include "check.h"

_Noreturn void assert_failed(const char *file, int line, const char *condition,
                             const char *format, ...)
{
	char    values[160];
	va_list args;

	va_start(args, format);
	kvsnprintf(values, sizeof(values), format, args);
	va_end(args);
	panic("%s:%d: %s is false: %s", file, line, condition, values);
}
