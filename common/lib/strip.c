/**
 * @file
 * See strip.h.
 */
#include "strip.h"

#include "kstring.h"

#define FRACTION 16 /* bits behind the point of a logarithm */

static struct strip strip; /* the last one, until the next begins */
static void (*shown_by)(const struct strip *strip);

unsigned strip_column(unsigned columns, paddr_t paddr)
{
	unsigned power;
	uint64_t past, place;

	if (paddr >> STRIP_LEAST_POWER == 0)
		return 0;
	if (paddr >> (STRIP_LEAST_POWER + STRIP_DOUBLINGS) != 0)
		return columns;
	power = 63 - (unsigned)__builtin_clzll(paddr);
	past = paddr - (UINT64_C(1) << power);
	place = (uint64_t)(power - STRIP_LEAST_POWER) << FRACTION |
	        past >> (power - FRACTION);
	return (unsigned)((place * columns / STRIP_DOUBLINGS) >> FRACTION);
}

void strip_paint(struct strip *s, paddr_t base, paddr_t end,
                 enum console_colour colour)
{
	unsigned first = strip_column(s->columns, base);

	if (base >= end || first == s->columns)
		return;
	for (unsigned i = first;
	     i < s->columns && i <= strip_column(s->columns, end - 1); i++)
		s->colour[i] = (uint8_t)colour;
}

void console_strip_to(void (*show)(const struct strip *strip), unsigned columns)
{
	shown_by = show;
	strip.columns = columns;
	memset(strip.colour, COLOUR_HOLE, sizeof(strip.colour));
}

void console_strip_begin(const char *name)
{
	ksnprintf(strip.name, sizeof(strip.name), "%s", name);
}

void console_strip_range(paddr_t base, paddr_t end, enum console_colour colour)
{
	if (shown_by != NULL)
		strip_paint(&strip, base, end, colour);
}

void console_strip_end(const char *format, ...)
{
	va_list args;

	if (shown_by == NULL)
		return;
	va_start(args, format);
	kvsnprintf(strip.total, sizeof(strip.total), format, args);
	va_end(args);
	shown_by(&strip);
}
