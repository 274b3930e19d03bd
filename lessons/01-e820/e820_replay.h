/**
 * @file
 * Lesson 1 on the host: what its step of a replay leaves to the next.
 */
#ifndef E820_REPLAY_H
#define E820_REPLAY_H

#include "e820.h"

extern struct e820_map replayed_map; /**< Of the machine replayed. */

#endif
