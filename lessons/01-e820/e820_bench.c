/**
 * @file
 * Benchmark of lesson 1: sorting maps of 10, 100 and 1,000 ranges.
 *
 * Each range begins anywhere in 1 TiB and is up to twice as long as the gaps
 * would be if they were even, so that most of them overlap a neighbour.
 */
#include "bench.h"
#include "check.h"
#include "e820.h"
#include "test.h"

struct maps {
	struct e820_map firmware, map;
};

_Static_assert(sizeof(struct maps) <= TEST_MEMORY_BYTES, "two maps fit");

static void sort(struct maps *maps, uint64_t ranges)
{
	uint64_t seed = BENCH_SEED, since, longest = 2 * TiB / ranges;

	maps->firmware.count = 0;
	for (uint64_t i = 0; i < ranges; i++) {
		paddr_t  base = bench_random(&seed) % TiB;
		uint64_t bytes = 1 + bench_random(&seed) % longest;
		uint32_t type = 1 + (uint32_t)(bench_random(&seed) % 5);

		e820_add(&maps->firmware, base, bytes, type);
	}
	since = bench_begin();
	e820_normalize(&maps->firmware, &maps->map);
	bench_row_of("E", ranges, ranges, bench_end(since));
	ASSERT(e820_check(&maps->map) == NULL, "%s", e820_check(&maps->map));
}

BENCH(e820)
{
	struct maps *maps = test_memory();

	sort(maps, 10);
	sort(maps, 100);
	sort(maps, 1000);
}
