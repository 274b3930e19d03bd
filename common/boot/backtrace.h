/**
 * @file
 * Who called whom.
 *
 * With -fno-omit-frame-pointer each function keeps its caller's frame in
 * %rbp, so frames form a list:
 *
 *     %rbp --> | caller's %rbp | --> | its caller's %rbp | --> ... --> 0
 *              | return to     |     | return to         |
 */
#ifndef BACKTRACE_H
#define BACKTRACE_H

#include <stdint.h>

/**
 * Print up to 16 lines, the innermost function first.  A frame is read only
 * if it lies in a stack of ours, so a broken list ends the walk and no more.
 *
 * @param rip  where execution stood; 0 too, after a call of a null pointer
 * @param rsp  top of the stack at that moment, or 0 to begin with the frame
 * @param rbp  the innermost frame
 */
void backtrace_print(uint64_t rip, uint64_t rsp, uint64_t rbp);

/** Collect return addresses instead; returns how many of @p most. */
unsigned backtrace_collect(uint64_t rbp, uint64_t *address, unsigned most);

/**
 * The same, from any instruction: where its function has made no frame, or
 * where there is no function, the top of the stack has the first of them.
 */
unsigned backtrace_collect_from(uint64_t rip, uint64_t rsp, uint64_t rbp,
                                uint64_t *address, unsigned most);

#endif
