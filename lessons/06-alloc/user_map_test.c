/**
 * @file
 * Tests of lesson 6: page tables of processes, and what they let through.
 */
#include "kstring.h"
#include "memm_test.h"
#include "phys.h"
#include "test.h"
#include "user_map_entry.h"

static struct memm        memm;
static struct user_map    map;
static struct user_tables tables;
static unsigned           budget; /* tables that may be taken */

static bool take_within_budget(void *from, paddr_t *table)
{
	if (budget == 0)
		return false;
	budget--;
	return memm.tables.take(from, table);
}

static void begin(void)
{
	memm_test_begin_mapped(&memm);
	tables = memm.tables;
	tables.take = take_within_budget;
	budget = 1000;
	CHECK_EQ(user_map_init(&map, &tables), USER_MAP_OK);
	CHECK_TEXT(user_map_check(&map, &tables), NULL);
}

static void end(void)
{
	CHECK_TEXT(user_map_check(&map, &tables), NULL);
	user_map_end(&map, &tables);
	CHECK_EQ(map.root, 0);
	memm_test_end(&memm);
}

static void check_pages(uint64_t small, uint64_t large, uint64_t huge)
{
	CHECK_EQ(map.pages[0], small);
	CHECK_EQ(map.pages[1], large);
	CHECK_EQ(map.pages[2], huge);
	CHECK_TEXT(user_map_check(&map, &tables), NULL);
}

TEST(user_map_takes_the_largest_page_that_fits)
{
	static const struct {
		uint64_t base, paddr, bytes;
		uint64_t small, large, huge;
	} row[] = {
		{ 0x1000, 0x1000, 0x1000, 1, 0, 0 },
		{ GiB, GiB, GiB, 0, 0, 1 },
		{ GiB, GiB, GiB - 4096, 511, 511, 0 },  /* length decides */
		{ GiB, GiB + 2 * MiB, GiB, 0, 512, 0 }, /* alignment decides */
		{ 2 * MiB, 4096, 2 * MiB, 512, 0, 0 },  /* of either one */
		{ GiB - 2 * MiB - 4096, 3 * GiB - 2 * MiB - 4096,
		  GiB + 4 * MiB + 8192, 2, 2, 1 }, /* each piece by itself */
		{ USER_END - GiB, 0, GiB, 0, 0, 1 },
	};

	begin();
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CHECK_EQ(user_map_add(&map, &tables, row[i].base, row[i].paddr,
		                      row[i].bytes, USER_WRITE),
		         USER_MAP_OK);
		check_pages(row[i].small, row[i].large, row[i].huge);
		CHECK_EQ(user_map_look(&map, row[i].base + row[i].bytes - 1)
		                 .paddr,
		         row[i].paddr + row[i].bytes - 1);
		CHECK_EQ(user_map_remove(&map, &tables, row[i].base,
		                         row[i].bytes),
		         USER_MAP_OK);
		check_pages(0, 0, 0);
		CHECK_EQ(map.tables, 1);
	}
	end();
}

TEST(user_map_does_without_1_gib_pages)
{
	begin();
	tables.huge = false;
	CHECK_EQ(user_map_add(&map, &tables, GiB, GiB, GiB, USER_READ),
	         USER_MAP_OK);
	check_pages(0, 512, 0);
	end();
}

TEST(user_map_gives_the_rights_that_were_asked_for)
{
	begin();
	for (unsigned rights = USER_READ; rights <= USER_EXECUTE; rights++) {
		uint64_t         base = (rights + 1) * PAGE_SIZE;
		struct user_view view;

		CHECK_EQ(user_map_add(&map, &tables, base, MiB, PAGE_SIZE,
		                      rights),
		         USER_MAP_OK);
		view = user_map_look(&map, base + 5);
		CHECK(view.present && view.user);
		CHECK_EQ(view.rights, rights);
		CHECK_EQ(view.paddr, MiB + 5);
		CHECK_EQ(view.page_bytes, PAGE_SIZE);
	}
	CHECK(!user_map_look(&map, 0).present);
	CHECK(!user_map_look(&map, 4 * PAGE_SIZE).present);
	end();
}

