/**
 * @file
 * See framebuffer_text.h.
 */
#include "framebuffer_text.h"

#include "check.h"

/* A font's pixels become larger where they would make twice as many. */
#define COLUMNS_WANTED 100

/* On a dark background all of them can be read. */
static const uint32_t palette[TEXT_COLOURS] = {
	0x10141c, 0xe0605c, 0x62b84a, 0xd8ac3c, /* black red green yellow */
	0x5c96f0, 0xc078d0, 0x48b4b8, 0xc8ccd4, /* blue magenta cyan grey */
	0x6c7484, 0xff8680, 0x8ae070, 0xffd868, /* and brighter */
	0x8cbcff, 0xe0a0f0, 0x78dce0, 0xffffff, 0x343c4a, /* TEXT_DIM */
};

static const struct cell blank = { ' ', SGR_INK };

static void draw(const struct text *text, unsigned row, unsigned column,
                 struct cell cell)
{
	struct box box = text_box(text, row, column, 1);

	pixel_glyph(&text->picture, &text->font,
	            font_glyph(&text->font, cell.character), box.x, box.y,
	            text->scale, text->pixel[cell.colours & 15],
	            text->pixel[cell.colours >> 4]);
}

static void set_cell(struct text *text, unsigned row, unsigned column,
                     struct cell cell)
{
	struct cell *old = &text->cell[row][column];

	if (old->character == cell.character && old->colours == cell.colours)
		return;
	*old = cell;
	draw(text, row, column, cell);
}

static void copy_row(struct text *text, unsigned to, unsigned from)
{
	for (unsigned i = 0; i < text->columns; i++)
		set_cell(text, to, i, text->cell[from][i]);
}

static void clear_row(struct text *text, unsigned row)
{
	for (unsigned i = 0; i < text->columns; i++)
		set_cell(text, row, i, blank);
}

struct box text_box(const struct text *text, unsigned row, unsigned column,
                    unsigned columns)
{
	uint32_t width = text->font.width * text->scale;
	uint32_t height = text->font.height * text->scale;

	return (struct box){ column * width, row * height, columns * width,
		             height };
}

bool text_init(struct text *text, struct picture picture,
               const struct boot_framebuffer *format, struct font font)
{
	uint64_t columns = picture.width / font.width;
	uint64_t rows = picture.height / font.height;
	uint64_t scale = max_u64(columns / COLUMNS_WANTED, 1);

	text->columns = (unsigned)min_u64(columns / scale, TEXT_COLUMNS_MAX);
	text->rows = (unsigned)min_u64(rows / scale, TEXT_ROWS_MAX);
	if (text->columns == 0 || text->rows == 0)
		return false;
	text->picture = picture;
	text->font = font;
	text->scale = (uint32_t)scale;
	text->top = text->row = text->column = 0;
	text->sgr = (struct sgr)SGR_PLAIN;
	for (unsigned i = 0; i < TEXT_COLOURS; i++)
		text->pixel[i] = pixel_pack(format, palette[i]);
	for (unsigned i = 0; i < TEXT_ROWS_MAX; i++)
		for (unsigned k = 0; k < TEXT_COLUMNS_MAX; k++)
			text->cell[i][k] = blank;
	pixel_fill(&picture,
	           (struct box){ 0, 0, picture.width, picture.height },
	           text->pixel[SGR_PAPER]);
	return true;
}

static void new_line(struct text *text)
{
	text->column = 0;
	if (++text->row < text->rows)
		return;
	text->row = text->rows - 1;
	for (unsigned i = text->top; i < text->row; i++)
		copy_row(text, i, i + 1);
	clear_row(text, text->row);
}

static void put(struct text *text, char c)
{
	struct cell cell = { (uint8_t)c,
		             (uint8_t)(text->sgr.paper << 4 | text->sgr.ink) };

	if (c == '\n') {
		new_line(text);
	} else if (c == '\r') {
		text->column = 0;
	} else if (c == '\t') {
		text->column = (text->column + 8) / 8 * 8;
	} else {
		/* Only now, so that a full line makes no empty one. */
		if (text->column >= text->columns)
			new_line(text);
		set_cell(text, text->row, text->column++, cell);
	}
}

void text_write(struct text *text, const char *characters, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (!sgr_take(&text->sgr, characters[i]))
			put(text, characters[i]);
	}
}

/* One row at the top; all others move by one, from the last to the first. */
static void reserve_row(struct text *text)
{
	if (text->row + 1 < text->rows) {
		for (unsigned i = text->row + 1; i > text->top; i--)
			copy_row(text, i, i - 1);
		text->row++;
	}
	clear_row(text, text->top++);
}

unsigned text_reserve(struct text *text, unsigned rows)
{
	unsigned given = 0;

	for (; given < rows && text->top + 1 < text->rows; given++)
		reserve_row(text);
	return given;
}

void text_draw_at(const struct text *text, unsigned row, unsigned column,
                  unsigned ink, const char *characters)
{
	ASSERT(row < text->top, "row %u of %u reserved ones", row, text->top);
	for (; *characters != '\0' && column < text->columns; column++)
		draw(text, row, column,
		     (struct cell){ (uint8_t)*characters++, (uint8_t)ink });
}
