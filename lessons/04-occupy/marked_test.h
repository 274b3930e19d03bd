/**
 * @file
 * Tests of lessons 4 and 5: a machine whose occupied pages are marked.
 */
#ifndef MARKED_TEST_H
#define MARKED_TEST_H

#include "machine_test.h"
#include "occupy.h"
#include "test.h"

/** Divide the machine's pages into @p areas, and mark those that are occupied;
 * the test fails where that is refused. */
static inline void machine_mark(struct machine *m, struct memareas *areas)
{
	struct occupy_fault fault;

	memareas_init(areas, &m->array);
	CHECK_EQ(occupy_mark(&m->array, areas, &m->occupants, &fault),
	         OCCUPY_OK);
}

#endif