TEST(user_map_shares_the_kernels_half_and_lets_nobody_in)
{
	uint64_t *root = memm_test_root();

	/* A page of the kernel at the start of entry 256's 512 GiB. */
	begin();
	CHECK_EQ(user_map_add(&map, &tables, PAGE_SIZE, MiB, PAGE_SIZE,
	                      USER_WRITE),
	         USER_MAP_OK);
	for (unsigned i = 0; i < 512; i++) {
		const uint64_t *mine = phys_to_virt(map.root, PAGE_SIZE);

		CHECK_EQ(mine[i] == root[i], i != 0);
	}
	root[300] |= 4;
	CHECK_TEXT(user_map_check(&map, &tables),
	           "the upper half is the kernel's");
	root[300] ^= 4;
	end();
}

TEST(user_map_refuses_what_it_cannot_map)
{
	static const struct {
		uint64_t             base, paddr, bytes;
		unsigned             rights;
		enum user_map_status status;
	} row[] = {
		{ 1, 0, 4096, 0, USER_MAP_MISALIGNED },
		{ 4096, 1, 4096, 0, USER_MAP_MISALIGNED },
		{ 4096, 0, 4095, 0, USER_MAP_MISALIGNED },
		{ 4096, 0, 0, 0, USER_MAP_BAD_RANGE },
		{ USER_END, 0, 4096, 0, USER_MAP_BAD_RANGE },
		{ USER_END - 4096, 0, 8192, 0, USER_MAP_BAD_RANGE },
		{ 0 - PAGE_SIZE, 0, 8192, 0, USER_MAP_BAD_RANGE },
		{ 4096, UINT64_C(1) << 52, 4096, 0, USER_MAP_BAD_RANGE },
		{ 4096, 0 - PAGE_SIZE, 4096, 0, USER_MAP_BAD_RANGE },
		{ 4096, 0, 4096, 3, USER_MAP_BAD_RIGHTS },
		{ 4096, 0, 4096, 4, USER_MAP_BAD_RIGHTS },
		{ 3 * MiB, 0, 2 * MiB, 0, USER_MAP_MAPPED },
		{ 6 * MiB - 4096, 0, 8192, 0, USER_MAP_MAPPED },
	};

	begin();
	CHECK_EQ(user_map_add(&map, &tables, 4 * MiB, MiB, 2 * MiB, 0),
	         USER_MAP_OK);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(user_map_add(&map, &tables, row[i].base, row[i].paddr,
		                      row[i].bytes, row[i].rights),
		         row[i].status);
	check_pages(512, 0, 0);
	end();
}

TEST(user_map_unmaps_only_what_is_mapped_and_whole)
{
	begin();
	CHECK_EQ(user_map_add(&map, &tables, 4 * MiB, 4 * MiB, 2 * MiB, 0),
	         USER_MAP_OK);
	CHECK_EQ(user_map_remove(&map, &tables, 4 * MiB, 4096), USER_MAP_CUTS);
	CHECK_EQ(user_map_remove(&map, &tables, 5 * MiB, MiB), USER_MAP_CUTS);
	CHECK_EQ(user_map_remove(&map, &tables, 4 * MiB, 4 * MiB),
	         USER_MAP_NOT_MAPPED);
	CHECK_EQ(user_map_remove(&map, &tables, 2 * MiB, 4 * MiB),
	         USER_MAP_NOT_MAPPED);
	CHECK_EQ(user_map_remove(&map, &tables, 1, 4096), USER_MAP_MISALIGNED);
	CHECK_EQ(user_map_remove(&map, &tables, 4 * MiB, 0),
	         USER_MAP_BAD_RANGE);
	check_pages(0, 1, 0);
	CHECK_EQ(user_map_remove(&map, &tables, 4 * MiB, 2 * MiB), USER_MAP_OK);
	end();
}

