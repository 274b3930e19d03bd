/**
 * @file
 * See serial.h.
 */
#include "serial.h"

#include <stdbool.h>

#include "ports.h"

#define COM1 0x3f8

/* Registers, from COM1; the divisor takes the place of the first two while
 * the latch bit is set. */
#define UART_DATA         (COM1 + 0)
#define UART_INTERRUPTS   (COM1 + 1)
#define UART_DIVISOR_LOW  (COM1 + 0)
#define UART_DIVISOR_HIGH (COM1 + 1)
#define UART_FIFO         (COM1 + 2)
#define UART_LINE         (COM1 + 3)
#define UART_MODEM        (COM1 + 4)
#define UART_STATUS       (COM1 + 5)
#define UART_SCRATCH      (COM1 + 7)

#define LINE_LATCH        0x80
#define LINE_8N1          0x03
#define FIFO_RESET        0x07 /* on, both sides emptied */
#define MODEM_READY       0x03 /* DTR, RTS */
#define STATUS_EMPTY      0x20 /* room for a character */
#define STATUS_DRAINED    0x40 /* and the last one has left */

/** At 115200 baud a character takes 87 us; a read of a port about 1 us. */
#define PATIENCE 100000

static bool present;

void serial_init(void)
{
	/* Where nothing answers, a port reads as all ones. */
	port_write(UART_SCRATCH, 0x5a);
	present = port_read(UART_SCRATCH) == 0x5a;
	if (!present)
		return;
	port_write(UART_INTERRUPTS, 0);
	port_write(UART_LINE, LINE_LATCH);
	port_write(UART_DIVISOR_LOW, 1); /* 115200 / 1 */
	port_write(UART_DIVISOR_HIGH, 0);
	port_write(UART_LINE, LINE_8N1);
	port_write(UART_FIFO, FIFO_RESET);
	port_write(UART_MODEM, MODEM_READY);
}

/* A UART whose other side never takes anything must not stop us. */
static void await(uint8_t status)
{
	for (unsigned i = 0; i < PATIENCE; i++) {
		if (port_read(UART_STATUS) & status)
			break;
	}
}

static void send(char character)
{
	await(STATUS_EMPTY);
	port_write(UART_DATA, (uint8_t)character);
}

void serial_write(const char *text, size_t bytes)
{
	if (!present)
		return;
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\n')
			send('\r');
		send(text[i]);
	}
}

void serial_drain(void)
{
	if (present)
		await(STATUS_DRAINED);
}
