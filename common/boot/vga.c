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
#include "sgr.h"

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

static uint16_t *cells; /* NULL: no screen */
static unsigned  row, column;

static struct sgr rendition = SGR_PLAIN;

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
	                 (terminal & 4) >> 2 | (terminal & SGR_BRIGHT));
}

static uint16_t cell_of(char c)
{
	unsigned attribute = (unsigned)vga_colour(rendition.paper) << 4 |
	                     vga_colour(rendition.ink);

	return (uint16_t)(attribute << 8 | (uint8_t)c);
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
		cells[row * COLUMNS + column++] = cell_of(c);
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
		if (!sgr_take(&rendition, text[i]))
			put(text[i]);
	}
	move_cursor();
}
