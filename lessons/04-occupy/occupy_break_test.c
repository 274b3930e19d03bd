/**
 * @file
 * What is seen where nothing is marked as occupied.
 */
#include "kstring.h"
#include "machine_test.h"
#include "occupy.h"
#include "phys.h"
#include "test.h"

#define LENT PAGES(26) /* from page 0 on */

/*  page       1   16  20     21       22         23       24       60
 *  RAM        |-| |-----------------------------------------|
 *  own        |d|     |kernel|firmware|kernel ...|it|             |hole|   */
TEST(occupy_break_destroys_what_others_put_there)
{
	struct machine *m = machine_of_32_pages();
	unsigned char  *memory = (unsigned char *)(m + 1);
	const char     *broken;

	_Static_assert(sizeof(*m) + LENT <= TEST_MEMORY_BYTES, "fits");
	machine_add(m, PAGES(20), PAGES(21), OCCUPANT_LOADED, "kernel");
	machine_add(m, PAGES(21), PAGES(22), OCCUPANT_FIRMWARE, "firmware");
	machine_add(m, PAGES(23), PAGES(24), OCCUPANT_LOADED, "it");
	machine_add(m, PAGES(60), PAGES(61), OCCUPANT_LOADED, "hole");
	memset(memory, 0x11, LENT);
	phys_lend(0, LENT, memory);
	CHECK_TEXT(PRINTED(broken = occupy_break(&m->array, &m->occupants)),
	           "occupy: BREAK=occupy: nothing is marked as "
	           "occupied\n"
	           "occupy: page 0x1 is in the free run from 0x1, so "
	           "it is given out:\n"
	           "occupy:   its user writes, and descriptors is "
	           "destroyed (sum 170f200f is now 7952f0d2)\n"
	           "occupy: page 0x17 is in the free run from 0x10, "
	           "so it is given out:\n"
	           "occupy:   its user writes, and it is destroyed "
	           "(sum 170f200f is now 7952f0d2)\n");
	CHECK_TEXT(broken, NULL);
	phys_lend(0, 0, NULL);
	for (pfn_t pfn = 0; pfn < 26; pfn++)
		for (uint64_t i = 0; i < PAGE_SIZE; i++)
			if (memory[PAGES(pfn) + i] !=
			    (pfn == 1 || pfn == 23 ? 0xee : 0x11))
				CHECK_EQ(pfn, UINT64_MAX);
}

/* Who lies right behind the kernel is destroyed like anybody else. */
TEST(occupy_break_spares_the_kernel_to_its_last_page_only)
{
	struct machine *m = machine_of_32_pages();
	unsigned char  *memory = (unsigned char *)(m + 1);

	machine_add(m, PAGES(20), PAGES(21), OCCUPANT_LOADED, "kernel");
	machine_add(m, PAGES(21), PAGES(22), OCCUPANT_LOADED, "next");
	memset(memory, 0x11, LENT);
	phys_lend(0, LENT, memory);
	CHECK(strstr(PRINTED(occupy_break(&m->array, &m->occupants)),
	             "page 0x15 is in the free run from 0x10") != NULL);
	phys_lend(0, 0, NULL);
	CHECK_EQ(memory[PAGES(20)], 0x11);
	CHECK_EQ(memory[PAGES(21)], 0xee);
}

/* The kernel may be the first of the table, and what stands behind the last
 * one is nobody. */
TEST(occupy_break_reads_the_table_from_first_to_last)
{
	struct machine  *m = machine_of_32_pages();
	unsigned char   *memory = (unsigned char *)(m + 1);
	struct occupants table = { .count = 2 };

	table.entry[0] = (struct occupant){ PAGES(20), PAGES(21),
		                            OCCUPANT_LOADED, "kernel" };
	table.entry[1] = (struct occupant){ PAGES(21), PAGES(22),
		                            OCCUPANT_LOADED, "it" };
	table.entry[2] = (struct occupant){ PAGES(21), PAGES(24),
		                            OCCUPANT_LOADED, "kernel" };
	memset(memory, 0x11, LENT);
	phys_lend(0, LENT, memory);
	CHECK(strstr(PRINTED(occupy_break(&m->array, &table)),
	             "kernel is destroyed") == NULL);
	phys_lend(0, 0, NULL);
	CHECK_EQ(memory[PAGES(20)], 0x11);
	CHECK_EQ(memory[PAGES(21)], 0xee);
	CHECK_EQ(memory[PAGES(22)], 0x11);
}
