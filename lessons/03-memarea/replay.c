/**
 * @file
 * Lesson 3 on the host: the stages over the memory map of any machine.
 */
#include <stdio.h>
#include "check.h"
#include "e820.h"
#include "host.h"
#include "map_file.h"
#include "memarea.h"
#include "msadsc.h"

static struct e820_map     firmware, map;
static struct occupants    occupants;
static struct msadsc_array array;
static struct memareas     areas;

int main(int argc, char **argv)
{
	struct msadsc_need need;
	struct map_file    file;

	ASSERT(argc == 2, "%d arguments, not the name of a map file", argc - 1);
	file = map_file_read(argv[1]);
	e820_read(&firmware, file.entry, file.count, sizeof(*file.entry));
	host_print_to(stderr);
	e820_print_warnings(&firmware);
	host_print_to(stdout);
	e820_normalize(&firmware, &map);
	ASSERT(e820_check(&map) == NULL, "%s", e820_check(&map));
	e820_list(&firmware, &map);

	host_occupants(&occupants);
	if (!e820_is_usable(&map, HOST_IMAGE_BASE, HOST_IMAGE_END))
		host_refuse("kernel at 1 MiB to 2 MiB is not in usable memory");
	if (msadsc_init(&array, &map, &occupants, PFN_LIMIT, &need) !=
	    MSADSC_OK)
		host_refuse("%s: descriptors need %llu KiB, largest free run "
		            "is %llu KiB",
		            need.why, (unsigned long long)(need.bytes / KiB),
		            (unsigned long long)(need.largest / KiB));
	ASSERT(msadsc_check(&array) == NULL, "%s", msadsc_check(&array));
	msadsc_list(&array);

	memareas_init(&areas, &array);
	ASSERT(memareas_check(&areas, &array) == NULL, "%s",
	       memareas_check(&areas, &array));
	memareas_list(&areas);
	return 0;
}
