/**
 * @file
 * Mistakes made on purpose, to see the screens that explain them.
 *
 * "provoke=null" on the command line reads through a null pointer.  There
 * are: null, stack, text, run, page, divide, wild, ud, gp, triple, assert,
 * phys.
 * "provoke=late-null" does it when kernel_main() has returned.
 */
#ifndef PROVOKE_H
#define PROVOKE_H

/** A mistake's name begins with it: to be made after kernel_main(). */
#define PROVOKE_LATE "late-"

/** Make the mistake called @p name, which ends the kernel; else panic. */
_Noreturn void provoke(const char *name);

#endif