/* The range needs tables at all levels, in two places. */
TEST(user_map_without_tables_is_as_before)
{
	const uint64_t base = 512 * GiB - 8192;
	unsigned       tried = 0;

	begin();
	CHECK_EQ(user_map_add(&map, &tables, 512 * GiB, MiB, 8192, USER_READ),
	         USER_MAP_OK);
	CHECK_EQ(user_map_remove(&map, &tables, 512 * GiB, 4096), USER_MAP_OK);
	for (;; tried++) {
		enum user_map_status status;

		budget = tried;
		status = user_map_add(&map, &tables, base, GiB, 12288,
		                      USER_WRITE);
		if (status == USER_MAP_OK)
			break;
		CHECK_EQ(status, USER_MAP_NO_MEMORY);
		check_pages(1, 0, 0);
		CHECK_EQ(map.tables, 4);
	}
	CHECK_EQ(tried, 3);
	check_pages(4, 0, 0);
	end();
}

#define UNIT  (256 * KiB)
#define UNITS 40

/* What each unit of the address space leads to: 0 is nothing. */
static paddr_t  model[UNITS];
static unsigned model_rights[UNITS];

static bool model_has(unsigned at, unsigned units, bool mapped)
{
	for (unsigned i = at; i < at + units; i++)
		if ((model[i] != 0) != mapped)
			return false;
	return true;
}

static void model_set(unsigned at, unsigned units, paddr_t paddr,
                      unsigned rights)
{
	for (unsigned i = 0; i < units; i++) {
		model[at + i] = paddr != 0 ? paddr + i * UNIT : 0;
		model_rights[at + i] = rights;
	}
}

static void model_step(uint64_t base, uint64_t *seed)
{
	unsigned at = (unsigned)(test_random(seed) % UNITS);
	unsigned units = 1 + (unsigned)(test_random(seed) % (UNITS - at)) / 2;
	unsigned rights = (unsigned)(test_random(seed) % 3);
	paddr_t  paddr = (1 + test_random(seed) % 64) * UNIT;
	enum user_map_status status;

	if (test_random(seed) % 2 == 0) {
		status = user_map_add(&map, &tables, base + at * UNIT, paddr,
		                      units * UNIT, rights);
		CHECK_EQ(status, model_has(at, units, false) ? USER_MAP_OK
		                                             : USER_MAP_MAPPED);
		if (status == USER_MAP_OK)
			model_set(at, units, paddr, rights);
		return;
	}
	status = user_map_remove(&map, &tables, base + at * UNIT, units * UNIT);
	if (status == USER_MAP_OK)
		CHECK(model_has(at, units, true));
	if (status == USER_MAP_NOT_MAPPED)
		CHECK(!model_has(at, units, true));
	if (status == USER_MAP_OK)
		model_set(at, units, 0, 0);
}

TEST(user_map_agrees_with_a_model)
{
	const uint64_t base = GiB - 5 * MiB;
	uint64_t       seed = 123456789;

	begin();
	memset(model, 0, sizeof(model));
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t         at = test_random(&seed) % (UNITS * UNIT);
		struct user_view view;

		model_step(base, &seed);
		view = user_map_look(&map, base + at);
		CHECK_EQ(view.present, model[at / UNIT] != 0);
		if (view.present) {
			CHECK_EQ(view.paddr, model[at / UNIT] + at % UNIT);
			CHECK_EQ(view.rights, model_rights[at / UNIT]);
		}
		CHECK_TEXT(user_map_check(&map, &tables), NULL);
	}
	end();
}

/* Whether this page of the arena is @pid's to touch, as memm has it. */
static bool is_data_of(uint64_t pid, const char *page)
{
	const struct memm_allocator *a = memm_holder(&memm, page);

	return a != NULL && a->pid == pid && page >= a->data;
}

