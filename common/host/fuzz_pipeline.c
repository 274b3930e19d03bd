/**
 * @file
 * A fuzzer for lessons 1 to 5 in a row: ranges and occupants in, free blocks
 * out.
 *
 * 256 frames are watched, from page 0 on or around 32 MiB.  An entry of the
 * input is 4 bytes: a range of the firmware's, or an occupant.  The judge has
 * two answers for each page: whether it is RAM, and who lies there.  A block
 * must be free exactly where all of its pages are and no larger one holds it.
 *
 * Source: LLVM, "libFuzzer - a library for coverage-guided fuzz testing".
 */
#include "check.h"
#include "host.h"
#include "kstring.h"
#include "merge.h"
#include "occupy.h"

#define FRAMES 256
#define UNIT   (PAGE_SIZE / 4)
#define UNITS  (FRAMES * 4)
#define HIGH   (MEMAREA_KERNEL_BASE - FRAMES / 2)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static struct e820_map     firmware, map;
static struct occupants    occupants;
static struct msadsc_array array;
static struct memareas     areas;

static pfn_t   low;         /* the first frame that is watched */
static uint8_t type[UNITS]; /* the highest that claims it; 0: none */
static bool    ram[FRAMES], occupied[FRAMES];

/* One entry: what, where it begins, how long it is, in units. */
static void add(const uint8_t *entry)
{
	uint64_t unit = entry[1] + 256 * (uint64_t)(entry[0] >> 4 & 3);
	uint64_t units = min_u64(entry[2] + 256 * (uint64_t)(entry[3] & 3),
	                         UNITS - unit);
	uint64_t base = pfn_to_paddr(low) + unit * UNIT;
	uint8_t  claimed = (uint8_t)(1 + entry[3] / 4 % 5);

	if (entry[0] % 4 == 3) {
		occupants_add(&occupants, base, base + units * UNIT,
		              (enum occupant_kind)(entry[3] / 4 % 2), "it");
		return;
	}
	if (e820_add(&firmware, base, units * UNIT, claimed) != E820_OK)
		return;
	for (uint64_t i = unit; i < unit + units; i++)
		if (type[i] < claimed)
			type[i] = claimed;
}

/* What each page is, by the entries alone. */
static void judge_pages(void)
{
	for (pfn_t i = 0; i < FRAMES; i++) {
		paddr_t pa = pfn_to_paddr(low + i);

		ram[i] = true;
		for (unsigned k = 0; k < 4; k++)
			ram[i] = ram[i] && type[4 * i + k] == E820_RAM;
		occupied[i] = low + i == 0;
		for (uint32_t k = 0; k < occupants.count; k++)
			occupied[i] =
				occupied[i] ||
				(occupants.entry[k].base < pa + PAGE_SIZE &&
			         occupants.entry[k].end > pa);
	}
}

static bool all_free(pfn_t base, unsigned order)
{
	for (pfn_t pfn = base; pfn < base + (UINT64_C(1) << order); pfn++)
		if (pfn < low || pfn - low >= FRAMES || !ram[pfn - low] ||
		    occupied[pfn - low] || memarea_of(pfn) != memarea_of(base))
			return false;
	return true;
}

static void judge_blocks(void)
{
	uint64_t free = 0;

	for (pfn_t pfn = low; pfn < min_u64(low + FRAMES, array.pages);) {
		struct msadsc d = array.page[pfn];
		unsigned      k = msadsc_order(d);

		ASSERT((msadsc_state(d) == MSADSC_FREE) == all_free(pfn, 0),
		       "page 0x%llx: 0x%llx", (unsigned long long)pfn,
		       (unsigned long long)d.word);
		if (msadsc_state(d) != MSADSC_FREE) {
			pfn++;
			continue;
		}
		ASSERT(pfn % (UINT64_C(1) << k) == 0 && all_free(pfn, k) &&
		               !all_free(pfn >> (k + 1) << (k + 1), k + 1),
		       "block 0x%llx of order %u", (unsigned long long)pfn, k);
		free += UINT64_C(1) << k;
		pfn += UINT64_C(1) << k;
	}
	for (unsigned i = 0; i < MEMAREAS; i++)
		free -= areas.area[i].free_pages;
	ASSERT(free == 0, "%lld pages too many", (long long)free);
}

static void must_hold(const char *broken)
{
	ASSERT(broken == NULL, "%s", broken);
}

static void run(void)
{
	struct msadsc_need  need;
	struct occupy_fault fault;

	e820_normalize(&firmware, &map);
	must_hold(e820_check(&map));
	if (msadsc_init(&array, &map, &occupants, PFN_LIMIT, &need) !=
	    MSADSC_OK)
		return;
	must_hold(msadsc_check(&array));
	memareas_init(&areas, &array);
	must_hold(memareas_check(&areas, &array));
	if (occupy_mark(&array, &areas, &occupants, &fault) != OCCUPY_OK)
		return;
	must_hold(occupy_check(&array, &areas, &occupants));
	ASSERT(merge_runs(&array, &areas) == MERGE_OK, "it is its turn");
	must_hold(merge_check(&array, &areas));
	judge_pages();
	judge_blocks();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	if (bytes == 0)
		return 0;
	firmware.count = occupants.count = 0;
	memset(type, 0, sizeof(type));
	low = data[0] % 2 == 0 ? 0 : HIGH;
	for (size_t i = 1; i + 4 <= bytes && firmware.count < 200; i += 4)
		add(data + i);
	run();
	host_return_all();
	return 0;
}
