/**
 * @file
 * The screens with which the kernel ends: what panic() and exceptions share.
 */
#ifndef PANIC_H
#define PANIC_H

#include <stdint.h>

/**
 * Begin a screen.  The second one, caused by printing the first, is cut short:
 * then this does not return.
 */
void screen_begin(void);

/** A line across the screen. */
void screen_rule(void);

/** Lines about @p address, if RAM is or may be behind it: panic_tell(). */
void screen_tell(uint64_t address);

/** The last line; then the machine ends or waits. */
_Noreturn void screen_end(void);

#endif
