/**
 * @file
 * All states of a small page allocator, and of its lists.
 *
 * exhaust_pages builds each state in one way, with its lists in ascending
 * order.  But which block comes next depends on the order of the list, and so
 * does what unlinking does.  Here two states are the same only if each list
 * has the same blocks in the same order: for each of exhaust.h's 458,330, as
 * many as the free blocks of each order can be put in a row.
 *
 * The arena has 16 units of two pages.  So every block has an order of 1 to 5
 * and goes by the lists alone: single pages would be of
 * groups, where there are any.
 *
 * The judge is an allocator of its own, with arrays for lists.  It says what
 * each call must answer, and every byte that the call must leave.
 *
 *     exhaust_lists              all states (1 GiB of memory, minutes)
 *     exhaust_lists UNITS        of an arena of 2, 4, 8 or 16 units
 *     exhaust_lists --bug NAME   8 units, with a mistake built in: must fail
 *
 * The mistakes: order (a freed block is second on its list), lost (it is on
 * none), touch (a refused call writes).
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "exhaust.h"
#include "host.h"

#define UNITS  16
#define TOP    4                   /* largest order, in units */
#define FIRST  (2 * UNITS)         /* frame of unit 0 */
#define PAST   (FIRST + 2 * UNITS) /* of all units */
#define BLOCKS (UNITS / 2)         /* most that are free: never two buddies */

/* --- The judge ------------------------------------------------------------ */

enum what { NOTHING, FREE, USED };

/* Orders and places are in units. */
struct judge {
	uint8_t what[UNITS];  /* that starts there */
	uint8_t order[UNITS]; /* of what starts there */
	uint8_t list[TOP + 1][BLOCKS];
	uint8_t count[TOP + 1];
};

static unsigned units = UNITS, top = TOP;

static void list_push(struct judge *m, unsigned order, unsigned unit)
{
	for (unsigned i = m->count[order]++; i > 0; i--)
		m->list[order][i] = m->list[order][i - 1];
	m->list[order][0] = (uint8_t)unit;
	m->what[unit] = FREE;
	m->order[unit] = (uint8_t)order;
}

static void list_remove(struct judge *m, unsigned order, unsigned unit)
{
	unsigned i = 0;

	while (m->list[order][i] != unit)
		i++;
	for (m->count[order]--; i < m->count[order]; i++)
		m->list[order][i] = m->list[order][i + 1];
	m->what[unit] = NOTHING;
}

/* The unit that is given out, or -1. */
static int judge_alloc(struct judge *m, unsigned order)
{
	unsigned from = order, unit;

	while (from <= top && m->count[from] == 0)
		from++;
	if (from > top)
		return -1;
	unit = m->list[from][0];
	list_remove(m, from, unit);
	while (from-- > order)
		list_push(m, from, unit + (1U << from));
	m->what[unit] = USED;
	m->order[unit] = (uint8_t)order;
	return (int)unit;
}

static void judge_free(struct judge *m, unsigned unit)
{
	unsigned order = m->order[unit];

	m->what[unit] = NOTHING;
	for (; order < top; order++) {
		unsigned buddy = unit ^ 1U << order;

		if (m->what[buddy] != FREE || m->order[buddy] != order)
			break;
		list_remove(m, order, buddy);
		unit = unit < buddy ? unit : buddy;
	}
	list_push(m, order, unit);
}

/* What freeing 2^order pages at that frame must be answered. */
static enum page_status answer(const struct judge *m, pfn_t pfn, unsigned order)
{
	unsigned unit = (unsigned)(pfn - FIRST) / 2, start = unit;

	if (pfn < FIRST || pfn >= FIRST + 2 * units)
		return PAGE_FOREIGN;
	if (pfn % (UINT64_C(1) << order) != 0)
		return PAGE_MISALIGNED;
	while (m->what[start] == NOTHING)
		start--;
	if (m->what[start] == FREE)
		return PAGE_IS_FREE;
	if (start != unit || pfn % 2 != 0)
		return PAGE_INSIDE;
	return m->order[unit] + 1U == order ? PAGE_OK : PAGE_WRONG_ORDER;
}

/* --- A state in 64 bits --------------------------------------------------- */

/* Below, two bits for each unit: that something starts there, and is in use.
 * Above, four for each free block: the lists, one behind the other. */
static uint64_t pack(const struct judge *m)
{
	uint64_t key = 0;
	unsigned at = 32;

	for (unsigned i = 0; i < units; i++)
		if (m->what[i] != NOTHING)
			key |= (m->what[i] == USED ? UINT64_C(3) : 1) << 2 * i;
	for (unsigned k = 0; k <= top; k++)
		for (unsigned i = 0; i < m->count[k]; i++, at += 4)
			key |= (uint64_t)m->list[k][i] << at;
	return key;
}

