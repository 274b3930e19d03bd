/**
 * @file
 * Lesson 4, provoked: see occupy_break() in occupy.h.
 */
#include "console.h"
#include "kstring.h"
#include "occupy.h"
#include "phys.h"

/* Fletcher's sum of a page: any byte that changes, changes it. */
static uint32_t page_sum(const unsigned char *byte)
{
	uint32_t low = 0, high = 0;

	for (uint64_t i = 0; i < PAGE_SIZE; i++) {
		low = (low + byte[i] + 1) % 65521;
		high = (high + low) % 65521;
	}
	return high << 16 | low;
}

static void write_to(const struct occupant *o, pfn_t pfn, pfn_t run)
{
	unsigned char *page = phys_to_virt(pfn_to_paddr(pfn), PAGE_SIZE);
	uint32_t       before = page_sum(page);

	memset(page, 0xee, PAGE_SIZE);
	kprintf("occupy: page 0x%llx is in the free run from 0x%llx, so it is "
	        "given out:\n"
	        "occupy:   its user writes, and %s%s is destroyed%s (sum %08x "
	        "is now %08x)\n",
	        (unsigned long long)pfn, (unsigned long long)run,
	        console_colour(COLOUR_RESERVED), o->name,
	        console_colour(COLOUR_NONE), before, page_sum(page));
}

/* Whether the kernel has a part of page @pfn: it must live to tell. */
static bool is_kernels(const struct occupants *occupants, pfn_t pfn)
{
	for (uint32_t i = 0; i < occupants->count; i++) {
		const struct occupant *o = &occupants->entry[i];

		if (strcmp(o->name, "kernel") == 0 &&
		    pfn >= pfn_down(o->base) && pfn < pfn_up(o->end))
			return true;
	}
	return false;
}

const char *occupy_break(const struct msadsc_array *array,
                         const struct occupants    *occupants)
{
	kprintf("occupy: BREAK=occupy: nothing is marked as occupied\n");
	for (uint32_t i = 0; i < occupants->count; i++) {
		const struct occupant *o = &occupants->entry[i];
		pfn_t                  pfn = pfn_down(o->base);
		pfn_t                  run = msadsc_find(array, pfn);

		if (run != 0 && o->kind != OCCUPANT_FIRMWARE &&
		    !is_kernels(occupants, pfn))
			write_to(o, pfn, run);
	}
	return msadsc_check(array);
}
