/**
 * @file
 * How the machine ends: powered off in an emulator, or waiting.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>

/** Interrupts off, for ever. */
_Noreturn void machine_wait(void);

/**
 * End the emulator: QEMU's exit status is 33 or, unless @p success, 35;
 * Bochs's says nothing.  Where neither answers, wait.
 */
_Noreturn void machine_power_off(bool success);

/** Whether machine_fail() powers off: nobody is there to read the screen. */
void machine_set_unattended(bool unattended);

/** After a panic or an exception: power off without success, or wait. */
_Noreturn void machine_fail(void);

#endif
