/**
 * @file
 * Lesson 3: see memarea.h.
 *
 * The idea: an area is two bounds.  What is in it follows by cutting the
 * usable ranges there; no page has to be asked.
 */
#include "console.h"
#include "memarea.h"
#include "strip.h"

static const pfn_t bound[] = { 0, MEMAREA_KERNEL_BASE, MEMAREA_USER_BASE,
	                       PFN_LIMIT };
_Static_assert(sizeof(bound) / sizeof(bound[0]) == MEMAREAS + 1,
               "each area begins where the one before it ends");

const char *memarea_name(enum memarea_kind kind)
{
	static const char *const name[] = { "hardware", "kernel", "user" };

	ASSERT(kind < MEMAREAS, "area %d", (int)kind);
	return name[kind];
}

/* Described usable pages in frames [base, end). */
static uint64_t usable_between(const struct msadsc_array *array, pfn_t base,
                               pfn_t end)
{
	uint64_t pages = 0;

	end = min_u64(end, array->pages);
	for (uint32_t i = 0; i < array->map->count; i++) {
		const struct e820_range *r = &array->map->range[i];
		pfn_t first = max_u64(e820_first_page(r), base);
		pfn_t past = min_u64(e820_past_page(r), end);

		if (r->type == E820_RAM && first < past)
			pages += past - first;
	}
	return pages;
}

void memareas_init(struct memareas *areas, const struct msadsc_array *array)
{
	*areas = (struct memareas){ 0 };
	for (int i = 0; i < MEMAREAS; i++) {
		struct memarea *area = &areas->area[i];

		area->base = bound[i];
		area->end = bound[i + 1];
		area->usable_pages =
			usable_between(array, area->base, area->end);
	}
}

const char *memareas_check(const struct memareas     *areas,
                           const struct msadsc_array *array)
{
	uint64_t usable = 0;

	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas->area[i];

		if (memarea_of(area->base) != (enum memarea_kind)i ||
		    memarea_of(area->end - 1) != (enum memarea_kind)i)
			return "a page's address says its area";
		if (area->base != bound[i] || area->end != bound[i + 1])
			return "areas touch: together they are all of memory";
		if (area->usable_pages !=
		    usable_between(array, area->base, area->end))
			return "an area counts the usable pages between its "
			       "bounds";
		usable += area->usable_pages;
	}
	if (usable != array->usable_pages)
		return "each usable page is in one area";
	return NULL;
}

/* A white line where an area begins. */
static void draw_strip(const struct memareas *areas)
{
	unsigned with_pages = 0;

	console_strip_begin("memarea");
	for (int i = 0; i < MEMAREAS; i++) {
		paddr_t base = pfn_to_paddr(areas->area[i].base);

		console_strip_line(base);
		with_pages += areas->area[i].usable_pages > 0;
	}
	console_strip_end("%u of %d have RAM", with_pages, MEMAREAS);
}

void memareas_print(const struct memareas *areas)
{
	char base[BYTES_TEXT_BYTES], end[BYTES_TEXT_BYTES];
	char usable[BYTES_TEXT_BYTES];

	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas->area[i];

		kprintf("memarea: %-8s %6s to %6s: %10llu usable pages, %s\n",
		        memarea_name((enum memarea_kind)i),
		        bytes_text(base, pfn_to_paddr(area->base)),
		        bytes_text(end, pfn_to_paddr(area->end)),
		        (unsigned long long)area->usable_pages,
		        bytes_text(usable, pfn_to_paddr(area->usable_pages)));
	}
	draw_strip(areas);
}

void memareas_list(const struct memareas *areas)
{
	for (int i = 0; i < MEMAREAS; i++) {
		const struct memarea *area = &areas->area[i];

		kprintf("area %s usable %llu occupied %llu free %llu\n",
		        memarea_name((enum memarea_kind)i),
		        (unsigned long long)area->usable_pages,
		        (unsigned long long)area->occupied_pages,
		        (unsigned long long)(area->usable_pages -
		                             area->occupied_pages));
	}
}

void memarea_tell(const void *areas, paddr_t paddr)
{
	enum memarea_kind     kind = memarea_of(pfn_down(paddr));
	const struct memarea *area =
		&((const struct memareas *)areas)->area[kind];

	kprintf(" area     %s: %llu usable pages, %llu occupied, %llu in free "
	        "blocks\n",
	        memarea_name(kind), (unsigned long long)area->usable_pages,
	        (unsigned long long)area->occupied_pages,
	        (unsigned long long)area->free_pages);
}
