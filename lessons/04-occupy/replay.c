/**
 * @file
 * Lesson 4 on the host: its step of a replay.
 */
#include "check.h"
#include "host.h"
#include "memarea_replay.h"
#include "msadsc_replay.h"
#include "occupy.h"
#include "replay.h"

REPLAY(4)
{
	struct occupy_fault fault;

	(void)last;
	if (occupy_mark(&replayed_array, &replayed_areas, &replayed_occupants,
	                &fault) != OCCUPY_OK)
		host_refuse("page 0x%llx belongs to %s and to %s",
		            (unsigned long long)fault.pfn, fault.name,
		            fault.other);
	ASSERT(occupy_check(&replayed_array, &replayed_areas,
	                    &replayed_occupants) == NULL,
	       "%s",
	       occupy_check(&replayed_array, &replayed_areas,
	                    &replayed_occupants));
	occupy_list(&replayed_occupants);
	memareas_list(&replayed_areas);
}
