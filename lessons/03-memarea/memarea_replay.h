/**
 * @file
 * Lesson 3 on the host: what its step of a replay leaves to the next.
 */
#ifndef MEMAREA_REPLAY_H
#define MEMAREA_REPLAY_H

#include "memarea.h"

extern struct memareas replayed_areas; /**< Of the machine replayed. */

#endif