static unsigned wrong_views(uint64_t pid)
{
	const struct user_map *its = &memm_find(&memm, pid)->map;
	unsigned               wrong = 0;

	for (uint64_t i = 0; i < TEST_PAGES; i++) {
		const char      *page = memm.memory + i * PAGE_SIZE;
		paddr_t          paddr = memm_paddr(&memm, page);
		struct user_view view = user_map_look(its, paddr);

		wrong += view.present != is_data_of(pid, page);
		if (view.present)
			wrong += !view.user || view.paddr != paddr;
	}
	return wrong;
}

TEST(memm_process_reaches_its_own_data_and_nothing_else)
{
	void *block;

	memm_test_begin_mapped(&memm);
	for (uint64_t i = 0; i < 12; i++)
		CHECK_EQ(memm_allocate(&memm, i % 4, 100 + i * 500, 0, &block),
		         MEMM_OK);
	for (uint64_t pid = 1; pid < 4; pid++) {
		CHECK_EQ(wrong_views(pid), 0);
		CHECK(!user_map_look(&memm_find(&memm, pid)->map, 0).present);
	}
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 2), MEMM_OK);
	CHECK_EQ(wrong_views(1) + wrong_views(3), 0);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 3), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_process_finds_zeros_where_another_one_was)
{
	char    *block;
	void    *got = NULL;
	unsigned wrong = 0;

	memm_test_begin_mapped(&memm);
	for (uint64_t pid = 1; pid <= 2; pid++) {
		CHECK_EQ(memm_user_allocate(&memm, pid, 70000, &got), MEMM_OK);
		block = got;
		for (unsigned i = 0; i < 70000; i++)
			wrong += block[i] != 0;
		memset(block, 0x55, 70000);
		CHECK_EQ(memm_reclaim(&memm, pid), MEMM_OK);
	}
	CHECK_EQ(wrong, 0);
	memm_test_end(&memm);
}

TEST(memm_user_pages_have_the_rights_that_were_asked_for)
{
	struct user_view view;
	void            *code = NULL, *constant = NULL;

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_user_pages(&memm, 7, 3, 3, &code), MEMM_BAD_RIGHTS);
	CHECK(memm_find(&memm, 7) == NULL);
	CHECK_EQ(memm_user_pages(&memm, 7, 3, USER_EXECUTE, &code), MEMM_OK);
	CHECK_EQ(memm_user_pages(&memm, 7, 5000, USER_READ, &constant),
	         MEMM_OK);
	view = user_map_look(&memm_find(&memm, 7)->map,
	                     memm_paddr(&memm, code));
	CHECK(view.user && view.rights == USER_EXECUTE);
	view = user_map_look(&memm_find(&memm, 7)->map,
	                     memm_paddr(&memm, constant) + 4096);
	CHECK(view.user && view.rights == USER_READ);
	CHECK_EQ(memm_free(&memm, code), MEMM_OK);
	CHECK(user_map_look(&memm_find(&memm, 7)->map, memm_paddr(&memm, code))
	              .present); /* until it is swept */
	CHECK_EQ(memm_sweep(&memm), 2);
	CHECK(!user_map_look(&memm_find(&memm, 7)->map, memm_paddr(&memm, code))
	               .present);
	CHECK_EQ(memm_reclaim(&memm, 7), MEMM_OK);
	memm_test_end(&memm);
}

/* The entry of an address, at a level. */
static uint64_t *entry_at(uint64_t address, unsigned level)
{
	uint64_t *table = table_at(map.root);

	for (unsigned at = USER_ROOT; at > level; at--)
		table = table_at(table[index_of(address, at)]);
	return &table[index_of(address, level)];
}

#define BROKEN(place, value, sentence)                                         \
	CHECK_BROKEN(place, value, user_map_check(&map, &tables), sentence)

/* A page at 4 KiB to be written, one at 8 KiB to be run, a large one at 1 GiB
 * to be read. */
