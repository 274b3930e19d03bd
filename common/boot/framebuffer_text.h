/**
 * @file
 * Text on pixels: a grid of characters that scrolls.
 *
 * The characters are kept, so that scrolling need not read the picture: a cell
 * is drawn again only where it now shows something else.
 */
#ifndef FRAMEBUFFER_TEXT_H
#define FRAMEBUFFER_TEXT_H

#include "framebuffer_pixel.h"
#include "sgr.h"

/* More than these leave the right or the lower edge of the picture empty. */
#define TEXT_COLUMNS_MAX 160 /**< Characters of a line. */
#define TEXT_ROWS_MAX    50  /**< Lines. */

/* Colours of a terminal, and one that is hardly there. */
#define TEXT_COLOURS 17 /**< How many. */
#define TEXT_DIM     16 /**< The last one. */

/** What stands in a cell. */
struct cell {
	uint8_t character; /**< ASCII. */
	uint8_t colours;   /**< Ink, and paper in the upper four bits. */
};

/** A screen of text.  Its first @p top rows belong to somebody else. */
struct text {
	struct picture picture; /**< Where it is drawn. */
	struct font    font;    /**< Its letters. */
	uint32_t       scale;   /**< Pixels of the screen to one of the font. */
	uint32_t       pixel[TEXT_COLOURS]; /**< By colour. */
	unsigned       columns, rows;       /**< In characters. */
	unsigned       top;                 /**< Rows that are not ours. */
	unsigned       row, column; /**< Where the next character goes. */
	struct sgr     sgr;         /**< Escape sequences. */
	/** What stands where. */
	struct cell cell[TEXT_ROWS_MAX][TEXT_COLUMNS_MAX];
};

/**
 * Clear the picture and begin at its top left.
 *
 * @param text     the rest of it is set
 * @param picture  where to draw
 * @param format   of its pixels
 * @param font     of a size that leaves room for a cell; on large pictures its
 *                 pixels are drawn larger, for about 100 columns
 * @return false if the picture is smaller than a cell
 */
bool text_init(struct text *text, struct picture picture,
               const struct boot_framebuffer *format, struct font font);

/** Show text, as console_write() does. */
void text_write(struct text *text, const char *characters, size_t bytes);

/**
 * Give up to @p rows rows more at the top to somebody else.  The text moves
 * down, or its oldest lines leave.
 *
 * @return how many rows were given: one stays for the text
 */
unsigned text_reserve(struct text *text, unsigned rows);

/** The pixels of @p columns cells from (@p row, @p column) on. */
struct box text_box(const struct text *text, unsigned row, unsigned column,
                    unsigned columns);

/** Draw, not keep, text in a reserved row; what does not fit is cut. */
void text_draw_at(const struct text *text, unsigned row, unsigned column,
                  unsigned ink, const char *characters);

#endif
