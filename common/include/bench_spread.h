/**
 * @file
 * How the costs of single operations are spread: a part of bench.h that
 * needs nothing but its includer's integers, memset() and kprintf(), so that
 * a module of another kernel can use it.
 */
#ifndef BENCH_SPREAD_H
#define BENCH_SPREAD_H

/** Bins of a bench_spread: an operation that takes more is in the last. */
#define BENCH_BINS 8192

/** So many operations took so many ticks. */
struct bench_spread {
	uint64_t  operations; /**< How many. */
	uint64_t  ticks;      /**< All together. */
	uint64_t  worst;      /**< The most that one took. */
	uint32_t *bin; /**< BENCH_BINS of them: how many took so many ticks. */
};

/** Begin, with memory for BENCH_BINS bins. */
static inline void bench_spread_init(struct bench_spread *spread, uint32_t *bin)
{
	*spread = (struct bench_spread){ .bin = bin };
	memset(bin, 0, BENCH_BINS * sizeof(*bin));
}

/** Note an operation that took so much.  Takes constant time. */
static inline void bench_note(struct bench_spread *spread, uint64_t ticks)
{
	spread->operations++;
	spread->ticks += ticks;
	if (ticks > spread->worst)
		spread->worst = ticks;
	spread->bin[ticks < BENCH_BINS ? ticks : BENCH_BINS - 1]++;
}

/** Ticks that @p permille of 1000 operations did not exceed.  Takes O(bins)
 * time. */
static inline uint64_t bench_percentile(const struct bench_spread *spread,
                                        uint64_t                   permille)
{
	uint64_t wanted = (spread->operations * permille + 999) / 1000;
	uint64_t ticks = 0, seen = spread->bin[0];

	while (seen < wanted && ticks < BENCH_BINS - 1)
		seen += spread->bin[++ticks];
	return ticks;
}

/** Print `bench: ROW p50 N p99 N p99.9 N worst N`. */
static inline void bench_spread_print(const char                *row,
                                      const struct bench_spread *spread)
{
	kprintf("bench: %s p50 %llu p99 %llu p99.9 %llu worst %llu\n", row,
	        (unsigned long long)bench_percentile(spread, 500),
	        (unsigned long long)bench_percentile(spread, 990),
	        (unsigned long long)bench_percentile(spread, 999),
	        (unsigned long long)spread->worst);
}

#endif
