/**
 * @file
 * Benchmarks in the booted kernel: see common/include/bench.h.
 */
#ifndef BOOT_BENCH_H
#define BOOT_BENCH_H

#include "boot_info.h"

/**
 * Run the workload @p name ("": all of them).
 *
 * @param boot,occupants  what it is told of the machine; unchanged
 * @param name            one word, or ""
 * @return whether there is such a workload
 */
bool boot_bench(const struct boot_info *boot, const struct occupants *occupants,
                const char *name);

#endif
