/**
 * @file
 * Lesson 6: the small machine on which memm is tested, in kernel and host.
 */
#ifndef MEMM_TEST_H
#define MEMM_TEST_H

#include "memm.h"

#define TEST_PAGES 48 /**< Of the arena. */
#define TEST_FIRST UINT64_C(0x40001)
#define TEST_ROOT  (TEST_FIRST - 1) /**< The frame of the kernel's table. */

/** A manager on TEST_PAGES pages of 0xaa, without processes. */
void memm_test_begin(struct memm *memm, uint64_t only_pages);

/** The same, and processes get page tables. */
void memm_test_begin_mapped(struct memm *memm);

/** The same on real pages of the booted kernel, under its own tables, where
 *  programs can run.  False on the host, which has no user mode. */
bool memm_test_begin_real(struct memm *memm);

/** The entries of the table that stands for the kernel's. */
uint64_t *memm_test_root(void);

/** The check holds, all processes' pages are back; the memory is returned. */
void memm_test_end(const struct memm *memm);

#endif
