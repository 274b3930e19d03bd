/**
 * @file
 * Lesson 3 on the host: its step of a replay.
 */
#include "check.h"
#include "memarea_replay.h"
#include "msadsc_replay.h"
#include "replay.h"

struct memareas replayed_areas;

REPLAY(3)
{
	memareas_init(&replayed_areas, &replayed_array);
	ASSERT(memareas_check(&replayed_areas, &replayed_array) == NULL, "%s",
	       memareas_check(&replayed_areas, &replayed_array));
	if (last)
		memareas_list(&replayed_areas);
}
