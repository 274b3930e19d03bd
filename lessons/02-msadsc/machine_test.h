/**
 * @file
 * A small machine for the tests of lessons 2 to 5: RAM, what occupies it, and
 * memory for its descriptors, all of it in test_memory().
 */
#ifndef MACHINE_TEST_H
#define MACHINE_TEST_H

#include "msadsc.h"

/** Descriptors that a machine has memory for: a little more than 32 MiB. */
#define MACHINE_PAGES 8448

/** Address of page @p n: a picture's column. */
#define PAGES(n) ((n)*PAGE_SIZE)

struct machine {
	struct msadsc       page[MACHINE_PAGES]; /**< Lent. */
	struct e820_map     map;
	struct occupants    occupants;
	struct msadsc_array array;
	struct msadsc_need  need;
	pfn_t               limit;
};

/** Enough of a machine to see that nothing has changed. */
struct machine_copy {
	struct msadsc       page[64];
	struct occupants    occupants;
	struct msadsc_array array;
};

/** The machine, without RAM; garbage where the descriptors will be. */
struct machine *machine_new(void);

/** Give it RAM at [base, end), above what it has. */
void machine_add_ram(struct machine *m, paddr_t base, paddr_t end);

/** Something lies at [base, end). */
void machine_add(struct machine *m, paddr_t base, paddr_t end,
                 enum occupant_kind kind, const char *name);

/** msadsc_init(), with memory lent at @p place only. */
enum msadsc_status machine_describe(struct machine *m, paddr_t place);

/**
 * A machine like this, described, its descriptors in page 1:
 *
 *     page  0   1   2  ...  16               47  48
 *     RAM     |---|        |-----------------|
 */
struct machine *machine_of_32_pages(void);

/**
 * A machine like this, described, its descriptors in page 1:
 *
 *     page  0   1   2   3   4   5   6   7   8
 *     RAM     |-----------|   |-----------|
 *     runs      3               3 -> 1
 */
struct machine *machine_of_two_ranges(void);

/** Whether page @p pfn has exactly this descriptor. */
bool machine_page_is(const struct machine *m, pfn_t pfn, struct msadsc d);

/** Whether what follows the descriptors is as it was. */
bool machine_is_intact(const struct machine *m);

void machine_remember(const struct machine *m, struct machine_copy *copy);

/** Whether @p m is, byte for byte, as it was remembered. */
bool machine_is(const struct machine *m, const struct machine_copy *copy);

/**
 * How many single bits of the descriptors can flip without @p check seeing
 * it.  @p areas is passed on.
 */
uint64_t machine_blind_bits(struct machine *m, const void *areas,
                            const char *(*check)(const struct machine *m,
                                                 const void           *areas));

#endif
