/**
 * @file
 * See boot_bench.h: the platform's half of the kit is the time stamp counter.
 */
#include "boot_bench.h"

#include "bench.h"
#include "layout.h"
#include "lazy.h"
#include "test.h"

extern const uint64_t entry_time; /* entry.S: at the first instruction */

static const struct boot_info *boot_info;
static const struct occupants *boot_occupants;
static uint64_t                frame; /* What two calls take by themselves. */

static uint64_t time_stamp(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

uint64_t bench_begin(void)
{
	return time_stamp();
}

uint64_t bench_end(uint64_t since)
{
	uint64_t ticks = time_stamp() - since;

	/* A clock that is no counter is never the same twice. */
	return ticks > frame ? ticks - frame : 0;
}

uint64_t bench_since_entry(void)
{
	return time_stamp() - entry_time;
}

uint64_t bench_cleared(void)
{
	return lazy_bytes();
}

void bench_row(const char *row, uint64_t operations, uint64_t ticks)
{
	kprintf("bench: %s %llu %llu\n", row, (unsigned long long)operations,
	        (unsigned long long)ticks);
}

void bench_platform(struct bench_platform *platform)
{
	paddr_t memory = (uintptr_t)test_memory() - DIRECT_MAP;

	*platform = (struct bench_platform){
		.ranges = boot_info->ranges,
		.range_count = boot_info->range_count,
		.range_stride = boot_info->range_stride,
		.phys_bits = boot_info->phys_bits,
		.occupants = *boot_occupants,
		.lazy = boot_info_option(boot_info, "lazy", NULL, 0),
	};
	occupants_add(&platform->occupants, memory, memory + TEST_MEMORY_BYTES,
	              OCCUPANT_OWN, "bench");
}

bool boot_bench(const struct boot_info *boot, const struct occupants *occupants,
                const char *name)
{
	boot_info = boot;
	boot_occupants = occupants;
	frame = bench_end(bench_begin());
	return bench_run(name[0] != '\0' ? name : NULL) != 0;
}
