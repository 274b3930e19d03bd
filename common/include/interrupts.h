/**
 * @file
 * Platform: interrupts, and a timer that interrupts the kernel.
 *
 * The kernel runs with interrupts off, but between interrupts_begin() and
 * interrupts_end().  The host has no interrupts: there the handler is called
 * at every third interrupts_restore() that would let one come.
 */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include "types.h"

/**
 * Hold interrupts back.
 *
 * @return whether they were on: for interrupts_restore().  Calls may nest.
 *         Takes constant time
 */
bool interrupts_hold(void);

/** Turn them on again if @p on; what was held back comes now. */
void interrupts_restore(bool on);

/**
 * Turn them on, and let the timer's come again and again.
 *
 * @param handler   called at each, with interrupts off
 * @param argument  that it gets
 * @return false if there is no timer: then nothing has changed
 */
bool interrupts_begin(void (*handler)(void *argument), void *argument);

/** Turn them off again, and stop the timer. */
void interrupts_end(void);

#endif