static void begin_with_pages(void)
{
	begin();
	CHECK_EQ(user_map_add(&map, &tables, 4 * KiB, MiB, PAGE_SIZE,
	                      USER_WRITE),
	         USER_MAP_OK);
	CHECK_EQ(user_map_add(&map, &tables, 8 * KiB, MiB, PAGE_SIZE,
	                      USER_EXECUTE),
	         USER_MAP_OK);
	CHECK_EQ(user_map_add(&map, &tables, GiB, GiB, 2 * MiB, USER_READ),
	         USER_MAP_OK);
	check_pages(2, 1, 0);
}

/* The first that is found, table by table. */
TEST(user_map_check_names_one_of_two_faults)
{
	begin_with_pages();
	map.tables = 1;
	((uint64_t *)phys_to_virt(map.root, PAGE_SIZE))[100] = 2;
	CHECK_TEXT(user_map_check(&map, &tables), "tables are counted");
}

TEST(user_map_check_names_each_broken_entry)
{
	static const char rights[] = "a process's page has its rights";
	static const char pass[] = "a table lets everything pass";
	uint64_t         *written, *run, *large, *table;

	begin_with_pages();
	written = entry_at(4 * KiB, 1);
	run = entry_at(8 * KiB, 1);
	large = entry_at(GiB, 2);
	table = entry_at(4 * KiB, 2);
	BROKEN(*large, *large | PAGE_SIZE, "a page is aligned to its size");
	BROKEN(*written, *written | 8, rights);
	BROKEN(*written, *written | USER_LARGE, rights);
	BROKEN(*large, *large | 8, rights);
	BROKEN(*written, *written & ~USER_ALLOWED, rights);
	BROKEN(*written, *written & ~USER_NX,
	       "no page is both written and run");
	BROKEN(*run, *run | USER_WRITABLE, "no page is both written and run");
	BROKEN(*table, *table & ~USER_WRITABLE, pass);
	BROKEN(*table, *table | USER_NX, pass);
	BROKEN(*entry_at(12 * KiB, 1), 2, "what is not mapped is zero");
	BROKEN(*large, 0, "no table is empty");
	BROKEN(*written, *written | USER_ACCESSED | USER_DIRTY, NULL);
	end();
}

/* A CPU that does not know the bit has no page that is not to be run. */
TEST(user_map_without_no_execute_lets_run_what_is_written)
{
	begin();
	tables.no_execute = false;
	CHECK_EQ(user_map_add(&map, &tables, 4 * KiB, MiB, PAGE_SIZE,
	                      USER_WRITE),
	         USER_MAP_OK);
	CHECK_EQ(user_map_look(&map, 4 * KiB).rights,
	         USER_WRITE | USER_EXECUTE);
	CHECK_EQ(*entry_at(4 * KiB, 1) & USER_NX, 0);
	end();
}

TEST(user_map_check_names_broken_counts_and_the_kernels_half)
{
	begin_with_pages();
	BROKEN(map.tables, 1, "tables are counted");
	BROKEN(map.tables, map.tables + 1, "tables are counted");
	BROKEN(map.pages[0], 1, "mapped pages are counted by size");
	BROKEN(map.pages[1], 0, "mapped pages are counted by size");
	BROKEN(map.pages[2], 1, "mapped pages are counted by size");
	BROKEN(table_at(map.root)[511], 0, "the upper half is the kernel's");
	BROKEN(table_at(map.root)[256],
	       table_at(map.root)[256] | USER_ACCESSED | USER_DIRTY, NULL);
	table_at(map.root)[511] |= USER_ALLOWED;
	memm_test_root()[511] |= USER_ALLOWED;
	CHECK_TEXT(user_map_check(&map, &tables),
	           "the kernel's half lets no process in");
	memm_test_root()[511] ^= USER_ALLOWED;
	table_at(map.root)[511] ^= USER_ALLOWED;
	end();
}