static void unpack(uint64_t key, struct judge *m)
{
	unsigned at = 32;

	memset(m, 0, sizeof(*m));
	for (unsigned i = 0, next; i < units; i = next) {
		unsigned order = 0;

		for (next = i + 1; next < units && (key >> 2 * next & 1) == 0;)
			next++;
		while (1U << order < next - i)
			order++;
		m->what[i] = (key >> 2 * i & 2) != 0 ? USED : FREE;
		m->order[i] = (uint8_t)order;
		if (m->what[i] == FREE)
			m->count[order]++;
	}
	for (unsigned k = 0; k <= top; k++)
		for (unsigned i = 0; i < m->count[k]; i++, at += 4)
			m->list[k][i] = key >> at & 15;
}

/* All states so far: in the order of finding, and by a hash table of them. */
static uint64_t *found, *table;
static uint64_t  states, room;
static unsigned  table_bits;

static void make_room(void)
{
	static const uint64_t all[TOP + 1] = { 2, 5, 30, 1829, 52305150 };

	room = all[top];
	table_bits = top == TOP ? 26 : 12;
	found = calloc(room, sizeof(*found));
	table = calloc(UINT64_C(1) << table_bits, sizeof(*table));
	ASSERT(found != NULL && table != NULL, "1 GiB of memory is wanted");
}

static uint64_t place_of(uint64_t key)
{
	return key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - table_bits);
}

/* Calls of one state have led there.  The table is larger than any cache, so
 * its places are fetched while further calls are tried. */
static uint64_t led_to[TOP + 1 + UNITS];
static unsigned leads;

static void lead(uint64_t key)
{
	led_to[leads++] = key;
	__builtin_prefetch(&table[place_of(key)]);
}

/* No key is 0: something starts at unit 0. */
static void reach(uint64_t key)
{
	uint64_t at = place_of(key);

	while (table[at] != 0 && table[at] != key)
		at = (at + 1) & ((UINT64_C(1) << table_bits) - 1);
	if (table[at] == key)
		return;
	ASSERT(states < room, "there are more states than can be");
	table[at] = key;
	found[states++] = key;
}

/* --- The bytes of a state ------------------------------------------------- */

/* All that a call can change. */
struct whole {
	struct msadsc     page[PAST];
	struct memareas   areas;
	struct page_alloc pages;
};

static struct whole empty; /* nothing starts in the arena */

static void save(struct whole *whole)
{
	memcpy(whole->page, machine.array.page,
	       machine.array.pages * sizeof(whole->page[0]));
	whole->areas = machine.areas;
	whole->pages = machine.pages;
}

static void restore(const struct whole *whole)
{
	memcpy(machine.array.page, whole->page,
	       machine.array.pages * sizeof(whole->page[0]));
	machine.areas = whole->areas;
	machine.pages = whole->pages;
}

static bool is_there(const struct whole *whole)
{
	return memcmp(machine.array.page, whole->page,
	              machine.array.pages * sizeof(whole->page[0])) == 0 &&
	       memcmp(&machine.areas, &whole->areas, sizeof(whole->areas)) ==
	               0 &&
	       memcmp(&machine.pages, &whole->pages, sizeof(whole->pages)) == 0;
}

static void start(void)
{
	struct memarea *area = &empty.areas.area[MEMAREA_HARDWARE];

	exhaust_start(FIRST, FIRST + 2 * units);
	save(&empty);
	memset(empty.page + FIRST, 0, sizeof(empty.page) / 2);
	memset(area->list, 0, sizeof(area->list));
	area->orders = 0;
	area->free_pages = 0;
}

/* A descriptor, put together as lesson 2's picture has it. */
static struct msadsc word(unsigned state, unsigned order, uint64_t low,
                          uint64_t high)
{
	return (struct msadsc){ state | order << 3 | low << 8 | high << 36 };
}

static pfn_t frame(unsigned unit)
{
	return FIRST + 2 * unit;
}

/* Every byte of the state that the judge has. */
static void draw(const struct judge *m, struct whole *whole)
{
	struct memarea *area = &whole->areas.area[MEMAREA_HARDWARE];

	*whole = empty;
	for (unsigned i = 0; i < units; i++)
		if (m->what[i] == USED)
			whole->page[frame(i)] =
				word(3, m->order[i] + 1U, 1, 0xffffffe);
	for (unsigned k = 0; k <= top; k++) {
		const uint8_t *list = m->list[k];
		unsigned       count = m->count[k];

		for (unsigned i = 0; i < count; i++)
			whole->page[frame(list[i])] =
				word(2, k + 1, i == 0 ? 0 : frame(list[i - 1]),
			             i + 1 == count ? 0 : frame(list[i + 1]));
		if (count == 0)
			continue;
		area->list[k + 1].first = frame(list[0]);
		area->orders |= 2U << k;
		area->free_pages += count * (2U << k);
	}
}

/* --- The calls ------------------------------------------------------------ */

static struct whole before;
static uint64_t     allocs, frees, no_memory, refusals;
static const char  *bug = "";

