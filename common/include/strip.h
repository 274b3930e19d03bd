/**
 * @file
 * A strip: the memory map as one coloured line, drawn after each stage.
 *
 *     name   |####|r|##########|u|#####.......|rr|...|  127.4 MiB free
 *            64K  1M          16M             4G    1T
 *
 * The scale is that of lesson 1's picture, logarithmic: each doubling from
 * 64 KiB to 1 TiB is as wide as every other, and equal steps lie between.
 *
 * A stage that prints may also draw.  A strip begins as a copy of the one
 * before, so a stage paints only what it has found out or changed, the later
 * over the earlier, and ends with a total:
 *
 *     console_strip_begin("occupy");
 *     console_strip_range(base, end, COLOUR_USED);
 *     console_strip_end("%s used", text);
 *
 * Where nobody shows strips (a text screen, the host) that does nothing.
 */
#ifndef STRIP_H
#define STRIP_H

#include "console.h"

#define STRIP_COLUMNS_MAX 1280 /**< A screen has about as many pixels. */
#define STRIP_NAME_BYTES  12   /**< A name is cut to fit, with its NUL. */
#define STRIP_TOTAL_BYTES 32   /**< A total too. */
#define STRIP_LEAST_POWER 16   /**< Left edge: 0 to 2^16 have no width. */
#define STRIP_DOUBLINGS   24   /**< From there to the right edge. */

/** One strip, as it grows. */
struct strip {
	char     name[STRIP_NAME_BYTES];    /**< Whose it is. */
	char     total[STRIP_TOTAL_BYTES];  /**< Written beside it. */
	unsigned columns;                   /**< Up to STRIP_COLUMNS_MAX. */
	uint8_t  colour[STRIP_COLUMNS_MAX]; /**< An enum console_colour each. */
};

/** Begin a strip, on behalf of @p name: a copy of the last one, or at first
 *  COLOUR_HOLE from end to end. */
void console_strip_begin(const char *name);

/**
 * Paint each column that [base, end) touches; what is smaller than a column
 * still gets one.  Empty ranges and those above 1 TiB paint nothing.
 *
 * @param base    first byte
 * @param end     one past the last
 * @param colour  COLOUR_NONE is white: a boundary
 *
 * Takes O(columns) time.
 */
void console_strip_range(paddr_t base, paddr_t end, enum console_colour colour);

/** A boundary at @p base: a white line in its column.  Takes O(columns) time. */
static inline void console_strip_line(paddr_t base)
{
	console_strip_range(base, base + 1, COLOUR_NONE);
}

/** End the strip, with a total to be written beside it, and show it. */
void console_strip_end(const char *format, ...) PRINTF_LIKE(1, 2);

/**
 * Platform: from now on strips are shown by @p show.
 *
 * @param show     NULL: by nobody, as at first
 * @param columns  of a strip, 1 to STRIP_COLUMNS_MAX
 */
void console_strip_to(void (*show)(const struct strip *strip),
                      unsigned columns);

/** Column of address @p paddr in a strip of so many: @p columns from 1 TiB
 *  on.  Never falls as addresses rise.  Takes constant time. */
unsigned strip_column(unsigned columns, paddr_t paddr);

/** What console_strip_range() does, to any strip. */
void strip_paint(struct strip *strip, paddr_t base, paddr_t end,
                 enum console_colour colour);

#endif
