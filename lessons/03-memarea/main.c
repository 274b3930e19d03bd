/**
 * @file
 * Lesson 3: the kernel that divides memory into areas.
 */
#include "e820.h"
#include "kernel.h"
#include "memarea.h"
#include "msadsc.h"

static struct e820_map     firmware, map;
static struct msadsc_array array;
static struct memareas     areas;

void kernel_main(const struct boot_info *boot, struct occupants *occupants)
{
	struct msadsc_need need;

	e820_read(&firmware, boot->ranges, boot->range_count,
	          boot->range_stride);
	e820_normalize(&firmware, &map);
	MUST_HOLD(e820_check(&map));
	e820_print(&firmware, &map);

	MUST(msadsc_init(&array, &map, occupants, msadsc_limit(boot->phys_bits),
	                 &need) == MSADSC_OK,
	     "descriptors need %llu KiB, largest free run is %llu KiB: give "
	     "the machine more memory",
	     (unsigned long long)(need.bytes / KiB),
	     (unsigned long long)(need.largest / KiB));
	MUST_HOLD(msadsc_check(&array));
	msadsc_print(&array);

	memareas_init(&areas, &array);
	MUST_HOLD(memareas_check(&areas, &array));
	memareas_print(&areas);
}
