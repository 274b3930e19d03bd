/**
 * @file
 * Lesson 6: the kernel that gives memory out.
 */
#include "e820.h"
#include "kernel.h"
#include "kstring.h"
#include "memarea.h"
#include "memmgrob.h"
#include "merge.h"
#include "mistakes.h"
#include "msadsc.h"
#include "obj_alloc.h"
#include "occupy.h"
#include "page_alloc.h"
#include "workout.h"
#include "workout_processes.h"

static struct e820_map     firmware, map;
static struct msadsc_array array;
static struct memareas     areas;
static struct memmgrob     manager;
static struct page_alloc   pages;
static struct obj_alloc    objects;

/* With the word "all", or with "all=forget", where a mistake is built in. */
static const char *take_all(const struct boot_info *boot,
                            const struct occupants *occupants)
{
	struct workout_all all = { .pages = &pages, .occupants = occupants };
	char               value[8];

	if (!boot_info_option(boot, "all", value, sizeof(value)))
		return NULL;
	all.image = kernel_image(occupants);
	all.constants = kernel_constants(&all.constant_bytes);
	all.forget = strcmp(value, "forget") == 0;
	return workout_all(&all);
}

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

	MUST(page_alloc_init(&pages, &array, &areas) == PAGE_OK,
	     "pages are given out only after merge_runs()");
	MUST_HOLD(page_alloc_check(&pages));
	page_alloc_print(&pages);
	MUST_HOLD(workout_pages(&pages, 8192));
	MUST_HOLD(take_all(boot, occupants));
	BREAKPOINT(pages, "after page_alloc: blocks were split and joined");

	obj_alloc_init(&objects, &pages, MEMAREA_USER, OBJ_CHECKED);
	MUST_HOLD(workout_objects(&objects, 40000));
	obj_alloc_print(&objects);
	MUST_HOLD(workout_interrupts(&objects, 100));
	MUST_HOLD(page_alloc_check(&pages));
	BREAKPOINT(objects, "after obj_alloc: objects came and went");

	MUST_HOLD(workout_processes(&pages, 64));
	MUST_HOLD(page_alloc_check(&pages));
	BREAKPOINT(pages, "after memm: processes came and went");

	provoke_offer(page_mistakes, &pages);
	provoke_offer(page_damage, &pages);
	provoke_offer(obj_mistakes, &objects);
	provoke_offer(memm_mistakes, &pages);
	provoke_offer(memm_program_mistakes, &pages);
}
