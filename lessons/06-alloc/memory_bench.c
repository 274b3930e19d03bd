/**
 * @file
 * See memory_bench.h.
 */
#include "memory_bench.h"
#include "phys.h"
#include "test.h"

_Static_assert(sizeof(struct bench_memory) <= TEST_MEMORY_BYTES, "it fits");

struct bench_memory *bench_memory_new(void)
{
	struct bench_machine *machine = bench_machine_read();
	struct bench_memory  *m = (struct bench_memory *)machine;

	bench_machine_stages(machine);
	ASSERT(page_alloc_init(&m->pages, &machine->array, &machine->areas) ==
	               PAGE_OK,
	       "phase %d", (int)machine->array.phase);
	bench_spread_init(&m->spread,
	                  bench_memory_take(m, BENCH_BINS * sizeof(uint32_t)));
	return m;
}

void *bench_memory_take(struct bench_memory *m, uint64_t bytes)
{
	uint64_t pages = bytes_to_pages(bytes);
	pfn_t    first = 0;

	ASSERT(pages_alloc_exact(&m->pages, BENCH_KIND, pages, &first) ==
	               PAGE_OK,
	       "%llu pages", (unsigned long long)pages);
	return phys_to_virt(pfn_to_paddr(first), pfn_to_paddr(pages));
}

uint64_t bench_memory_free_pages(const struct bench_memory *m)
{
	uint64_t pages = page_cached(&m->pages);

	for (int i = 0; i < MEMAREAS; i++)
		pages += m->machine.areas.area[i].free_pages;
	return pages;
}
