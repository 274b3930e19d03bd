/**
 * @file
 * Lesson 2 on the host: what its step of a replay leaves to the next.
 */
#ifndef MSADSC_REPLAY_H
#define MSADSC_REPLAY_H

#include "msadsc.h"

extern struct msadsc_array replayed_array;     /**< Described. */
extern struct occupants    replayed_occupants; /**< With the array. */

#endif
