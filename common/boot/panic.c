/**
 * @file
 * See panic.h, and panic() in check.h.
 */
#include "panic.h"

#include "backtrace.h"
#include "check.h"
#include "machine.h"

#define COLUMNS 80

void screen_begin(void)
{
	static unsigned   screens;
	static const char again[] = "\npanic: a fault while printing the"
				    " screen above\n";

	if (screens++ == 0)
		return;
	/* kprintf() may be what is broken. */
	console_write(again, sizeof(again) - 1);
	machine_fail();
}

void screen_rule(void)
{
	for (unsigned i = 0; i < COLUMNS; i++)
		console_write("-", 1);
	console_write("\n", 1);
}

void screen_end(void)
{
	kprintf(" The kernel has stopped.\n");
	screen_rule();
	machine_fail();
}

void panic(const char *format, ...)
{
	va_list args;

	screen_begin();
	kprintf("\n");
	screen_rule();
	kprintf("%spanic: ", console_colour(COLOUR_RESERVED));
	va_start(args, format);
	kvprintf(format, args);
	va_end(args);
	kprintf("%s\n", console_colour(COLOUR_NONE));
	screen_rule();
	backtrace_print(0, 0, (uintptr_t)__builtin_frame_address(0));
	screen_end();
}
