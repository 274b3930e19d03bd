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
	uint64_t offset = lent.base == PHYS_ANY ? 0 : paddr - lent.base;

	if ((paddr < lent.base && lent.base != PHYS_ANY) ||
	    offset > lent.bytes || bytes > lent.bytes - offset || bytes == 0)
		return NULL;
	return lent.memory + offset;
}
