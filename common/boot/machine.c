/**
 * @file
 * See machine.h.
 *
 * Source: QEMU "hw/misc/debugexit.c"; Bochs User Manual, "Shutdown" under
 * "The configuration file bochsrc".
 */
#include "machine.h"

#include "ports.h"
#include "serial.h"

#define QEMU_EXIT_PORT      0xf4 /* isa-debug-exit: status 2 * value + 1 */
#define QEMU_SUCCESS        0x10
#define QEMU_FAILURE        0x11
#define BOCHS_SHUTDOWN_PORT 0x8900

static bool powers_off;

void machine_wait(void)
{
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

void machine_power_off(bool success)
{
	serial_drain();
	port_write(QEMU_EXIT_PORT, success ? QEMU_SUCCESS : QEMU_FAILURE);
	for (const char *text = "Shutdown"; *text != '\0'; text++)
		port_write(BOCHS_SHUTDOWN_PORT, (uint8_t)*text);
	machine_wait();
}

void machine_set_unattended(bool unattended)
{
	powers_off = unattended;
}

void machine_fail(void)
{
	if (powers_off)
		machine_power_off(false);
	machine_wait();
}
