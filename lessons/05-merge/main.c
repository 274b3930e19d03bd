/**
 * @file
 * Lesson 5: the kernel that merges free pages into blocks.
 */
#include "e820.h"
#include "kernel.h"
#include "memarea.h"
#include "memmgrob.h"
#include "merge.h"
#include "msadsc.h"
#include "occupy.h"

static struct e820_map     firmware, map;
static struct msadsc_array array;
static struct memareas     areas;
static struct memmgrob     manager;

void kernel_main(const struct boot_info *boot, struct occupants *occupants)
{
	struct msadsc_need  need;
	struct occupy_fault fault;
	enum occupy_status  marked;
	enum merge_status   merged;

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

	if (boot_info_option(boot, "break=occupy", NULL, 0))
		MUST_HOLD(occupy_break(&array, occupants));
	marked = occupy_mark(&array, &areas, occupants, &fault);
	MUST(marked != OCCUPY_ORDER, "occupy comes once, after msadsc_init");
	MUST(marked == OCCUPY_OK,
	     "page 0x%llx belongs to %s and to %s, which do not share pages",
	     (unsigned long long)fault.pfn, fault.name, fault.other);
	occupy_print(&array, &areas, occupants);
	MUST_HOLD(occupy_check(&array, &areas, occupants));
	BREAKPOINT(*occupants, "after occupy: nobody gives these out");

	if (boot_info_option(boot, "lazy", NULL, 0))
		merged = merge_lazily(&array, &areas, MEMAREA_USER_BASE);
	else
		merged = merge_runs(&array, &areas);
	MUST(merged == MERGE_OK,
	     "merge before occupy: occupied pages would be given out");
	MUST_HOLD(merge_check(&array, &areas));
	merge_print(&array, &areas);
	BREAKPOINT(areas, "after merge: free pages are in blocks");

	memmgrob_init(&manager, &array, &areas, occupants);
	MUST_HOLD(memmgrob_check(&manager));
	memmgrob_print(&manager);
	BREAKPOINT(manager, "after memmgrob: what the stages made");
}
