/**
 * @file
 * Tests of framebuffer_pixel.h: formats, and nothing outside the box.
 */
#include "framebuffer_pixel.h"

#include "kstring.h"
#include "test.h"

#define UNTOUCHED 0xee

static struct boot_framebuffer rgb(uint8_t bits, uint8_t red, uint8_t green,
                                   uint8_t blue)
{
	return (struct boot_framebuffer){ .bits = bits,
		                          .red_shift = red,
		                          .red_bits = 8,
		                          .green_shift = green,
		                          .green_bits = 8,
		                          .blue_shift = blue,
		                          .blue_bits = 8 };
}

/* width x height pixels whose last byte is the test memory's last one. */
static struct picture picture_of(uint32_t width, uint32_t height,
                                 uint32_t bytes, uint32_t pitch)
{
	uint64_t       all = (uint64_t)pitch * (height - 1) + width * bytes;
	unsigned char *end = (unsigned char *)test_memory() + TEST_MEMORY_BYTES;

	memset(end - all, UNTOUCHED, all);
	return (struct picture){ end - all, pitch, width, height, bytes };
}

TEST(pixel_colours_go_where_the_format_says)
{
	struct boot_framebuffer usual = rgb(32, 16, 8, 0);
	struct boot_framebuffer turned = rgb(32, 8, 16, 24);
	struct boot_framebuffer few = rgb(24, 11, 5, 0);
	struct boot_framebuffer none = rgb(32, 16, 8, 0);

	few.red_bits = few.blue_bits = 5;
	few.green_bits = 6;
	none.red_bits = none.green_bits = none.blue_bits = 0;
	CHECK_EQ(pixel_pack(&usual, 0x123456), 0x123456);
	CHECK_EQ(pixel_pack(&turned, 0x123456), 0x56341200);
	CHECK_EQ(pixel_pack(&few, 0xffffff), 0xffff);
	CHECK_EQ(pixel_pack(&few, 0x070307), 0); /* the lowest bits go */
	CHECK_EQ(pixel_pack(&few, 0x080408), 1 << 11 | 1 << 5 | 1);
	CHECK_EQ(pixel_pack(&none, 0xffffff), 0);
}

/* Lines are 7 bytes apart, a pixel has 3:
 *
 *     ee ee ee  01 02 03  ee
 *     ee ee ee  01 02 03          */
TEST(pixel_fill_of_24_bits_touches_its_box_only)
{
	static const unsigned char expected[] = {
		0xee, 0xee, 0xee, 1, 2, 3, 0xee, 0xee, 0xee, 0xee, 1, 2, 3,
	};
	struct picture picture = picture_of(2, 2, 3, 7);

	pixel_fill(&picture, (struct box){ 1, 0, 1, 2 }, 0x030201);
	CHECK(memcmp(picture.memory, expected, sizeof(expected)) == 0);
}

TEST(pixel_fill_of_nothing_touches_nothing)
{
	struct picture picture = picture_of(2, 2, 4, 8);

	pixel_fill(&picture, (struct box){ 2, 2, 0, 0 }, 0);
	pixel_fill(&picture, (struct box){ 0, 0, 0, 2 }, 0);
	for (unsigned i = 0; i < 16; i++)
		CHECK_EQ(picture.memory[i], UNTOUCHED);
}

/* A font of 10 x 2, at (1, 0) of 22 x 4, doubled:
 *
 *     .##..##..##..##..##...
 *     .##..##..##..##..##...
 *     .....................
 *     .....................    */
TEST(pixel_glyph_is_scaled_into_squares)
{
	static const unsigned char rows[] = { 0xaa, 0x80, 0, 0 };
	struct font    font = { .row_bytes = 2, .width = 10, .height = 2 };
	struct picture picture = picture_of(22, 4, 4, 88);
	unsigned       wrong = 0;

	pixel_glyph(&picture, &font, rows, 1, 0, 2, 0x11111111, 0x22222222);
	for (unsigned y = 0; y < 4; y++)
		for (unsigned x = 0; x < 22; x++) {
			unsigned char expected = 0x22;

			if (x < 1 || x > 20)
				expected = UNTOUCHED;
			else if (y < 2 && (x - 1) % 4 < 2)
				expected = 0x11;
			wrong += picture.memory[y * 88 + x * 4] != expected;
		}
	CHECK_EQ(wrong, 0);
}
