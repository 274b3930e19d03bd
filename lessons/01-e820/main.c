/**
 * @file
 * Lesson 1: the kernel that reads the firmware's memory map.
 */
#include "e820.h"
#include "kernel.h"

static struct e820_map firmware, map;

void kernel_main(const struct boot_info *boot, struct occupants *occupants)
{
	(void)occupants; /* Lesson 2 */

	BREAKPOINT(firmware, "before e820: it is empty so far");
	e820_read(&firmware, boot->ranges, boot->range_count,
	          boot->range_stride);
	e820_normalize(&firmware, &map);
	MUST_HOLD(e820_check(&map));
	e820_print(&firmware, &map);
	BREAKPOINT(map, "after e820: in order, disjoint, joined");
}
