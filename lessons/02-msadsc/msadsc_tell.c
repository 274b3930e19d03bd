/**
 * @file
 * Lesson 2: what the descriptors say when the kernel has died.
 *
 * Nothing is trusted here: whatever ended the kernel may have written into
 * the descriptors before.
 */
#include "msadsc.h"

/* The first frame of what speaks for frame @pfn, or 0. */
static pfn_t find_carefully(const struct msadsc_array *array, pfn_t pfn)
{
	pfn_t run = array->first_run, below;

	/* Each run lies below the one before, or the list is damaged. */
	for (; run > pfn; run = below) {
		if (run >= array->pages)
			return 0;
		below = msadsc_high(array->page[run]);
		if (below >= run)
			return 0;
	}
	return msadsc_find(array, pfn);
}

void msadsc_tell(const void *array, paddr_t paddr)
{
	static const char *const state[] = {
		"nothing",
		"a run of free pages",
		"a free block",
		"a block given out",
		"occupied",
		"a free page kept at hand",
		"a free page of a group",
		"broken",
	};
	const struct msadsc_array *a = array;
	pfn_t                      pfn = pfn_down(paddr), first;
	struct msadsc              d;

	if (pfn >= a->pages) {
		kprintf(" page     not described: the descriptors end at page "
		        "0x%llx\n",
		        (unsigned long long)a->pages);
		return;
	}
	first = find_carefully(a, pfn);
	d = a->page[first != 0 ? first : pfn];
	kprintf(" page     %s", state[msadsc_state(d)]);
	if (msadsc_state(d) == MSADSC_FREE || msadsc_state(d) == MSADSC_USED)
		kprintf(" of order %u", msadsc_order(d));
	if (first != 0 && msadsc_pages(d) > 1)
		kprintf(", from page 0x%llx to 0x%llx",
		        (unsigned long long)first,
		        (unsigned long long)(first + msadsc_pages(d) - 1));
	kprintf("\n page[0x%llx] = 0x%016llx\n", (unsigned long long)pfn,
	        (unsigned long long)a->page[pfn].word);
}
