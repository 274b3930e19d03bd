/**
 * @file
 * Mistakes made on purpose, to see the screens that explain them.
 *
 * "provoke=null" on the command line reads through a null pointer.  There
 * are: null, stack, text, run, divide, wild, ud, gp, assert, phys.
 */
#ifndef PROVOKE_H
#define PROVOKE_H

/** Make the mistake called @p name, which ends the kernel; else panic. */
_Noreturn void provoke(const char *name);

#endif
