/**
 * @file
 * Tests of framebuffer_strip.h: where the panel puts things.
 */
#include "framebuffer_strip.h"

#include "kstring.h"
#include "test.h"

#define COLUMNS 100
#define ROWS    20
#define WIDTH   2 /* pixels of a cell */
#define HEIGHT  1

static const struct boot_framebuffer format = {
	.bits = 32,
	.red_shift = 16,
	.red_bits = 8,
	.green_shift = 8,
	.green_bits = 8,
	.blue_bits = 8,
};

static unsigned char dots[256];

/* It and its picture lie in the test's memory, which every kernel has. */
static struct text *screen;

static void begin(uint32_t columns, uint32_t rows)
{
	struct font    font = { .glyphs = dots,
		                .count = 256,
		                .glyph_bytes = 1,
		                .row_bytes = 1,
		                .width = WIDTH,
		                .height = HEIGHT };
	struct picture picture = { .pitch = columns * WIDTH * 4,
		                   .width = columns * WIDTH,
		                   .height = rows * HEIGHT,
		                   .bytes = 4 };

	screen = test_memory();
	picture.memory = (unsigned char *)(screen + 1);
	CHECK(text_init(screen, picture, &format, font));
}

static struct strip strip_of(unsigned columns)
{
	struct strip strip = { .name = "stage",
		               .total = "all",
		               .columns = columns };

	memset(strip.colour, COLOUR_HOLE, sizeof(strip.colour));
	return strip;
}

static uint32_t pixel_at(unsigned x, unsigned y)
{
	uint32_t pixel;

	memcpy(&pixel,
	       screen->picture.memory + y * screen->picture.pitch + x * 4, 4);
	return pixel;
}

TEST(panel_shows_a_strip_between_name_and_total)
{
	struct strip strip;

	begin(COLUMNS, ROWS);
	CHECK_EQ(panel_columns(screen), 144);
	strip = strip_of(144);
	strip_paint(&strip, 0, 1, COLOUR_FREE);
	strip_paint(&strip, TiB - 1, TiB, COLOUR_RESERVED);
	panel_add(screen, &strip);

	CHECK_EQ(screen->top, 4); /* legend, scale, strip, blank */
	CHECK_EQ(pixel_at(9 * WIDTH - 1, 2), screen->pixel[0]);
	CHECK_EQ(pixel_at(9 * WIDTH, 2), screen->pixel[2]);
	CHECK_EQ(pixel_at(9 * WIDTH + 1, 2), screen->pixel[TEXT_DIM]);
	CHECK_EQ(pixel_at(9 * WIDTH + 143, 2), screen->pixel[1]);
	CHECK_EQ(pixel_at(9 * WIDTH + 144, 2), screen->pixel[0]);
}

/* "nothing" needs 58 columns; the legend's mark of it is column 49's. */
TEST(panel_shows_of_its_legend_what_fits)
{
	for (uint32_t columns = 57; columns <= 58; columns++) {
		struct strip strip;

		begin(columns, ROWS);
		strip = strip_of(panel_columns(screen));
		panel_add(screen, &strip);
		CHECK_EQ(pixel_at(37 * WIDTH, 0), screen->pixel[4]);
		CHECK_EQ(pixel_at(49 * WIDTH, 0),
		         screen->pixel[columns < 58 ? 0 : TEXT_DIM]);
	}
}

TEST(panel_leaves_room_for_text)
{
	struct strip strip;

	begin(COLUMNS, ROWS);
	strip = strip_of(panel_columns(screen));
	for (unsigned i = 0; i < 100; i++)
		panel_add(screen, &strip);
	CHECK_EQ(screen->top, ROWS - 8);
}

TEST(panel_needs_a_screen_of_some_size)
{
	begin(52, 12);
	CHECK_EQ(panel_columns(screen), 24 * WIDTH);
	begin(51, 12);
	CHECK_EQ(panel_columns(screen), 0);
	begin(52, 11);
	CHECK_EQ(panel_columns(screen), 0);
}

/* A strip may have more columns than the screen has pixels for it. */
TEST(panel_draws_strips_of_any_columns)
{
	static const unsigned columns[] = { 1, 7, 143, STRIP_COLUMNS_MAX };

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		struct strip strip = strip_of(columns[i]);

		begin(COLUMNS, ROWS);
		for (unsigned k = 0; k < columns[i]; k++)
			strip.colour[k] = (uint8_t)(k % 2 != 0 ? COLOUR_USED
			                                       : COLOUR_FREE);
		panel_add(screen, &strip);
		CHECK_EQ(pixel_at(9 * WIDTH + 144, 2), screen->pixel[0]);
		CHECK(pixel_at(9 * WIDTH + 143, 2) != screen->pixel[0]);
	}
}
