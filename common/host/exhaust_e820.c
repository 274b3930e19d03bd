/**
 * @file
 * All small memory maps: up to four entries over eight half pages.
 *
 * An entry begins and ends at one of nine places, half a page apart, and has
 * one of six types: 45 * 6 = 270 entries, empty ones among them.  This makes
 * every choice of up to four, 229,741,876 of them with repetition and without
 * regard to order, and holds the map made of each against a table with one
 * type for each half page.
 *
 *     exhaust_e820 BASE [SHARE]    the places begin at BASE; each SHARE-th
 *     exhaust_e820 --bug           the table lets the lower type win: must fail
 *
 * Each choice is given in the order in which it is made, and backwards.
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "e820.h"
#include "host.h"

#define UNIT    (PAGE_SIZE / 2)
#define UNITS   8
#define MOST    4
#define ENTRIES 270

static struct entry {
	unsigned first, past; /* half pages */
	uint32_t type;
} entry[ENTRIES];

static const uint32_t type[] = { 0, 1, 2, 3, 4, 20 };

static paddr_t         origin;
static struct e820_map firmware, map;
static uint64_t        maps, share;
static bool            bug;

static void make_entries(void)
{
	size_t count = 0;

	for (unsigned first = 0; first <= UNITS; first++)
		for (unsigned past = first; past <= UNITS; past++)
			for (size_t t = 0; t < 6; t++)
				entry[count++] =
					(struct entry){ first, past, type[t] };
	ASSERT(count == ENTRIES, "%zu entries", count);
}

/* What the half page is: the highest type of those that hold it, or -1. */
static int64_t unit_type(const struct entry *const chosen[], unsigned count,
                         unsigned unit)
{
	int64_t best = -1;

	for (unsigned i = 0; i < count; i++)
		if (chosen[i]->first <= unit && unit < chosen[i]->past &&
		    (best < 0 ||
		     (bug ? chosen[i]->type < best : chosen[i]->type > best)))
			best = chosen[i]->type;
	return best;
}

static _Noreturn void fail(const struct entry *const chosen[], unsigned count,
                           const char *why)
{
	printf("1..1\n");
	for (unsigned i = 0; i < count; i++)
		printf("# half pages [%u, %u) of type %u\n", chosen[i]->first,
		       chosen[i]->past, chosen[i]->type);
	printf("not ok 1 %s\n", why);
	exit(1);
}

/* Walk the map and the table side by side. */
static void compare(const struct entry *const chosen[], unsigned count)
{
	const struct e820_range *r = map.range;
	const struct e820_range *end = map.range + map.count;
	uint64_t                 pages = 0, whole = 0;

	for (unsigned unit = 0; unit < UNITS; unit++) {
		paddr_t pa = origin + unit * UNIT;
		int64_t is = -1, want = unit_type(chosen, count, unit);

		while (r < end && e820_last(r) < pa)
			r++;
		if (r < end && r->base <= pa)
			is = r->type;
		if (is != want)
			fail(chosen, count, "each half page has its type");
		if (unit % 2 == 0)
			whole = want == E820_RAM;
		else
			pages += whole && want == E820_RAM;
	}
	if (map.count > 0 && (map.range[0].base < origin ||
	                      e820_last(&end[-1]) - origin >= UNITS * UNIT))
		fail(chosen, count, "nothing is there that was not given");
	if (e820_total(&map).usable_pages != pages)
		fail(chosen, count, "a page is usable if both halves are");
}

static void add(const struct entry *e)
{
	enum e820_status status =
		e820_add(&firmware, origin + e->first * UNIT,
	                 (e->past - e->first) * UNIT, e->type);

	ASSERT(status == E820_OK, "status %d", (int)status);
}

static void try_choice(const struct entry *const chosen[], unsigned count)
{
	const char *broken;

	if (maps++ % share != 0)
		return;
	for (unsigned back = 0; back < 2; back++) {
		firmware.count = 0;
		for (unsigned i = 0; i < count; i++)
			add(chosen[back ? count - 1 - i : i]);
		e820_normalize(&firmware, &map);
		broken = e820_check(&map);
		if (broken != NULL)
			fail(chosen, count, broken);
		compare(chosen, count);
	}
}

/* All choices of further entries from @from on. */
static void choose(const struct entry *chosen[], unsigned count, size_t from)
{
	try_choice(chosen, count);
	if (count == MOST)
		return;
	for (size_t i = from; i < ENTRIES; i++) {
		chosen[count] = &entry[i];
		choose(chosen, count + 1, i);
	}
}

int main(int argc, char **argv)
{
	const struct entry *chosen[MOST];

	bug = argc > 1 && strcmp(argv[1], "--bug") == 0;
	origin = argc > 1 && !bug ? strtoull(argv[1], NULL, 0) : 0;
	share = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	make_entries();
	choose(chosen, 0, 0);
	printf("1..1\n# %llu maps from 0x%llx on, each %llu-th tried in two "
	       "orders\nok 1 each small map is as the table says\n",
	       (unsigned long long)maps, (unsigned long long)origin,
	       (unsigned long long)share);
	return 0;
}
