/**
 * @file
 * What main.c may use besides the stages: the boot's results, and MUST.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "boot_info.h"
#include "check.h"
#include "mistake.h"
#include "occupants.h"

/**
 * Stop the machine unless @p condition holds: a lesson cannot go on.  The
 * message tells the reader the remedy, or the fact to look at.
 */
#define MUST(condition, ...)                                                   \
	do {                                                                   \
		if (!(condition))                                              \
			panic(__VA_ARGS__);                                    \
	} while (0)

/** Stop the machine unless an x_check() finds all its invariants true. */
#define MUST_HOLD(check)                                                       \
	do {                                                                   \
		const char *broken = (check);                                  \
		MUST(broken == NULL, "%s: it is not true that %s", #check,     \
		     broken);                                                  \
	} while (0)

/** The kernel's code and constants, which never change.
 *  @param bytes  gets their length */
const void *kernel_constants(uint64_t *bytes);

/** The entry of the kernel's image, which is always there. */
const struct occupant *kernel_image(const struct occupants *occupants);

/**
 * From now on the screens of exceptions ask @p tell about an address in RAM:
 * it prints a line of what its stage knows, from @p stage as it was given.
 * Whatever went wrong may have damaged that too, so it trusts nothing and
 * always comes to an end.
 */
void panic_tell(void (*tell)(const void *stage, paddr_t paddr),
                const void *stage);

/**
 * From now on "provoke=WORD" on the command line can be one of these too: it
 * is made when kernel_main() has returned.
 *
 * @param mistakes  a table that ends with one without a name
 * @param stage     what each gets
 */
void provoke_offer(const struct mistake *mistakes, void *stage);

/**
 * A place to look around: Bochs stops here and says what to look at, which
 * is @p object, and so does gdb after `make lesson N=1 debug`.  Elsewhere
 * nothing happens.  One stands before the first stage and one after each.
 *
 * Source: Bochs User Manual, "magic_break" under "The configuration file
 * bochsrc".
 */
#define BREAKPOINT(object, text)                                               \
	do {                                                                   \
		breakpoint_explain(__FILE__, __LINE__, text, #object,          \
		                   &(object), sizeof(object));                 \
		__asm__ volatile("xchg %%bx, %%bx" : : : "memory");            \
	} while (0)

/** BREAKPOINT()'s first half: what Bochs prints. */
void breakpoint_explain(const char *file, int line, const char *text,
                        const char *name, const void *object, size_t bytes);

/**
 * A lesson's kernel: the pipeline so far, one call a line.  The boot code
 * calls it once, with interrupts off, on a stack of 64 KiB, and waits when it
 * returns.
 *
 * @param boot       what the loader said
 * @param occupants  what lies in memory already; stages add what they place
 */
void kernel_main(const struct boot_info *boot, struct occupants *occupants);

#endif
