/**
 * @file
 * A small machine for the tests of objects: page_arena_test.h's, with memory.
 */
#ifndef OBJ_ARENA_TEST_H
#define OBJ_ARENA_TEST_H

#include "obj_alloc.h"
#include "page_arena_test.h"

/** RAM of the machine, in frames: the first holds its descriptors. */
#define OBJ_ARENA_FIRST 24
#define OBJ_ARENA_PAST  48

/** Pages that it has to give. */
#define OBJ_ARENA_PAGES (OBJ_ARENA_PAST - OBJ_ARENA_FIRST - 1)

/** The allocator, in the memory of the test. */
extern struct obj_alloc *heap;

/** Make the machine; no object is there. */
void obj_arena_make(enum obj_checks checks);

/** Check that all holds, that after a trim each page is back on its list, and
 *  that the memory is no longer lent. */
void obj_arena_end(void);

/** A number that changes, as good as surely, with any byte of the state: of
 *  @p heap, of its memory and of the pages. */
uint64_t obj_arena_sum(void);

/** Pages that objects have taken. */
uint64_t obj_arena_pages(void);

/** Take all pages that are left, one by one.  @return how many they were */
uint64_t obj_arena_take_pages(void);

/** Give back @p count of these, those that were taken last. */
void obj_arena_give_pages(uint64_t count);

/** An object of @p bytes bytes; the test fails where there is none. */
void *obj_arena_alloc(uint64_t bytes);

#endif
