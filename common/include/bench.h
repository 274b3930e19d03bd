/**
 * @file
 * The benchmark kit: the same workload runs on the host and in the kernel.
 *
 *     BENCH(pages)
 *     {
 *             uint64_t since = bench_begin();
 *
 *             pairs(1000000);
 *             bench_row("A", 1000000, bench_end(since));
 *     }
 *
 * A workload registers itself as a test does, in a section that the linker
 * collects.  It counts what stands between bench_begin() and bench_end(), as
 * often as it likes, and then prints a row.  What is counted is the
 * platform's to say: the kernel reads the processor's time stamp, which in
 * QEMU with -icount is the number of instructions; the host's program counts
 * nanoseconds, or, under callgrind, leaves the counting to that.
 *
 * Source: QEMU's documentation, "TCG Instruction Counting".
 */
#ifndef BENCH_H
#define BENCH_H

#include "console.h"
#include "kstring.h"
#include "occupants.h"

#include "bench_spread.h"

/** One workload, as the linker collects them. */
struct bench {
	const char *name;  /**< As make bench knows it. */
	void (*run)(void); /**< Prints its rows. */
};

/** Begin a workload; its body follows. */
#define BENCH(bench_name)                                                      \
	static void               bench_name(void);                            \
	static const struct bench bench_name##_record                          \
		__attribute__((section("benches"), used,                       \
	                       aligned(8))) = { #bench_name, bench_name };     \
	static void bench_name(void)

/**
 * Run the workload of the name @p name, or all where it is NULL.
 *
 * @return how many there were
 */
unsigned bench_run(const char *name);

/** Platform: what follows is counted.  The count is bench_end()'s. */
uint64_t bench_begin(void);

/**
 * Platform: what follows is not counted.
 *
 * @param since  what bench_begin() returned
 * @return what was counted between, without the two calls; 0 where only the
 *         platform's bench_row() can know it
 */
uint64_t bench_end(uint64_t since);

/** Platform: counted from the kernel's first instruction on; 0 on the host. */
uint64_t bench_since_entry(void);

/**
 * Platform: of the memory that phys_to_virt_zeroed() lent, the bytes that it
 * has cleared, with tables that it needed for that; 0: all of it.
 */
uint64_t bench_cleared(void);

/**
 * Platform: print `bench: ROW OPERATIONS TICKS`.
 *
 * @param row         one word
 * @param operations  that were counted, in one piece or several
 * @param ticks       the sum of what bench_end() returned for them
 */
void bench_row(const char *row, uint64_t operations, uint64_t ticks);

/** bench_row() whose name is @p text with @p number behind it. */
void bench_row_of(const char *text, uint64_t number, uint64_t operations,
                  uint64_t ticks);

/**
 * Print bench_row(), and where ticks are known one by one
 * `bench: ROW p50 N p99 N p99.9 N worst N`.
 */
void bench_spread_row(const char *row, const struct bench_spread *spread);

/** The machine that workloads build their own state for. */
struct bench_platform {
	const void      *ranges;       /**< For e820_read(). */
	uint32_t         range_count;  /**< The same. */
	uint32_t         range_stride; /**< The same. */
	uint32_t         phys_bits;    /**< Width of physical addresses. */
	struct occupants occupants;    /**< With test_memory(). */
	bool             lazy;         /**< The kernel's word "lazy". */
};

/**
 * Platform: what there is.  On the host all memory is new, and what was lent
 * before is gone.
 */
void bench_platform(struct bench_platform *platform);

/** bench_random()'s state at the start of each workload. */
#define BENCH_SEED UINT64_C(88172645463325252)

/** The next number of xorshift64 (G. Marsaglia, "Xorshift RNGs"). */
static inline uint64_t bench_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

#endif
