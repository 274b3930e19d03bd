/**
 * @file
 * Text out: printf for stages, and the one function a platform gives it.
 *
 * A stage prints with kprintf() and never asks where the text goes.  In the
 * kernel console_write() sends it to the serial port and to the screen, on
 * the host to standard output.
 *
 * The conversions are those of C's printf without floating point: d i u x X o
 * c s p %, the flags - 0 + space #, width and precision as numbers or *, and
 * the lengths hh h l ll j z t.  The compiler checks each format against its
 * arguments.
 *
 * Source: ISO C11, "The fprintf function".
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdarg.h>
#include "types.h"

/** Lets the compiler compare a format with its arguments. */
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/** Print formatted text, of any length.  Takes time by its characters, and no
 * memory but a little stack. */
void kprintf(const char *format, ...) PRINTF_LIKE(1, 2);

/** kprintf() with the arguments in @p args. */
void kvprintf(const char *format, va_list args) PRINTF_LIKE(1, 0);

/**
 * Format into memory.
 *
 * @param text    room for @p bytes characters; may be NULL if @p bytes is 0
 * @param bytes   what fits is written and, unless @p bytes is 0, ended by NUL
 * @param format  as for kprintf()
 * @return characters that the whole text has, without its NUL; the text was
 *         cut where this is @p bytes or more.  Takes time by these
 */
size_t ksnprintf(char *text, size_t bytes, const char *format, ...)
	PRINTF_LIKE(3, 4);

/** ksnprintf() with the arguments in @p args. */
size_t kvsnprintf(char *text, size_t bytes, const char *format, va_list args)
	PRINTF_LIKE(3, 0);

/** Platform: show @p bytes characters.  '\n' ends a line.  Takes as long as
 * the console does: a serial port of 115200 baud shows 11520 in a second. */
void console_write(const char *text, size_t bytes);

/**
 * For tests: from now on what is printed goes to memory, and not to the
 * console.
 *
 * @param text   gets what fits, ended by NUL; NULL: the console again
 * @param bytes  room there, at least 1
 */
void console_capture(char *text, size_t bytes);

/** What kprintf() calls: console_write(), unless a test captures. */
void console_show(const char *text, size_t bytes);

/** Room for the text of bytes_text(). */
#define BYTES_TEXT_BYTES 16

/**
 * Write @p bytes for people: "639 KiB", "127.5 MiB", "1 TiB".  One decimal
 * where it is not whole, rounded down.
 *
 * @return @p text.  Takes constant time
 */
const char *bytes_text(char text[BYTES_TEXT_BYTES], uint64_t bytes);

/** What a colour says, so that all lessons use it alike. */
enum console_colour {
	COLOUR_NONE,     /**< Back to the terminal's own. */
	COLOUR_FREE,     /**< Green: memory that may be given out. */
	COLOUR_USED,     /**< Yellow: RAM that something occupies. */
	COLOUR_RESERVED, /**< Red: never ours. */
	COLOUR_FIRMWARE, /**< Blue: ACPI tables and the firmware's state. */
	COLOUR_HOLE,     /**< Grey: nothing is there. */
};

/**
 * The terminal's escape sequence for a colour, or "" where colours are off,
 * as they are until console_set_colours() turns them on.
 */
const char *console_colour(enum console_colour colour);

/** Turn colours on (a terminal reads us) or off (a file, or NO_COLOR). */
void console_set_colours(bool on);

#endif
