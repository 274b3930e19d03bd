/**
 * @file
 * The escape sequences that set a colour ("\033[31m"), for both screens.
 *
 * Source: ECMA-48, "Select Graphic Rendition"; XTerm Control Sequences, for
 * the codes 90 to 97.
 */
#ifndef SGR_H
#define SGR_H

#include <stdbool.h>
#include <stdint.h>

/** Colours as terminals count them: red 1, green 2, blue 4, bright 8. */
#define SGR_INK    7 /**< Light grey */
#define SGR_PAPER  0 /**< on black. */
#define SGR_BRIGHT 8 /**< Added to a dark colour. */

/** What comes next: text, the bracket of a sequence, its numbers. */
enum sgr_state {
	SGR_TEXT,   /**< Text, or an escape. */
	SGR_ESCAPE, /**< The bracket. */
	SGR_NUMBER, /**< A digit, or the end. */
};

/** Where in a sequence the text is, and what colour it has. */
struct sgr {
	enum sgr_state state;  /**< What is expected. */
	unsigned       number; /**< Read so far, below 1000. */
	bool           bold;   /**< The eight dark colours become bright. */
	uint8_t        ink;    /**< 0 to 15. */
	uint8_t        paper;  /**< 0 to 7. */
};

/** At the start: plain text. */
#define SGR_PLAIN                                                              \
	{                                                                      \
		.ink = SGR_INK, .paper = SGR_PAPER                             \
	}

/** Take one character. @return false where it is text, to be shown */
bool sgr_take(struct sgr *sgr, char c);

#endif
