/**
 * @file
 * The part of the benchmark kit that is the same everywhere: see bench.h.
 */
#include "bench.h"
#include "kstring.h"

/* The linker sets these around the section of the same name. */
extern const struct bench __start_benches[], __stop_benches[];

unsigned bench_run(const char *name)
{
	unsigned ran = 0;

	for (const struct bench *b = __start_benches; b < __stop_benches; b++) {
		if (name != NULL && strcmp(b->name, name) != 0)
			continue;
		b->run();
		ran++;
	}
	return ran;
}

void bench_row_of(const char *text, uint64_t number, uint64_t operations,
                  uint64_t ticks)
{
	char row[32];

	ksnprintf(row, sizeof(row), "%s%llu", text, (unsigned long long)number);
	bench_row(row, operations, ticks);
}

void bench_spread_init(struct bench_spread *spread, uint32_t *bin)
{
	*spread = (struct bench_spread){ .bin = bin };
	memset(bin, 0, BENCH_BINS * sizeof(*bin));
}

/* Ticks that @permille of 1000 operations did not exceed. */
static uint64_t percentile(const struct bench_spread *spread, uint64_t permille)
{
	uint64_t wanted = (spread->operations * permille + 999) / 1000;
	uint64_t ticks = 0, seen = spread->bin[0];

	while (seen < wanted && ticks < BENCH_BINS - 1)
		seen += spread->bin[++ticks];
	return ticks;
}

void bench_spread_row(const char *row, const struct bench_spread *spread)
{
	bench_row(row, spread->operations, spread->ticks);
	if (spread->ticks == 0)
		return;
	kprintf("bench: %s p50 %llu p99 %llu p99.9 %llu worst %llu\n", row,
	        (unsigned long long)percentile(spread, 500),
	        (unsigned long long)percentile(spread, 990),
	        (unsigned long long)percentile(spread, 999),
	        (unsigned long long)spread->worst);
}
