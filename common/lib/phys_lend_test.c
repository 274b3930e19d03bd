/**
 * @file
 * Memory that a test lends: what lies in it and what does not.
 */
#include "phys.h"
#include "test.h"

TEST(phys_lent_is_what_was_lent_and_nothing_else)
{
	static const struct {
		paddr_t  paddr;
		uint64_t bytes;
		int      at; /* in the memory, or -1 */
	} row[] = {
		{ 0x1000, 16, 0 }, { 0x1000, 17, -1 },
		{ 0x100f, 1, 15 }, { 0x100f, 2, -1 },
		{ 0x1010, 0, -1 }, { 0x1010, 1, -1 },
		{ 0x1000, 0, -1 }, { 0xfff, 1, -1 },
		{ 0xfff, 2, -1 },  { 0x1001, UINT64_MAX, -1 },
	};
	char memory[16];

	phys_lend(0x1000, sizeof(memory), memory);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK(phys_lent(row[i].paddr, row[i].bytes) ==
		      (row[i].at < 0 ? NULL : memory + row[i].at));
	phys_lend(0x1000, 0, memory);
	CHECK(phys_lent(0x1000, 0) == NULL);
	phys_lend(0, 0, NULL);
	CHECK(phys_lent(0, 0) == NULL);
}
