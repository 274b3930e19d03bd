/**
 * @file
 * Tests of font.h: what is drawn, and files that lie.
 */
#include "font.h"

#include "kstring.h"
#include "test.h"

#define PSF2_HEAD  32
#define FILE_BYTES (PSF2_HEAD + 128 * 4)

/* Little endian, as the file has it. */
static void put(unsigned char *file, unsigned at, uint32_t value)
{
	memcpy(file + at, &value, sizeof(value));
}

/* A PSF2 file of 128 glyphs, 10 x 2, in the last bytes of the test's memory,
 * where a sanitizer watches its end. */
static unsigned char *psf2(uint64_t bytes)
{
	unsigned char *file =
		(unsigned char *)test_memory() + TEST_MEMORY_BYTES - bytes;
	unsigned char         whole[FILE_BYTES];
	static const uint32_t head[] = { 0x864ab572, 0, PSF2_HEAD, 0,
		                         128,        4, 2,         10 };

	memset(whole, 0, sizeof(whole));
	for (unsigned i = 0; i < 8; i++)
		put(whole, i * 4, head[i]);
	whole[PSF2_HEAD + 4 * 'A'] = 0xaa;
	memcpy(file, whole, min_u64(bytes, sizeof(whole)));
	return file;
}

static enum font_status parse_with(unsigned at, uint32_t value)
{
	struct font    font = { 0 };
	unsigned char *file = psf2(FILE_BYTES);

	put(file, at, value);
	return font_parse(&font, file, FILE_BYTES);
}

TEST(font_built_in_draws_each_character_differently)
{
	struct font font = font_ascii();

	for (unsigned a = ' '; a < 127; a++)
		for (unsigned b = ' '; b < a; b++)
			CHECK(memcmp(font_glyph(&font, (unsigned char)a),
			             font_glyph(&font, (unsigned char)b),
			             font.glyph_bytes) != 0);
}

/* The letter's top, its stem's foot, and nothing outside. */
TEST(font_built_in_T_is_a_T)
{
	struct font          font = font_ascii();
	const unsigned char *row = font_glyph(&font, 'T');

	CHECK_EQ(row[1], 0);
	CHECK_EQ(row[2], 0x7c);
	CHECK_EQ(row[11], 0x10);
	CHECK_EQ(row[12], 0);
}

TEST(font_unknown_characters_are_question_marks)
{
	struct font          font = font_ascii();
	const unsigned char *mark = font_glyph(&font, '?');

	CHECK(font_glyph(&font, 0) == mark);
	CHECK(font_glyph(&font, 31) == mark);
	CHECK(font_glyph(&font, 128) == mark);
	CHECK(font_glyph(&font, 255) == mark);
}

TEST(font_psf2_file_is_read)
{
	struct font    font = { 0 };
	unsigned char *file = psf2(FILE_BYTES);

	CHECK_EQ(font_parse(&font, file, FILE_BYTES), FONT_OK);
	CHECK_EQ(font.width, 10);
	CHECK_EQ(font.height, 2);
	CHECK_EQ(font.row_bytes, 2);
	CHECK_EQ(font_glyph(&font, 'A')[0], 0xaa);
	CHECK(font_glyph(&font, 200) == font_glyph(&font, '?'));
}

TEST(font_psf1_file_is_read)
{
	const uint64_t bytes = 4 + 256 * 14;
	unsigned char *file =
		(unsigned char *)test_memory() + TEST_MEMORY_BYTES - bytes;
	struct font font = { 0 };

	memset(file, 0, bytes);
	memcpy(file, "\x36\x04\x00\x0e", 4);
	file[4 + 14 * 'A' + 13] = 0x55;
	CHECK_EQ(font_parse(&font, file, bytes), FONT_OK);
	CHECK_EQ(font.width, 8);
	CHECK_EQ(font.height, 14);
	CHECK_EQ(font_glyph(&font, 'A')[13], 0x55);
	file[2] = 1; /* 512 glyphs */
	CHECK_EQ(font_parse(&font, file, bytes), FONT_CUT);
}

TEST(font_file_cut_anywhere_is_refused)
{
	struct font font = { 0 };

	for (uint64_t bytes = 0; bytes < FILE_BYTES; bytes++)
		CHECK(font_parse(&font, psf2(bytes), bytes) != FONT_OK);
	CHECK(font.glyphs == NULL);
}

TEST(font_absurd_head_is_refused)
{
	static const struct {
		unsigned         at;
		uint32_t         value;
		enum font_status status;
	} row[] = {
		{ 0, 0, FONT_NOT_ONE },
		{ 4, 1, FONT_STRANGE },  /* version */
		{ 8, 31, FONT_STRANGE }, /* glyphs inside the head */
		{ 8, 33, FONT_CUT },
		{ 8, UINT32_MAX, FONT_CUT }, /* glyphs behind the file */
		{ 16, 0, FONT_STRANGE },     /* no glyphs */
		{ 16, 127, FONT_STRANGE },
		{ 16, 129, FONT_CUT },
		{ 16, UINT32_MAX, FONT_STRANGE },
		{ 20, 0, FONT_STRANGE }, /* glyphs overlap */
		{ 20, 3, FONT_STRANGE },
		{ 20, 5, FONT_CUT },
		{ 20, UINT32_MAX, FONT_CUT },
		{ 24, 0, FONT_STRANGE }, /* height */
		{ 24, 65, FONT_STRANGE },
		{ 24, UINT32_MAX, FONT_STRANGE },
		{ 28, 0, FONT_STRANGE },          /* width */
		{ 28, 17, FONT_STRANGE },         /* rows of 3 bytes */
		{ 28, UINT32_MAX, FONT_STRANGE }, /* (width + 7) wraps */
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(parse_with(row[i].at, row[i].value), row[i].status);
}
