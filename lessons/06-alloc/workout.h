/**
 * @file
 * Lesson 6: the allocators at work, checking themselves.
 *
 * A kernel that has just booted has nobody to give memory to.  So this plays
 * programs that come, take, write, read what they wrote, and go; and in the
 * end all must be as it was before.
 */
#ifndef WORKOUT_H
#define WORKOUT_H

#include "obj_alloc.h"
#include "occupants.h"
#include "page_alloc.h"

/**
 * Take single pages, give every second one back, show how memory lies in
 * pieces; give back the rest and show it whole again.
 *
 * Each page is written when it comes and read when it goes, so a page that
 * two hold at once, or that is no memory, is found.
 *
 * @param pages  as before when NULL is returned, its caches empty
 * @param most   pages to take; fewer where fewer are free
 * @return NULL, or the sentence of what went wrong
 */
const char *workout_pages(struct page_alloc *pages, uint64_t most);

/** What workout_all() goes by. */
struct workout_all {
	struct page_alloc      *pages;     /**< Nothing is given out. */
	const struct occupants *occupants; /**< Who lies where. */
	const struct occupant  *image;     /**< The kernel's row of these. */
	const void *constants;      /**< Of the image: what never changes. */
	uint64_t    constant_bytes; /**< Their length. */
	bool        forget; /**< Build in a mistake, which is to be found. */
};

/**
 * Take all memory page by page, fill it, and give it back.
 *
 * Each page must be RAM that nobody lies in, and there must be as many as there
 * are such pages, but for the allocator's own; code, constants and what was loaded must be as before.
 *
 * @return NULL, with `pages` as before, or the sentence of what went wrong
 */
const char *workout_all(const struct workout_all *all);

/**
 * Let objects of 8 bytes to 8 KiB come and go by chance, each filled with
 * what only it can hold; in the end all go.
 *
 * @param objects  as before when NULL is returned, without empty slabs
 * @param steps    how often one comes or goes, at least 4
 * @return NULL, or the sentence of what went wrong
 */
const char *workout_objects(struct obj_alloc *objects, uint64_t steps);

/**
 * Take pages and objects and give them back, while the timer's handler does
 * the same in between, all by the entry points of kalloc.h.
 *
 * @param objects     as before when NULL is returned, without empty slabs
 * @param interrupts  how many to wait for; without a timer, none
 * @return NULL, or the sentence of what went wrong
 */
const char *workout_interrupts(struct obj_alloc *objects, uint64_t interrupts);

#endif
