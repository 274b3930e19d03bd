/**
 * @file
 * The panel above the text: a strip for each stage, a legend, a scale.
 */
#ifndef FRAMEBUFFER_STRIP_H
#define FRAMEBUFFER_STRIP_H

#include "framebuffer_text.h"
#include "strip.h"

/** Columns that panel_add() would like a strip to have; 0: there is no room
 *  for a panel on this screen. */
unsigned panel_columns(const struct text *text);

/** Put @p strip below those before it, or in the place of the last one where
 *  the screen is full.  The first one brings legend and scale along.  Only
 *  where panel_columns() is not 0. */
void panel_add(struct text *text, const struct strip *strip);

#endif
