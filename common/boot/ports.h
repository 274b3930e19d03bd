/**
 * @file
 * The CPU's I/O ports: how old devices are spoken to.
 */
#ifndef PORTS_H
#define PORTS_H

#include <stdint.h>

/** Send a byte; what a device does with it is the device's. */
static inline void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

/** Read a byte; 0xff where no device answers. */
static inline uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

#endif
