/**
 * @file
 * The part of the benchmark kit that is the same everywhere: see bench.h.
 */
#include "bench.h"

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

void bench_spread_row(const char *row, const struct bench_spread *spread)
{
	bench_row(row, spread->operations, spread->ticks);
	if (spread->ticks != 0)
		bench_spread_print(row, spread);
}
