/**
 * @file
 * See framebuffer_pixel.h.
 */
#include "framebuffer_pixel.h"

#include "check.h"

static uint32_t pack_one(uint32_t value, unsigned shift, unsigned bits)
{
	return bits == 0 ? 0 : value >> (8 - bits) << shift;
}

uint32_t pixel_pack(const struct boot_framebuffer *format, uint32_t rgb)
{
	return pack_one(rgb >> 16 & 0xff, format->red_shift, format->red_bits) |
	       pack_one(rgb >> 8 & 0xff, format->green_shift,
	                format->green_bits) |
	       pack_one(rgb & 0xff, format->blue_shift, format->blue_bits);
}

/* Write @count pixels from @to on; returns where the next one belongs.  The
 * compiler's own memcpy is one instruction, ours would be a call. */
static unsigned char *put(unsigned char *to, uint32_t bytes, uint32_t count,
                          uint32_t pixel)
{
	if (bytes == 4) {
		for (; count > 0; count--, to += 4)
			__builtin_memcpy(to, &pixel, 4);
		return to;
	}
	for (; count > 0; count--, to += 3) {
		to[0] = (unsigned char)pixel;
		to[1] = (unsigned char)(pixel >> 8);
		to[2] = (unsigned char)(pixel >> 16);
	}
	return to;
}

static unsigned char *line_at(const struct picture *picture, uint32_t x,
                              uint32_t y)
{
	return picture->memory + (size_t)y * picture->pitch +
	       (size_t)x * picture->bytes;
}

static void check_box(const struct picture *picture, struct box box)
{
	ASSERT(box.x <= picture->width && box.y <= picture->height &&
	               box.width <= picture->width - box.x &&
	               box.height <= picture->height - box.y,
	       "%u x %u pixels at (%u, %u) of %u x %u", box.width, box.height,
	       box.x, box.y, picture->width, picture->height);
}

void pixel_fill(const struct picture *picture, struct box box, uint32_t pixel)
{
	check_box(picture, box);
	for (uint32_t y = box.y; y < box.y + box.height; y++)
		put(line_at(picture, box.x, y), picture->bytes, box.width,
		    pixel);
}

void pixel_glyph(const struct picture *picture, const struct font *font,
                 const unsigned char *rows, uint32_t x, uint32_t y,
                 uint32_t scale, uint32_t ink, uint32_t paper)
{
	check_box(picture, (struct box){ x, y, font->width * scale,
	                                 font->height * scale });
	for (uint32_t line = 0; line < font->height * scale; line++) {
		const unsigned char *row =
			rows + (size_t)(line / scale) * font->row_bytes;
		unsigned char *to = line_at(picture, x, y + line);

		for (uint32_t i = 0; i < font->width; i++) {
			bool set = row[i / 8] >> (7 - i % 8) & 1;

			to = put(to, picture->bytes, scale, set ? ink : paper);
		}
	}
}
