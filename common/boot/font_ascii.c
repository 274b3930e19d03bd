/**
 * @file
 * The built-in font, which font_ascii.txt shows: see font.h.
 */
#include "font.h"

#define WIDTH  8
#define HEIGHT 16
#define FIRST  32
#define COUNT  96

static const unsigned char rows[COUNT * HEIGHT] = {
#include "font_ascii.h" /* made by font.awk */
};

struct font font_ascii(void)
{
	return (struct font){ .glyphs = rows,
		              .first = FIRST,
		              .count = COUNT,
		              .glyph_bytes = HEIGHT,
		              .row_bytes = 1,
		              .width = WIDTH,
		              .height = HEIGHT };
}
