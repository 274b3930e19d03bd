/**
 * @file
 * Pixels in memory: any RGB format of 24 or 32 bits.
 *
 * Nothing here reads a pixel.  Memory of a graphics card takes writes in a
 * row quickly and answers reads slowly: at a hundredth of that speed.
 */
#ifndef FRAMEBUFFER_PIXEL_H
#define FRAMEBUFFER_PIXEL_H

#include "boot_info.h"
#include "font.h"

/** Where pixels go. */
struct picture {
	unsigned char *memory;        /**< Pixel (0, 0): top left. */
	uint32_t       pitch;         /**< Bytes from line to line. */
	uint32_t       width, height; /**< In pixels. */
	uint32_t       bytes;         /**< Of a pixel: 3 or 4. */
};

/** A rectangle of pixels, which must lie in its picture. */
struct box {
	uint32_t x, y;          /**< Top left. */
	uint32_t width, height; /**< In pixels. */
};

/**
 * The pixel of a colour.
 *
 * @param format  says where red, green and blue lie; a colour of fewer than 8
 *                bits loses its lowest ones
 * @param rgb     0xrrggbb
 */
uint32_t pixel_pack(const struct boot_framebuffer *format, uint32_t rgb);

/** Fill @p box with one pixel. */
void pixel_fill(const struct picture *picture, struct box box, uint32_t pixel);

/**
 * Draw a glyph, each of its pixels as a square of @p scale x @p scale.
 *
 * @param picture  where to draw
 * @param font     says how large the glyph is
 * @param rows   from font_glyph()
 * @param x,y    its top left pixel; all of it must lie in the picture
 * @param scale  at least 1
 * @param ink,paper  pixels
 */
void pixel_glyph(const struct picture *picture, const struct font *font,
                 const unsigned char *rows, uint32_t x, uint32_t y,
                 uint32_t scale, uint32_t ink, uint32_t paper);

#endif
