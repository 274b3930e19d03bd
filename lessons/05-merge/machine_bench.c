/**
 * @file
 * Benchmark of lessons 2 to 5: what the stages cost, and the whole boot.
 */
#include "machine_bench.h"
#include "test.h"

struct bench_machine *bench_machine_read(void)
{
	struct bench_machine *m = test_memory();

	bench_platform(&m->platform);
	e820_read(&m->firmware, m->platform.ranges, m->platform.range_count,
	          m->platform.range_stride);
	e820_normalize(&m->firmware, &m->map);
	return m;
}

void bench_machine_stages(struct bench_machine *m)
{
	struct msadsc_need  need;
	struct occupy_fault fault;

	ASSERT(msadsc_init(&m->array, &m->map, &m->platform.occupants,
	                   msadsc_limit(m->platform.phys_bits),
	                   &need) == MSADSC_OK,
	       "%s", need.why);
	memareas_init(&m->areas, &m->array);
	ASSERT(occupy_mark(&m->array, &m->areas, &m->platform.occupants,
	                   &fault) == OCCUPY_OK,
	       "page 0x%llx", (unsigned long long)fault.pfn);
	ASSERT((m->platform.lazy
	                ? merge_lazily(&m->array, &m->areas, MEMAREA_USER_BASE)
	                : merge_runs(&m->array, &m->areas)) == MERGE_OK,
	       "phase %d", (int)m->array.phase);
}

/* Reports and checks, which a lesson's kernel has between its stages, are for
 * the reader and are left out. */
BENCH(boot)
{
	struct bench_machine *m = bench_machine_read();
	uint64_t              since = bench_begin(), stages, ready, cleared;

	bench_machine_stages(m);
	stages = bench_end(since);
	ready = bench_since_entry();
	bench_row("D-stages", m->array.usable_pages, stages);
	if (ready != 0)
		bench_row("D-ready", m->array.usable_pages, ready);
	cleared = bench_cleared();
	if (cleared == 0)
		cleared = m->array.pages * sizeof(struct msadsc);
	bench_row("D-bytes", m->array.usable_pages, cleared);
	ASSERT(merge_check(&m->array, &m->areas) == NULL, "%s",
	       merge_check(&m->array, &m->areas));
}
