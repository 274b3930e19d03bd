/**
 * @file
 * Lesson 1: how a map is shown: see e820.h.
 */
#include "console.h"
#include "e820.h"
#include "strip.h"

#define TYPE_TEXT_BYTES 16 /* "type-4294967295" and its NUL */

static const char *type_text(char text[TYPE_TEXT_BYTES], uint32_t type)
{
	switch (type) {
	case E820_RAM:
		return "usable";
	case E820_RESERVED:
		return "reserved";
	case E820_ACPI:
		return "acpi-data";
	case E820_NVS:
		return "acpi-nvs";
	case E820_BAD:
		return "unusable";
	case E820_PMEM:
		return "persistent";
	case E820_SOFT_RESERVED:
		return "soft-reserved";
	default:
		ksnprintf(text, TYPE_TEXT_BYTES, "type-%u", type);
		return text;
	}
}

static enum console_colour type_colour(uint32_t type)
{
	if (type == E820_RAM)
		return COLOUR_FREE;
	if (type == E820_ACPI || type == E820_NVS)
		return COLOUR_FIRMWARE;
	return COLOUR_RESERVED;
}

static void print_ranges(const struct e820_map *map)
{
	char type[TYPE_TEXT_BYTES], length[BYTES_TEXT_BYTES];

	for (uint32_t i = 0; i < map->count; i++) {
		const struct e820_range *r = &map->range[i];

		kprintf("e820:   0x%016llx-0x%016llx %s%-13s%s %10s\n",
		        (unsigned long long)r->base,
		        (unsigned long long)e820_last(r),
		        console_colour(type_colour(r->type)),
		        type_text(type, r->type), console_colour(COLOUR_NONE),
		        bytes_text(length, r->end - r->base));
	}
}

/* --- The picture: 72 columns from 64 KiB to 1 TiB, three to each doubling */

#define COLUMNS     72
#define FIRST_POWER 16 /* the first column ends a little above 2^16 */

/* First address of column @i: between powers of two, steps are equal. */
static paddr_t column_base(unsigned i)
{
	paddr_t power = UINT64_C(1) << (FIRST_POWER + i / 3);

	return i == 0 ? 0 : power + power / 3 * (i % 3);
}

/* Bytes of @r in [base, end). */
static uint64_t overlap(const struct e820_range *r, paddr_t base, paddr_t end)
{
	if (r->base >= end || e820_last(r) < base)
		return 0;
	return min_u64(e820_last(r), end - 1) - max_u64(r->base, base) + 1;
}

/* The range that has most of column @i, or NULL: nothing is there. */
static const struct e820_range *column_owner(const struct e820_map *map,
                                             unsigned               i)
{
	const struct e820_range *owner = NULL;
	uint64_t                 most = 0;

	for (uint32_t k = 0; k < map->count; k++) {
		uint64_t bytes = overlap(&map->range[k], column_base(i),
		                         column_base(i + 1));

		if (bytes > most) {
			owner = &map->range[k];
			most = bytes;
		}
	}
	return owner;
}

static char type_letter(uint32_t type)
{
	if (type == E820_RAM)
		return '#';
	if (type == E820_ACPI || type == E820_NVS)
		return 'a';
	return type == E820_RESERVED ? 'r' : 'x';
}

static void print_picture(const struct e820_map *map)
{
	kprintf("e820: ");
	for (unsigned i = 0; i < COLUMNS; i++) {
		const struct e820_range *owner = column_owner(map, i);

		if (owner == NULL)
			kprintf("%s.", console_colour(COLOUR_HOLE));
		else
			kprintf("%s%c",
			        console_colour(type_colour(owner->type)),
			        type_letter(owner->type));
	}
	kprintf("%s\n", console_colour(COLOUR_NONE));
	kprintf("e820: 64K         1M          16M         256M        "
	        "4G          64G       1T\n");
	kprintf("e820: # usable  r reserved  a ACPI  x other  . nothing; "
	        "three columns double\n");
}

/* --- Totals ------------------------------------------------------------- */

