/**
 * @file
 * The kernel's console_write(): the serial port, and what screen there is.
 */
#include "console.h"

#include "framebuffer.h"
#include "serial.h"
#include "vga.h"

void console_write(const char *text, size_t bytes)
{
	serial_write(text, bytes);
	vga_write(text, bytes);
	framebuffer_write(text, bytes);
}
