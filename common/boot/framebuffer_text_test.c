/**
 * @file
 * Tests of framebuffer_text.h: what stands where, and that the picture shows
 * it.
 */
#include "framebuffer_text.h"

#include "kstring.h"
#include "test.h"

#define COLUMNS 5
#define ROWS    4

/* A font of one pixel: characters with an odd code are set.  So a screen of
 * 5 x 4 cells is a picture of 5 x 4 pixels. */
static unsigned char dots[256];

/* Both lie in the test's memory, which every kernel has anyway. */
static struct text *screen;

static struct picture picture_of(uint32_t width, uint32_t height)
{
	return (struct picture){ (unsigned char *)(screen + 1), width * 4,
		                 width, height, 4 };
}

static const struct boot_framebuffer format = {
	.bits = 32,
	.red_shift = 16,
	.red_bits = 8,
	.green_shift = 8,
	.green_bits = 8,
	.blue_bits = 8,
};

static bool begin(uint32_t width, uint32_t height)
{
	struct font font = { .glyphs = dots,
		             .count = 256,
		             .glyph_bytes = 1,
		             .row_bytes = 1,
		             .width = 1,
		             .height = 1 };

	screen = test_memory();
	for (unsigned i = 0; i < 256; i++)
		dots[i] = (unsigned char)(i % 2 << 7);
	return text_init(screen, picture_of(width, height), &format, font);
}

static void show(const char *characters)
{
	text_write(screen, characters, strlen(characters));
}

/* Blanks as dots. */
static const char *row_text(unsigned row)
{
	static char text[COLUMNS + 1];

	for (unsigned i = 0; i < COLUMNS; i++) {
		char c = (char)screen->cell[row][i].character;

		text[i] = c == ' ' ? '.' : c;
	}
	return text;
}

/* Cells below @top whose pixel is not what they say. */
static unsigned wrong_pixels(void)
{
	unsigned wrong = 0;

	for (unsigned i = screen->top; i < screen->rows; i++)
		for (unsigned k = 0; k < screen->columns; k++) {
			struct cell cell = screen->cell[i][k];
			unsigned    colour = cell.character % 2 != 0
			                             ? cell.colours & 15
			                             : cell.colours >> 4;
			uint32_t    pixel;

			memcpy(&pixel,
			       screen->picture.memory +
			               i * screen->picture.pitch + k * 4,
			       4);
			wrong += pixel != screen->pixel[colour];
		}
	return wrong;
}

TEST(text_wraps_and_obeys_control_characters)
{
	CHECK(begin(COLUMNS, ROWS));
	show("12345\n6\r78\n\t9");
	CHECK_TEXT(row_text(0), "12345"); /* and no empty line behind it */
	CHECK_TEXT(row_text(1), "78...");
	CHECK_TEXT(row_text(2), ".....");
	CHECK_TEXT(row_text(3), "9....");
	CHECK_EQ(wrong_pixels(), 0);
}

TEST(text_scrolls_and_the_picture_follows)
{
	CHECK(begin(COLUMNS, ROWS));
	show("a\nb\nc\nd\n\033[31me");
	CHECK_TEXT(row_text(0), "b....");
	CHECK_TEXT(row_text(3), "e....");
	CHECK_EQ(screen->cell[3][0].colours, 1);
	CHECK_EQ(wrong_pixels(), 0);
}

/*     a        (reserved)
 *     b   -->  a
 *     _        b
 *              _            */
TEST(text_moves_down_for_a_reserved_row)
{
	CHECK(begin(COLUMNS, ROWS));
	show("a\nb\n");
	CHECK_EQ(text_reserve(screen, 1), 1);
	CHECK_TEXT(row_text(1), "a....");
	CHECK_TEXT(row_text(2), "b....");
	CHECK_EQ(screen->row, 3);
	CHECK_EQ(text_reserve(screen, 1), 1); /* the oldest line leaves */
	CHECK_TEXT(row_text(2), "b....");
	CHECK_EQ(screen->row, 3);
	show("c\nd");
	CHECK_TEXT(row_text(2), "c....");
	CHECK_TEXT(row_text(3), "d....");
	CHECK_EQ(wrong_pixels(), 0);
}

TEST(text_in_another_colour_is_drawn_again)
{
	CHECK(begin(COLUMNS, ROWS));
	show("a\r\033[31ma");
	CHECK_TEXT(row_text(0), "a....");
	CHECK_EQ(screen->cell[0][0].colours, 1);
	CHECK_EQ(wrong_pixels(), 0);
}

static uint32_t dot(unsigned row, unsigned column)
{
	uint32_t pixel;

	memcpy(&pixel,
	       screen->picture.memory + row * screen->picture.pitch +
	               column * 4,
	       4);
	return pixel;
}

TEST(text_in_a_reserved_row_ends_at_the_edge)
{
	CHECK(begin(COLUMNS, ROWS));
	CHECK_EQ(text_reserve(screen, 1), 1);
	text_draw_at(screen, 0, 3, 4, "aaaa");
	CHECK_EQ(dot(0, 2), screen->pixel[0]);
	CHECK_EQ(dot(0, 3), screen->pixel[4]);
	CHECK_EQ(dot(0, 4), screen->pixel[4]);
	CHECK_EQ(dot(1, 0), screen->pixel[0]);
	CHECK_EQ(wrong_pixels(), 0);
}

TEST(text_keeps_one_row_for_itself)
{
	CHECK(begin(COLUMNS, ROWS));
	CHECK_EQ(text_reserve(screen, 99), ROWS - 1);
	show("a\nb\nc");
	CHECK_TEXT(row_text(ROWS - 1), "c....");
	CHECK_EQ(wrong_pixels(), 0);
}

TEST(text_any_bytes_stay_on_the_screen)
{
	uint64_t state = 7;

	CHECK(begin(COLUMNS, ROWS));
	for (unsigned i = 0; i < 20000; i++) {
		char c = (char)test_random(&state);

		text_write(screen, &c, 1);
		if (i % 5000 == 4999)
			text_reserve(screen, 1);
	}
	CHECK(screen->row >= screen->top && screen->row < ROWS);
	CHECK_EQ(wrong_pixels(), 0);
}

TEST(text_large_pictures_get_large_characters)
{
	static const struct {
		uint32_t width, height;
		unsigned scale, columns, rows;
	} row[] = {
		{ 1, 1, 1, 1, 1 },
		{ 100, 37, 1, 100, 37 },
		{ 199, 60, 1, TEXT_COLUMNS_MAX, TEXT_ROWS_MAX },
		{ 240, 67, 2, 120, 33 },
		{ 480, 80, 4, 120, 20 },
		{ 480, 3, 4, 0, 0 }, /* no row of that height */
		{ 0, 80, 1, 0, 0 },  /* no column */
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		bool fits = begin(row[i].width, row[i].height);

		CHECK(fits == (row[i].rows > 0));
		if (!fits)
			continue;
		CHECK_EQ(screen->scale, row[i].scale);
		CHECK_EQ(screen->columns, row[i].columns);
		CHECK_EQ(screen->rows, row[i].rows);
	}
}
