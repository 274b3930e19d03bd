/**
 * @file
 * Lesson 6: mistakes of those who use the allocators, made on purpose: see
 * mistake.h, and OPTIONS=provoke=all in the booted kernel.
 *
 * Each makes what it needs, makes its mistake, prints what it was told, and
 * gives all back; the checks hold afterwards, or it stops.  Those that end the
 * kernel find damage that no caller's mistake can do.
 */
#ifndef MISTAKES_H
#define MISTAKES_H

#include "mistake.h"

/** Of pages: `stage` is a struct page_alloc. */
extern const struct mistake page_mistakes[];

/** Damage to what it keeps: the same. */
extern const struct mistake page_damage[];

/** Of objects: `stage` is a struct obj_alloc, with red zones. */
extern const struct mistake obj_mistakes[];

/** Of memory for processes, and of programs in user mode: `stage` is a struct
 *  page_alloc, which lends pages. */
extern const struct mistake memm_mistakes[];

/** Of programs in user mode: the same. */
extern const struct mistake memm_program_mistakes[];

#endif
