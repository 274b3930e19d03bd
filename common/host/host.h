/**
 * @file
 * The platform on the host: what replays, benchmarks and fuzzers share.
 */
#ifndef HOST_H
#define HOST_H

#include <stdio.h>
#include "occupants.h"
#include "types.h"

/* Where the host pretends that a kernel's image lies. */
#define HOST_IMAGE_BASE (1 * MiB) /**< Its first byte. */
#define HOST_IMAGE_END  (2 * MiB) /**< One past its last. */

/**
 * Record in an empty table what occupies a foreign machine: low memory and an
 * image of 1 MiB at 1 MiB.
 */
void host_occupants(struct occupants *table);

/** End the program with status 1 and a sentence on standard error. */
_Noreturn void host_refuse(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** Give back all memory that phys_to_virt_zeroed() has lent. */
void host_return_all(void);

/** Send what stages print to @p file; NULL keeps it silent.  Returns where it
 * went before. */
FILE *host_print_to(FILE *file);

#endif
