/**
 * @file
 * Fonts: a picture of a cell for each character.
 *
 * One is built in, drawn in font_ascii.txt.  Others come as boot modules in the
 * format of the Linux console, PSF.  A file is not trusted: each number of
 * its head is held against the bytes that are there before it is used.
 *
 * A glyph is a row of bits after the other, the leftmost pixel in bit 7, each
 * row on bytes of its own:
 *
 *      width 10, height 3     #.#.#.#.#.       0xaa 0x80
 *                             ##########       0xff 0xc0
 *                             ..........       0x00 0x00
 *
 * Source: "PC Screen Font" of the kbd project, psf.h.
 */
#ifndef FONT_H
#define FONT_H

#include "types.h"

/** Pixels of a cell each way that a screen can use. */
#define FONT_PIXELS_MAX 64

/** Glyphs of one shape for the characters from @p first on. */
struct font {
	const unsigned char *glyphs;      /**< The first one's first row. */
	uint32_t             first;       /**< Character of the first glyph. */
	uint32_t             count;       /**< Glyphs; '?' is among them. */
	uint32_t             glyph_bytes; /**< From one glyph to the next. */
	uint32_t             row_bytes;   /**< From one row to the next. */
	uint32_t             width;       /**< Pixels of a cell, at least 1. */
	uint32_t             height;      /**< Rows of a cell. */
};

/** Whether a file is a font. */
enum font_status {
	FONT_OK,      /**< It can be used. */
	FONT_NOT_ONE, /**< It does not begin as PSF1 or PSF2 do. */
	FONT_CUT,     /**< The glyphs it announces are not all there. */
	FONT_STRANGE, /**< A size that no screen can use, or too few glyphs. */
};

/** The built-in font: ASCII, 8 x 16. */
struct font font_ascii(void);

/**
 * Read a PSF1 or PSF2 file.  Glyphs are taken in the order of ASCII, as fonts
 * for Latin scripts have them; a table of Unicode behind them is not read.
 *
 * @param font   set to point into @p file; unchanged unless FONT_OK is
 *               returned
 * @param file   need not be aligned; must stay as long as @p font is used
 * @param bytes  how many may be read there
 */
enum font_status font_parse(struct font *font, const void *file,
                            uint64_t bytes);

/** The rows of a character's glyph, or of '?' where it has none. */
const unsigned char *font_glyph(const struct font *font, unsigned char c);

#endif
