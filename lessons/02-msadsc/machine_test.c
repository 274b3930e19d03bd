/**
 * @file
 * The machine that tests work on: see machine_test.h.
 */
#include "kstring.h"
#include "machine_test.h"
#include "phys.h"
#include "test.h"

#define GARBAGE 0xa5

_Static_assert(sizeof(struct machine) <= TEST_MEMORY_BYTES, "fits");

struct machine *machine_new(void)
{
	struct machine *m = test_memory();

	memset(m->page, GARBAGE, sizeof(m->page));
	m->map.count = 0;
	m->occupants = (struct occupants){ 0 };
	m->array = (struct msadsc_array){ 0 };
	m->limit = PFN_LIMIT;
	return m;
}

void machine_add_ram(struct machine *m, paddr_t base, paddr_t end)
{
	CHECK_EQ(e820_add(&m->map, base, end - base, E820_RAM), E820_OK);
}

void machine_add(struct machine *m, paddr_t base, paddr_t end,
                 enum occupant_kind kind, const char *name)
{
	CHECK_EQ(occupants_add(&m->occupants, base, end, kind, name),
	         OCCUPANTS_OK);
}

enum msadsc_status machine_describe(struct machine *m, paddr_t place)
{
	enum msadsc_status status;

	CHECK_TEXT(e820_check(&m->map), NULL);
	phys_lend(place, sizeof(m->page), m->page);
	status = msadsc_init(&m->array, &m->map, &m->occupants, m->limit,
	                     &m->need);
	phys_lend(0, 0, NULL);
	if (status == MSADSC_OK)
		CHECK(m->array.page == m->page);
	return status;
}

struct machine *machine_of_32_pages(void)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(2));
	machine_add_ram(m, PAGES(16), PAGES(48));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	return m;
}

struct machine *machine_of_two_ranges(void)
{
	struct machine *m = machine_new();

	machine_add_ram(m, PAGES(1), PAGES(4));
	machine_add_ram(m, PAGES(5), PAGES(8));
	CHECK_EQ(machine_describe(m, PAGES(1)), MSADSC_OK);
	return m;
}

bool machine_page_is(const struct machine *m, pfn_t pfn, struct msadsc d)
{
	return m->array.page[pfn].word == d.word;
}

bool machine_is_intact(const struct machine *m)
{
	const unsigned char *byte = (const unsigned char *)m->page;

	for (size_t i = m->array.pages * sizeof(struct msadsc);
	     i < sizeof(m->page); i++)
		if (byte[i] != GARBAGE)
			return false;
	return true;
}

void machine_remember(const struct machine *m, struct machine_copy *copy)
{
	memcpy(copy->page, m->page, sizeof(copy->page));
	memcpy(&copy->occupants, &m->occupants, sizeof(copy->occupants));
	memcpy(&copy->array, &m->array, sizeof(copy->array));
}

bool machine_is(const struct machine *m, const struct machine_copy *copy)
{
	return memcmp(copy->page, m->page, sizeof(copy->page)) == 0 &&
	       memcmp(&copy->occupants, &m->occupants,
	              sizeof(copy->occupants)) == 0 &&
	       memcmp(&copy->array, &m->array, sizeof(copy->array)) == 0;
}

uint64_t machine_blind_bits(struct machine *m, const void *areas,
                            const char *(*check)(const struct machine *m,
                                                 const void           *areas))
{
	uint64_t blind = 0;

	CHECK_TEXT(check(m, areas), NULL);
	for (pfn_t pfn = 0; pfn < m->array.pages; pfn++)
		for (unsigned bit = 0; bit < 64; bit++) {
			m->page[pfn].word ^= UINT64_C(1) << bit;
			blind += check(m, areas) == NULL;
			m->page[pfn].word ^= UINT64_C(1) << bit;
		}
	CHECK_TEXT(check(m, areas), NULL);
	return blind;
}