static bool has_bug(const char *name)
{
	return strcmp(bug, name) == 0;
}

static _Noreturn void fail(uint64_t key, const char *what)
{
	printf("1..1\nnot ok 1 state 0x%016llx: %s\n", (unsigned long long)key,
	       what);
	exit(1);
}

static void demand(uint64_t from, const struct judge *m)
{
	static struct whole after;

	draw(m, &after);
	if (!is_there(&after))
		fail(from, "a call leaves every byte as the judge says");
	lead(pack(m));
}

static void try_alloc(uint64_t key, const struct judge *judge, unsigned order)
{
	struct judge     after = *judge;
	int              unit = judge_alloc(&after, order);
	pfn_t            pfn = 0;
	enum page_status status =
		page_alloc(&machine.pages, MEMAREA_HARDWARE, order + 1, &pfn);

	if (unit < 0) {
		if (status != PAGE_NO_MEMORY || pfn != 0 || !is_there(&before))
			fail(key, "what is not there is not given out");
		no_memory++;
		return;
	}
	if (status != PAGE_OK || pfn != frame((unsigned)unit))
		fail(key, "the first block of its list is given out");
	allocs++;
	demand(key, &after);
}

/* The mistakes: after a good free, at the list of the block at @unit. */
static void spoil(const struct judge *after, unsigned unit)
{
	struct memarea *area = &machine.areas.area[MEMAREA_HARDWARE];
	struct msadsc  *page = machine.array.page;
	pfn_t           first, second;

	while (after->what[unit] != FREE)
		unit--;
	first = frame(unit);
	second = msadsc_high(page[first]);
	if (has_bug("lost"))
		free_list_remove(area, page, first);
	if (has_bug("order") && second != 0) {
		free_list_remove(area, page, second);
		free_list_push(area, page, second, after->order[unit] + 1U);
	}
}

static void try_free(uint64_t key, const struct judge *judge, unsigned unit)
{
	struct judge after = *judge;

	judge_free(&after, unit);
	if (page_free(&machine.pages, frame(unit), judge->order[unit] + 1U) !=
	    PAGE_OK)
		fail(key, "a block in use can be freed");
	if (*bug != '\0')
		spoil(&after, unit);
	frees++;
	demand(key, &after);
}

/* All other frees at the arena and one frame around it.  Whether a byte has
 * changed is asked after the last one, and in each 64th state after each. */
static void try_mistakes(uint64_t key, const struct judge *judge)
{
	bool each = place_of(key) % 64 == 0 || *bug != '\0';

	for (pfn_t pfn = FIRST - 1; pfn <= FIRST + 2 * units; pfn++)
		for (unsigned order = 0; order <= top + 2; order++) {
			enum page_status expected = answer(judge, pfn, order);

			if (expected == PAGE_OK)
				continue;
			if (page_free(&machine.pages, pfn, order) != expected)
				fail(key, "a mistake gets its answer");
			if (*bug != '\0' && has_bug("touch") &&
			    expected == PAGE_INSIDE)
				machine.array.page[pfn].word = 1;
			refusals++;
			if (each && !is_there(&before))
				fail(key, "a refused free changes nothing");
		}
	if (!is_there(&before))
		fail(key, "no refused free changes anything");
}

static void try_all(uint64_t key)
{
	struct judge judge;

	unpack(key, &judge);
	draw(&judge, &before);
	restore(&before);
	if (page_alloc_check(&machine.pages) != NULL)
		fail(key, page_alloc_check(&machine.pages));
	try_mistakes(key, &judge);
	for (unsigned order = 0; order <= top + 1; order++) {
		try_alloc(key, &judge, order);
		restore(&before);
	}
	for (unsigned unit = 0; unit < units; unit++)
		if (judge.what[unit] == USED) {
			try_free(key, &judge, unit);
			restore(&before);
		}
	while (leads > 0)
		reach(led_to[--leads]);
}

int main(int argc, char **argv)
{
	struct judge all_free = { .what = { FREE } };

	if (argc > 2 && strcmp(argv[1], "--bug") == 0) {
		bug = argv[2];
		units = 8;
	} else if (argc > 1) {
		units = (unsigned)atoi(argv[1]);
	}
	for (top = 0; 1U << top < units;)
		top++;
	ASSERT(1U << top == units && units <= UNITS, "%u units", units);
	all_free.order[0] = (uint8_t)top;
	all_free.count[top] = 1;
	make_room();
	start();
	reach(pack(&all_free));
	for (uint64_t i = 0; i < states; i++)
		try_all(found[i]);

	printf("1..1\n# %llu states, %llu allocations, %llu frees; refused: "
	       "%llu allocations, %llu frees\n",
	       (unsigned long long)states, (unsigned long long)allocs,
	       (unsigned long long)frees, (unsigned long long)no_memory,
	       (unsigned long long)refusals);
	printf("%sok 1 each order of each list is reached, and no other\n",
	       states == room ? "" : "not ");
	return states != room;
}
