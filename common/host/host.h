/**
 * @file
 * The platform on the host: what replays, benchmarks and fuzzers share.
 */
#ifndef HOST_H
#define HOST_H

#include <stdio.h>
#include "types.h"

/** Give back all memory that phys_to_virt_zeroed() has lent. */
void host_return_all(void);

/** Send what stages print to @p file; NULL keeps it silent. */
void host_print_to(FILE *file);

#endif
