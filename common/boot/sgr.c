/**
 * @file
 * See sgr.h.
 */
#include "sgr.h"

static uint8_t dark(const struct sgr *sgr, unsigned colour)
{
	return (uint8_t)(sgr->bold ? colour | SGR_BRIGHT : colour);
}

static void set_rendition(struct sgr *sgr, unsigned code)
{
	if (code == 0) {
		sgr->bold = false;
		sgr->ink = SGR_INK;
		sgr->paper = SGR_PAPER;
	} else if (code == 1) {
		sgr->bold = true;
		sgr->ink |= SGR_BRIGHT;
	} else if (code >= 30 && code <= 37) {
		sgr->ink = dark(sgr, code - 30);
	} else if (code == 39) {
		sgr->ink = dark(sgr, SGR_INK);
	} else if (code >= 40 && code <= 47) {
		sgr->paper = (uint8_t)(code - 40);
	} else if (code == 49) {
		sgr->paper = SGR_PAPER;
	} else if (code >= 90 && code <= 97) {
		sgr->ink = (uint8_t)(SGR_BRIGHT | (code - 90));
	}
}

bool sgr_take(struct sgr *sgr, char c)
{
	if (sgr->state == SGR_TEXT) {
		if (c == '\033')
			sgr->state = SGR_ESCAPE;
		return c == '\033';
	}
	if (sgr->state == SGR_ESCAPE) {
		sgr->state = c == '[' ? SGR_NUMBER : SGR_TEXT;
		sgr->number = 0;
		return true;
	}
	if (c >= '0' && c <= '9') {
		sgr->number = (sgr->number * 10 + (unsigned)(c - '0')) % 1000;
		return true;
	}
	if (c == ';' || c == 'm')
		set_rendition(sgr, sgr->number);
	sgr->number = 0;
	if (c != ';')
		sgr->state = SGR_TEXT;
	return true;
}
