/**
 * @file
 * User mode, as the trap handler sees it: see user_mode.h.
 */
#ifndef USER_H
#define USER_H

#include "trap.h"

/**
 * If a program's exception was what this frame tells of, the program ends
 * here, and this does not return.
 */
void user_end_by(const struct trap_frame *frame, uint64_t cr2);

/** The timer's interrupt, from a program: returns if it has time left. */
void user_tick(const struct trap_frame *frame);

#endif
