/**
 * @file
 * The kernel's console_write(): the serial port, and the screen if any.
 */
#include "console.h"

#include "serial.h"
#include "vga.h"

void console_write(const char *text, size_t bytes)
{
	serial_write(text, bytes);
	vga_write(text, bytes);
}
