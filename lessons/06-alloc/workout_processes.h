/**
 * @file
 * Lesson 6: processes come and go: the part of the workout that runs programs
 * in user mode.
 */
#ifndef WORKOUT_PROCESSES_H
#define WORKOUT_PROCESSES_H

#include "page_alloc.h"

/**
 * Let processes come: each allocates, and its program writes, in user mode;
 * some reach on purpose for what is not theirs or loop, and end by that; others
 * stay a while, and what they wrote must still be there when they go.
 *
 * @param pages      as before when NULL is returned, its caches empty; lends
 *                   4 MiB, or less where there is less
 * @param processes  how many, at most 65535
 * @return NULL, or the sentence of what went wrong
 */
const char *workout_processes(struct page_alloc *pages, uint64_t processes);

#endif
