/**
 * @file
 * Lesson 5 on the host: its step of a replay.
 */
#include "check.h"
#include "host.h"
#include "memarea_replay.h"
#include "merge.h"
#include "msadsc_replay.h"
#include "replay.h"

REPLAY(5)
{
	(void)last;
	if (merge_runs(&replayed_array, &replayed_areas) != MERGE_OK)
		host_refuse("merge before occupy");
	ASSERT(merge_check(&replayed_array, &replayed_areas) == NULL, "%s",
	       merge_check(&replayed_array, &replayed_areas));
	merge_list(&replayed_array, &replayed_areas);
}
