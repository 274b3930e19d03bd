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

	BREAKPOINT(firmware, "before e820: it is empty so far");
	e820_read(&firmware, boot->ranges, boot->range_count,
	          boot->range_stride);
	e820_normalize(&firmware, &map);
	MUST_HOLD(e820_check(&map));
	e820_print(&firmware, &map);
	BREAKPOINT(map, "after e820: in order, disjoint, joined");

	MUST(msadsc_init(&array, &map, occupants, msadsc_limit(boot->phys_bits),
	                 &need) == MSADSC_OK,
	     "%s: descriptors need %llu KiB, largest free run is %llu KiB",
	     need.why, (unsigned long long)(need.bytes / KiB),
	     (unsigned long long)(need.largest / KiB));
	panic_tell(msadsc_tell, &array);
	MUST_HOLD(msadsc_check(&array));
	msadsc_print(&array);
	BREAKPOINT(array, "after msadsc: usable ranges are runs");

	memareas_init(&areas, &array);
	panic_tell(memarea_tell, &areas);
	MUST_HOLD(memareas_check(&areas, &array));
	memareas_print(&areas);
	BREAKPOINT(areas, "after memarea: each knows its pages");
}
