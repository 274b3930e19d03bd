/**
 * @file
 * See font.h: the files that hold fonts.
 */
#include "font.h"

#include "boot_info_parse.h"

#define PSF1_MAGIC 0x0436 /* its first two bytes */
#define PSF1_HEAD  4
#define PSF1_512   0x01 /* mode: 512 glyphs, not 256 */

#define PSF2_MAGIC 0x864ab572
#define PSF2_HEAD  32

/* Fewer cannot have each ASCII character in its place. */
#define GLYPHS_LEAST 128
#define GLYPHS_MOST  0x10000

static enum font_status take(struct font *font, struct font found,
                             const unsigned char *file, uint64_t bytes,
                             uint64_t head)
{
	if (found.width < 1 || found.width > FONT_PIXELS_MAX ||
	    found.height < 1 || found.height > FONT_PIXELS_MAX)
		return FONT_STRANGE;
	if (found.count < GLYPHS_LEAST || found.count > GLYPHS_MOST)
		return FONT_STRANGE;
	found.row_bytes = (found.width + 7) / 8;
	if (found.glyph_bytes < found.row_bytes * found.height)
		return FONT_STRANGE;
	/* Both factors have 32 bits. */
	if (head > bytes ||
	    (uint64_t)found.count * found.glyph_bytes > bytes - head)
		return FONT_CUT;
	found.glyphs = file + head;
	*font = found;
	return FONT_OK;
}

static enum font_status take_psf1(struct font *font, const unsigned char *file,
                                  uint64_t bytes)
{
	struct font found = { .count = file[2] & PSF1_512 ? 512 : 256,
		              .glyph_bytes = file[3],
		              .width = 8,
		              .height = file[3] };

	return take(font, found, file, bytes, PSF1_HEAD);
}

static enum font_status take_psf2(struct font *font, const unsigned char *file,
                                  uint64_t bytes)
{
	struct font found;

	if (bytes < PSF2_HEAD)
		return FONT_CUT;
	found = (struct font){ .count = load_u32(file + 16),
		               .glyph_bytes = load_u32(file + 20),
		               .height = load_u32(file + 24),
		               .width = load_u32(file + 28) };
	/* Its version, at +4, has only ever been 0. */
	if (load_u32(file + 4) != 0 || load_u32(file + 8) < PSF2_HEAD)
		return FONT_STRANGE;
	return take(font, found, file, bytes, load_u32(file + 8));
}

enum font_status font_parse(struct font *font, const void *file, uint64_t bytes)
{
	const unsigned char *byte = file;

	if (bytes < PSF1_HEAD)
		return FONT_NOT_ONE;
	if ((byte[0] | byte[1] << 8) == PSF1_MAGIC)
		return take_psf1(font, byte, bytes);
	if (load_u32(byte) == PSF2_MAGIC)
		return take_psf2(font, byte, bytes);
	return FONT_NOT_ONE;
}

const unsigned char *font_glyph(const struct font *font, unsigned char c)
{
	uint32_t index = c - font->first; /* wraps below the first */

	if (index >= font->count)
		index = '?' - font->first;
	return font->glyphs + (size_t)index * font->glyph_bytes;
}