static void print_type_total(const struct e820_map *map, uint32_t type)
{
	char     name[TYPE_TEXT_BYTES], length[BYTES_TEXT_BYTES];
	uint64_t bytes = 0;
	uint32_t ranges = 0;

	for (uint32_t i = 0; i < map->count; i++) {
		if (map->range[i].type != type)
			continue;
		bytes += map->range[i].end - map->range[i].base;
		ranges++;
	}
	kprintf("e820: %s%-13s%s %10s in %u range%s\n",
	        console_colour(type_colour(type)), type_text(name, type),
	        console_colour(COLOUR_NONE), bytes_text(length, bytes), ranges,
	        ranges == 1 ? "" : "s");
}

/* The lowest type from @least up that the map has; false: there is none. */
static bool next_type(const struct e820_map *map, uint64_t least,
                      uint32_t *type)
{
	bool found = false;

	for (uint32_t i = 0; i < map->count; i++) {
		uint32_t t = map->range[i].type;

		if (t >= least && (!found || t < *type)) {
			*type = t;
			found = true;
		}
	}
	return found;
}

static void print_totals(const struct e820_map *map)
{
	struct e820_totals totals = e820_total(map);
	uint64_t           least = 0;
	uint32_t           type = 0;

	for (; next_type(map, least, &type); least = type + UINT64_C(1))
		print_type_total(map, type);
	kprintf("e820: usable pages: %llu, of which %llu below 1 MiB\n",
	        (unsigned long long)totals.usable_pages,
	        (unsigned long long)totals.pages_below_1m);
}

/* An end of 2^64 is 0; without its last byte it is the same picture. */
static void draw_range(const struct e820_range *r)
{
	console_strip_range(r->base, max_u64(r->end, e820_last(r)),
	                    type_colour(r->type));
}

static void draw_strip(const struct e820_map *map)
{
	struct e820_totals totals = e820_total(map);
	char               text[BYTES_TEXT_BYTES];

	console_strip_begin("e820");
	for (uint32_t i = 0; i < map->count; i++)
		draw_range(&map->range[i]);
	console_strip_end("%s usable", bytes_text(text, totals.usable_bytes));
}

void e820_print_warnings(const struct e820_map *firmware)
{
	if (firmware->wrapped > 0)
		kprintf("e820: warning: %u usable range%s past 2^64: left "
		        "out\n",
		        firmware->wrapped,
		        firmware->wrapped == 1 ? " goes" : "s go");
	if (firmware->crowded > 0)
		kprintf("e820: warning: %u ranges, room for %u: %u usable "
		        "range%s left out (raise E820_MAX)\n",
		        firmware->given, E820_MAX, firmware->crowded,
		        firmware->crowded == 1 ? "" : "s");
}

void e820_print(const struct e820_map *firmware, const struct e820_map *map)
{
	kprintf("e820: the firmware gives %u ranges", firmware->given);
	kprintf(firmware->empty > 0 ? ", %u empty:\n" : ":\n", firmware->empty);
	print_ranges(firmware);
	e820_print_warnings(firmware);
	kprintf("e820: in order, disjoint and joined they are %u:\n",
	        map->count);
	print_ranges(map);
	print_picture(map);
	print_totals(map);
	draw_strip(map);
}

void e820_list(const struct e820_map *firmware, const struct e820_map *map)
{
	struct e820_totals totals = e820_total(map);
	char               type[TYPE_TEXT_BYTES];

	kprintf("entries_in %u entries_out %u usable_bytes %llu "
	        "usable_pages %llu pages_below_1M %llu\n",
	        firmware->given, map->count,
	        (unsigned long long)totals.usable_bytes,
	        (unsigned long long)totals.usable_pages,
	        (unsigned long long)totals.pages_below_1m);
	for (uint32_t i = 0; i < map->count; i++)
		kprintf("0x%016llx-0x%016llx %s\n",
		        (unsigned long long)map->range[i].base,
		        (unsigned long long)e820_last(&map->range[i]),
		        type_text(type, map->range[i].type));
}
