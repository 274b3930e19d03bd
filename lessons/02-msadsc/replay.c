/**
 * @file
 * Lesson 2 on the host: its step of a replay.
 */
#include "check.h"
#include "e820_replay.h"
#include "host.h"
#include "msadsc_replay.h"
#include "replay.h"

struct msadsc_array replayed_array;
struct occupants    replayed_occupants;

REPLAY(2)
{
	struct msadsc_need need;

	(void)last;
	host_occupants(&replayed_occupants);
	if (!e820_is_usable(&replayed_map, HOST_IMAGE_BASE, HOST_IMAGE_END))
		host_refuse("kernel at 1 MiB to 2 MiB is not in usable memory");
	if (msadsc_init(&replayed_array, &replayed_map, &replayed_occupants,
	                PFN_LIMIT, &need) != MSADSC_OK)
		host_refuse("%s: descriptors need %llu KiB, largest free run "
		            "is %llu KiB",
		            need.why, (unsigned long long)(need.bytes / KiB),
		            (unsigned long long)(need.largest / KiB));
	ASSERT(msadsc_check(&replayed_array) == NULL, "%s",
	       msadsc_check(&replayed_array));
	msadsc_list(&replayed_array);
}