/* One level that forbids is enough, whichever it is. */
TEST(user_map_look_sees_what_each_level_forbids)
{
	begin_with_pages();
	for (unsigned level = 1; level <= USER_ROOT; level++) {
		uint64_t *entry = entry_at(4 * KiB, level);
		uint64_t  was = *entry;

		CHECK(user_map_look(&map, 4 * KiB).user);
		CHECK_EQ(user_map_look(&map, 4 * KiB).rights, USER_WRITE);
		*entry = was & ~USER_ALLOWED;
		CHECK(!user_map_look(&map, 4 * KiB).user);
		*entry = was & ~USER_WRITABLE;
		CHECK_EQ(user_map_look(&map, 4 * KiB).rights, USER_READ);
		*entry = was;
	}
	end();
}

TEST(user_map_refuses_memory_beyond_what_an_entry_can_name)
{
	paddr_t last = USER_ADDRESS;

	begin();
	CHECK_EQ(user_map_add(&map, &tables, 0, last, PAGE_SIZE, USER_READ),
	         USER_MAP_OK);
	CHECK_EQ(user_map_add(&map, &tables, MiB, last, 2 * PAGE_SIZE,
	                      USER_READ),
	         USER_MAP_BAD_RANGE);
	CHECK_EQ(user_map_add(&map, &tables, MiB, last + PAGE_SIZE, PAGE_SIZE,
	                      USER_READ),
	         USER_MAP_BAD_RANGE);
	CHECK_EQ(user_map_look(&map, 5).paddr, last + 5);
	end();
}

TEST(user_map_has_words_for_each_status)
{
	CHECK_TEXT(user_map_text(USER_MAP_CUTS), "a large page would be cut");
	CHECK_TEXT(user_map_text((enum user_map_status)(USER_MAP_CUTS + 1)),
	           "no such status");
}

TEST(user_map_without_a_root_is_none)
{
	struct user_map other = { .root = 7 };

	begin();
	budget = 0;
	CHECK_EQ(user_map_init(&other, &tables), USER_MAP_NO_MEMORY);
	CHECK_EQ(other.root, 7);
	end();
}

/*  4 KiB pages on both sides of 1 GiB need two tables each side, and one of
 *  level 3: five, of which some are there when memory ends. */
TEST(user_map_that_fails_half_way_has_mapped_nothing)
{
	const uint64_t base = GiB - PAGE_SIZE;

	for (unsigned i = 0; i <= 5; i++) {
		begin();
		budget = i;
		CHECK_EQ(user_map_add(&map, &tables, base, MiB, 2 * PAGE_SIZE,
		                      USER_WRITE),
		         i < 5 ? USER_MAP_NO_MEMORY : USER_MAP_OK);
		CHECK_EQ(map.tables, i < 5 ? 1 : 6);
		CHECK_EQ(user_map_look(&map, base).present, i == 5);
		CHECK_EQ(user_map_look(&map, GiB).present, i == 5);
		check_pages(i < 5 ? 0 : 2, 0, 0);
		end();
	}
}

/* The large page is mapped when the table for the small one is not had. */
TEST(user_map_takes_back_a_large_page_where_the_next_fails)
{
	begin();
	budget = 2;
	CHECK_EQ(user_map_add(&map, &tables, 2 * MiB, 2 * MiB,
	                      2 * MiB + PAGE_SIZE, USER_WRITE),
	         USER_MAP_NO_MEMORY);
	CHECK(!user_map_look(&map, 2 * MiB).present);
	CHECK_EQ(map.tables, 1);
	check_pages(0, 0, 0);
	end();
}

/* A table whose entries all lead to itself: there would be 2^35 pages. */
TEST(user_map_check_ends_where_tables_are_a_ring)
{
	paddr_t   paddr = 0;
	uint64_t *ring;

	begin();
	CHECK(tables.take(tables.from, &paddr));
	ring = table_at(paddr);
	for (unsigned i = 0; i < USER_ENTRIES; i++)
		ring[i] = paddr | USER_TABLE;
	for (unsigned i = 0; i < USER_HALF; i++)
		table_at(map.root)[i] = paddr | USER_TABLE;
	CHECK_TEXT(user_map_check(&map, &tables), "tables are counted");
	memset(table_at(map.root), 0, USER_HALF * sizeof(uint64_t));
	tables.give(tables.from, paddr);
	end();
}
