/**
 * @file
 * Lesson 2: how the descriptors are shown: see msadsc.h.
 */
#include "console.h"
#include "msadsc.h"
#include "strip.h"

#define COSMOS_BYTES 40 /* the course's msadsc_t, packed */
#define LINUX_BYTES  64 /* struct page of Linux 6.1 on x86_64 */

/* Linux keeps descriptors for all of a section that has RAM. */
#define SECTION_PAGES (128 * MiB / PAGE_SIZE)

/* Pages in sections that have usable pages. */
static uint64_t section_pages(const struct msadsc_array *array)
{
	uint64_t sections = 0;
	pfn_t    past = 0; /* sections below it are counted */

	for (uint32_t i = 0; i < array->map->count; i++) {
		const struct e820_range *r = &array->map->range[i];
		pfn_t end = min_u64(e820_past_page(r), array->pages);
		pfn_t first = max_u64(e820_first_page(r) / SECTION_PAGES, past);
		pfn_t last = (end - 1) / SECTION_PAGES;

		if (r->type != E820_RAM || e820_first_page(r) >= end ||
		    last < past)
			continue;
		sections += last + 1 - first;
		past = last + 1;
	}
	return sections * SECTION_PAGES;
}

static void print_cost(const struct msadsc_array *array, const char *whose,
                       uint64_t descriptors, uint64_t bytes)
{
	uint64_t all = descriptors * bytes;
	uint64_t hundredths = all * 10000 / pfn_to_paddr(array->usable_pages);
	char     text[BYTES_TEXT_BYTES];

	kprintf("msadsc: %10s for %10llu of %2llu bytes (%s), %llu.%02llu %% "
	        "of RAM\n",
	        bytes_text(text, all), (unsigned long long)descriptors,
	        (unsigned long long)bytes, whose,
	        (unsigned long long)(hundredths / 100),
	        (unsigned long long)(hundredths % 100));
}

static void print_runs(const struct msadsc_array *array)
{
	uint64_t runs = msadsc_runs(array);
	unsigned shown = 0;

	kprintf("msadsc: %llu runs of free pages, the highest first:\n",
	        (unsigned long long)runs);
	for (pfn_t run = array->first_run; run != 0 && shown < 8; shown++) {
		struct msadsc d = array->page[run];

		kprintf("msadsc:   page[0x%llx] = 0x%016llx: a run of %llu\n",
		        (unsigned long long)run, (unsigned long long)d.word,
		        (unsigned long long)msadsc_pages(d));
		run = msadsc_high(d);
	}
	if (runs > shown)
		kprintf("msadsc:   and %llu more\n",
		        (unsigned long long)(runs - shown));
}

static void draw_strip(const struct msadsc_array *array)
{
	uint64_t bytes = array->pages * sizeof(struct msadsc);
	char     text[BYTES_TEXT_BYTES];

	console_strip_begin("msadsc");
	console_strip_range(array->base, array->base + bytes, COLOUR_USED);
	console_strip_end("%s taken", bytes_text(text, bytes));
}

void msadsc_print(const struct msadsc_array *array)
{
	char text[BYTES_TEXT_BYTES];

	kprintf("msadsc: %llu pages, %llu usable; descriptors at 0x%llx, "
	        "%s\n",
	        (unsigned long long)array->pages,
	        (unsigned long long)array->usable_pages,
	        (unsigned long long)array->base,
	        bytes_text(text, array->pages * sizeof(struct msadsc)));
	if (array->left_out_pages > 0)
		kprintf("msadsc: warning: %s of RAM above the limit left "
		        "out\n",
		        bytes_text(text, pfn_to_paddr(array->left_out_pages)));
	if (array->left_out_ranges > 0)
		kprintf("msadsc: %u usable ranges hold no whole page\n",
		        array->left_out_ranges);
	print_runs(array);
	print_cost(array, "ours", array->pages, sizeof(struct msadsc));
	print_cost(array, "the course", array->usable_pages, COSMOS_BYTES);
	print_cost(array, "Linux", section_pages(array), LINUX_BYTES);
	draw_strip(array);
}

void msadsc_list(const struct msadsc_array *array)
{
	kprintf("descriptors %llu bytes %llu at 0x%llx\nleft_out_pages %llu\n",
	        (unsigned long long)array->pages,
	        (unsigned long long)(array->pages * sizeof(struct msadsc)),
	        (unsigned long long)array->base,
	        (unsigned long long)array->left_out_pages);
}
