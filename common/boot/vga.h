/**
 * @file
 * The text screen of a PC with a BIOS: 80 x 25 characters at 0xb8000.
 *
 * It scrolls, shows the cursor, and understands the escape sequences that
 * set a colour ("\033[31m"), because console_colour() sends them.
 *
 * Source: IBM "Personal System/2 Hardware Interface Technical Reference",
 * "Video Subsystem"; ECMA-48, "Select Graphic Rendition".
 */
#ifndef VGA_H
#define VGA_H

#include <stddef.h>

/** Clear the screen, if the BIOS left one in text mode. */
void vga_init(void);

/** From now on there is no text screen: graphics, or UEFI. */
void vga_off(void);

/** Show @p bytes characters; without a screen, nothing. */
void vga_write(const char *text, size_t bytes);

#endif
