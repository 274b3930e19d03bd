/**
 * @file
 * Memory that a test lends: see phys.h.
 */
#include "phys.h"

static struct {
	paddr_t  base;
	uint64_t bytes;
	char    *memory;
} lent;

void phys_lend(paddr_t base, uint64_t bytes, void *memory)
{
	lent.base = base;
	lent.bytes = bytes;
	lent.memory = memory;
}

void *phys_lent(paddr_t paddr, uint64_t bytes)
{
	paddr_t  base = lent.base == PHYS_ANY ? paddr : lent.base;
	uint64_t offset = paddr - base;

	if (paddr < base || offset > lent.bytes ||
	    bytes > lent.bytes - offset || bytes == 0)
		return NULL;
	return lent.memory + offset;
}
