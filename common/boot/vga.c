/**
 * @file
 * See vga.h.
 */
#include "vga.h"

#include <stdbool.h>
#include <stdint.h>

#include "kstring.h"
#include "layout.h"
#include "ports.h"

#define COLUMNS         80
#define ROWS            25

#define TEXT_PADDR      0xb8000
#define MODE_PADDR      0x449 /* the BIOS data area's current video mode */
#define MODE_TEXT       3     /* 80 x 25 in 16 colours */

#define CRT_INDEX       0x3d4
#define CRT_DATA        0x3d5
#define CRT_CURSOR_HIGH 14
#define CRT_CURSOR_LOW  15

#define PLAIN           0x07 /* light grey on black */
#define BRIGHT          0x08

enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_NUMBER };

static uint16_t *cells; /* NULL: no screen */
static unsigned  row, column;
static uint8_t   attribute = PLAIN;

static enum escape escape;
static unsigned    number;

static void clear_row(unsigned which)
{
	for (unsigned i = 0; i < COLUMNS; i++)
		cells[which * COLUMNS + i] = PLAIN << 8 | ' ';
}

void vga_init(void)
{
	const volatile uint8_t *mode =
		(const volatile uint8_t *)(DIRECT_MAP + MODE_PADDR);

	if (*mode != MODE_TEXT)
		return;
	cells = (uint16_t *)(DIRECT_MAP + TEXT_PADDR);
	for (unsigned i = 0; i < ROWS; i++)
		clear_row(i);
	row = column = 0;
}

void vga_off(void)
{
	cells = NULL;
}

static void new_line(void)
{
	column = 0;
	if (++row < ROWS)
		return;
	row = ROWS - 1;
	memmove(cells, cells + COLUMNS, (ROWS - 1) * COLUMNS * sizeof(*cells));
	clear_row(row);
}

/* Terminals count colours red, green, blue from bit 0, VGA from bit 2. */
static uint8_t vga_colour(unsigned terminal)
{
	return (uint8_t)((terminal & 1) << 2 | (terminal & 2) |
	                 (terminal & 4) >> 2);
}

static void set_rendition(unsigned code)
{
	if (code == 0)
		attribute = PLAIN;
	else if (code == 1)
		attribute |= BRIGHT;
	else if (code >= 30 && code <= 37)
		attribute =
			(uint8_t)((attribute & 0xf8) | vga_colour(code - 30));
	else if (code == 39)
		attribute = (uint8_t)((attribute & 0xf0) | PLAIN);
	else if (code >= 40 && code <= 47)
		attribute = (uint8_t)((attribute & 0x0f) | vga_colour(code - 40)
		                                                   << 4);
	else if (code >= 90 && code <= 97)
		attribute = (uint8_t)((attribute & 0xf0) | BRIGHT |
		                      vga_colour(code - 90));
}

/* Whether the character belonged to an escape sequence. */
static bool take_escape(char c)
{
	if (escape == ESCAPE_NONE) {
		if (c == '\033')
			escape = ESCAPE_BEGUN;
		return c == '\033';
	}
	if (escape == ESCAPE_BEGUN) {
		escape = c == '[' ? ESCAPE_NUMBER : ESCAPE_NONE;
		number = 0;
		return true;
	}
	if (c >= '0' && c <= '9') {
		number = (number * 10 + (unsigned)(c - '0')) % 1000;
		return true;
	}
	if (c == ';' || c == 'm')
		set_rendition(number);
	number = 0;
	if (c != ';')
		escape = ESCAPE_NONE;
	return true;
}

static void put(char c)
{
	if (c == '\n') {
		new_line();
	} else if (c == '\r') {
		column = 0;
	} else if (c == '\t') {
		column = (column + 8) / 8 * 8;
	} else {
		/* Only now, so that a full line makes no empty one. */
		if (column >= COLUMNS)
			new_line();
		cells[row * COLUMNS + column++] =
			(uint16_t)(attribute << 8 | (uint8_t)c);
	}
}

static void move_cursor(void)
{
	unsigned at = row * COLUMNS + column;

	port_write(CRT_INDEX, CRT_CURSOR_HIGH);
	port_write(CRT_DATA, (uint8_t)(at >> 8));
	port_write(CRT_INDEX, CRT_CURSOR_LOW);
	port_write(CRT_DATA, (uint8_t)at);
}

void vga_write(const char *text, size_t bytes)
{
	if (cells == NULL)
		return;
	for (size_t i = 0; i < bytes; i++) {
		if (!take_escape(text[i]))
			put(text[i]);
	}
	move_cursor();
}
