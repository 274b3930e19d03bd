/**
 * @file
 * Mistakes made on purpose, to see that each is explained: see mistake.h.
 *
 * The machine's own are made before kernel_main(), those of stages when it
 * has returned.  "provoke=late-null" makes one of the machine's then too.
 * "provoke=all" makes all that the kernel survives.
 */
#ifndef PROVOKE_H
#define PROVOKE_H

#include "mistake.h"

/** Make the machine's mistake of this name, which ends the kernel, if there is
 *  one. */
void provoke_early(const char *name);

/** Do what @p name asks for, now that kernel_main() has returned; panic if
 *  there is no such mistake. */
void provoke_late(const char *name);

/** Begin a mistake of the machine's: its body follows. */
#define MISTAKE(mistake)                                                       \
	static void provoke_##mistake(void *stage __attribute__((unused)))

/** Its line in a table. */
#define MISTAKE_ENDS(mistake)                                                  \
	{                                                                      \
#mistake, provoke_##mistake, true                              \
	}

/** The end of a table. */
#define MISTAKES_END                                                           \
	{                                                                      \
		NULL, NULL, false                                              \
	}

/** Accesses to memory. */
extern const struct mistake provoke_memory[];

/** Instructions. */
extern const struct mistake provoke_cpu[];

/** Of the kernel itself: what it stops at by its own word. */
extern const struct mistake provoke_kernel[];

/** The number, which the compiler has not seen: it would notice the mistake
 *  and make something else of it. */
static inline uint64_t unseen(uint64_t value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}

#endif
