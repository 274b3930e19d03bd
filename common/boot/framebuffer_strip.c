/**
 * @file
 * See framebuffer_strip.h.
 *
 *     row 0   strip    # free  # used  # reserved  # firmware  # nothing
 *         1            64K   1M      16M     256M    4G      64G     1T
 *         2   e820     |####|r|############|rr|...........|    127 MiB usable
 *         3   msadsc   ...
 *      last            (blank, between panel and text)
 */
#include "framebuffer_strip.h"

#include "kstring.h"

#define HEAD_ROWS     2 /* legend and scale */
#define NAME_COLUMNS  9
#define TOTAL_COLUMNS 19
#define STRIP_LEAST   24 /* columns of text: one for each doubling */
#define TEXT_LEAST    8  /* rows that must be left for text */
#define LABEL_EVERY   4  /* doublings */

#define INK_QUIET     8
#define INK_PLAIN     7

/* Terminal's colours that stand for ours: those of colour.c. */
static const uint8_t inks[] = {
	[COLOUR_NONE] = 15,    [COLOUR_FREE] = 2,     [COLOUR_USED] = 3,
	[COLOUR_RESERVED] = 1, [COLOUR_FIRMWARE] = 4, [COLOUR_HOLE] = TEXT_DIM,
};

/* Columns of text between name and total. */
static unsigned middle(const struct text *text)
{
	return text->columns - NAME_COLUMNS - TOTAL_COLUMNS;
}

static struct box strip_box(const struct text *text, unsigned row)
{
	return text_box(text, row, NAME_COLUMNS, middle(text));
}

unsigned panel_columns(const struct text *text)
{
	if (text->columns < NAME_COLUMNS + STRIP_LEAST + TOTAL_COLUMNS ||
	    text->rows < HEAD_ROWS + 2 + TEXT_LEAST)
		return 0;
	return (unsigned)min_u64(strip_box(text, 0).width / text->scale,
	                         STRIP_COLUMNS_MAX);
}

static void draw_legend(const struct text *text)
{
	static const struct {
		enum console_colour colour;
		const char         *word;
	} entry[] = {
		{ COLOUR_FREE, "free" },
		{ COLOUR_USED, "used" },
		{ COLOUR_RESERVED, "reserved" },
		{ COLOUR_FIRMWARE, "firmware" },
		{ COLOUR_HOLE, "nothing" },
	};
	unsigned column = NAME_COLUMNS;

	for (size_t i = 0; i < sizeof(entry) / sizeof(entry[0]); i++) {
		unsigned   past = column + 2 + (unsigned)strlen(entry[i].word);
		struct box box = text_box(text, 0, column, 1);

		if (past > text->columns)
			return;
		box.y += box.height / 4;
		box.height -= box.height / 2;
		pixel_fill(&text->picture, box,
		           text->pixel[inks[entry[i].colour]]);
		text_draw_at(text, 0, column + 2, INK_PLAIN, entry[i].word);
		column = past + 2;
	}
}

/* A label begins where its address is; the last one ends there. */
static void draw_scale(const struct text *text)
{
	static const char label[][5] = { "64K", "1M",  "16M", "256M",
		                         "4G",  "64G", "1T" };

	for (unsigned i = 0; i < sizeof(label) / sizeof(label[0]); i++) {
		unsigned at = middle(text) * i * LABEL_EVERY / STRIP_DOUBLINGS;

		if (i * LABEL_EVERY == STRIP_DOUBLINGS)
			at -= (unsigned)strlen(label[i]);
		text_draw_at(text, 1, NAME_COLUMNS + at, INK_QUIET, label[i]);
	}
}

/* Runs of one colour, not columns: a screen has fewer of them. */
static void draw_strip(const struct text *text, unsigned row,
                       const struct strip *strip)
{
	struct box all = strip_box(text, row), run = all;
	uint32_t   gap = all.height / 6;
	unsigned   past;

	run.y += gap;
	run.height -= 2 * gap;
	for (unsigned i = 0; i < strip->columns; i = past) {
		uint64_t from = (uint64_t)all.width * i / strip->columns, to;

		for (past = i + 1; past < strip->columns &&
		                   strip->colour[past] == strip->colour[i];)
			past++;
		to = (uint64_t)all.width * past / strip->columns;
		run.x = all.x + (uint32_t)from;
		run.width = (uint32_t)(to - from);
		pixel_fill(&text->picture, run,
		           text->pixel[inks[strip->colour[i]]]);
	}
}

static void draw_row(const struct text *text, unsigned row,
                     const struct strip *strip)
{
	char     total[TOTAL_COLUMNS];
	unsigned after = NAME_COLUMNS + middle(text) + 1;

	ksnprintf(total, sizeof(total), "%-18s", strip->total);
	text_draw_at(text, row, 0, INK_PLAIN, strip->name);
	draw_strip(text, row, strip);
	text_draw_at(text, row, after, INK_PLAIN, total);
}

void panel_add(struct text *text, const struct strip *strip)
{
	unsigned rows = text->top == 0 ? HEAD_ROWS + 2 : 1;

	if (text->rows - text->top >= TEXT_LEAST + rows)
		text_reserve(text, rows);
	if (rows > 1) {
		draw_legend(text);
		draw_scale(text);
	}
	draw_row(text, text->top - 2, strip);
}
