/**
 * @file
 * Colours: see console.h.
 */
#include "console.h"

static bool colours;

void console_set_colours(bool on)
{
	colours = on;
}

const char *console_colour(enum console_colour colour)
{
	static const char *const sequence[] = {
		[COLOUR_NONE] = "\033[0m",      [COLOUR_FREE] = "\033[32m",
		[COLOUR_USED] = "\033[33m",     [COLOUR_RESERVED] = "\033[31m",
		[COLOUR_FIRMWARE] = "\033[34m", [COLOUR_HOLE] = "\033[90m",
	};

	return colours ? sequence[colour] : "";
}
