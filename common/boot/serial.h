/**
 * @file
 * The first serial port, for text out.
 *
 * Source: National Semiconductor "PC16550D", "Registers".
 */
#ifndef SERIAL_H
#define SERIAL_H

#include <stddef.h>

/** Set COM1 to 115200 baud, 8N1.  Without a UART all output is dropped. */
void serial_init(void);

/** Send @p bytes characters; '\n' becomes "\r\n". */
void serial_write(const char *text, size_t bytes);

/** Wait until the last character has left. */
void serial_drain(void);

#endif
