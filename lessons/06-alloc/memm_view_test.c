/**
 * @file
 * Tests of lesson 6: that memm_check() holds each process's page tables
 * against what the process has.
 */
#include "memm_process.h"
#include "memm_test.h"
#include "test.h"
#include "user_map_entry.h"

static struct memm memm;

/* The entry for a page of 4 KiB. */
static uint64_t *entry_for(uint64_t pid, paddr_t paddr)
{
	uint64_t *table = table_at(memm_find(&memm, pid)->map.root);

	for (unsigned level = USER_ROOT; level > 1; level--)
		table = table_at(table[index_of(paddr, level)]);
	return &table[index_of(paddr, 1)];
}

#define UNSEEN "a process sees its data where it lies, and no more"

static void see(uint64_t *entry, uint64_t value)
{
	uint64_t before = *entry;

	*entry = value;
	CHECK_TEXT(memm_check(&memm), UNSEEN);
	*entry = before;
	CHECK_TEXT(memm_check(&memm), NULL);
}

TEST(memm_check_sees_what_a_process_sees)
{
	struct memm_allocator *allocator;
	void                  *one = NULL, *two = NULL;
	uint64_t              *mine, *other, word;
	paddr_t                its;

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_user_allocate(&memm, 1, 100, &one), MEMM_OK);
	CHECK_EQ(memm_user_allocate(&memm, 2, 100, &two), MEMM_OK);
	CHECK_TEXT(memm_check(&memm), NULL);
	its = memm_paddr(&memm, two) & ~(PAGE_SIZE - 1);
	mine = entry_for(1, memm_paddr(&memm, one));
	word = *mine;
	/* Another's page, the manager's, other rights. */
	see(mine, (word & ~USER_ADDRESS) | its);
	see(mine, (word & ~USER_ADDRESS) | pfn_to_paddr(memm.first));
	see(mine, word & ~USER_WRITABLE);
	see(mine, word & ~(USER_WRITABLE | USER_NX));
	/* Another address, and one more. */
	other = entry_for(1, its);
	*mine = 0;
	*other = (word & ~USER_ADDRESS) | its;
	CHECK_TEXT(memm_check(&memm), UNSEEN);
	*other = 0;
	*mine = word;

	allocator = memm_holder(&memm, one);
	allocator->rights = USER_READ;
	CHECK_TEXT(memm_check(&memm), UNSEEN);
	allocator->rights = USER_WRITE;
	CHECK_EQ(memm_allocator_destroy(&memm, allocator), MEMM_OK);
	CHECK_TEXT(memm_check(&memm), NULL);
	see(mine, (word & ~USER_ADDRESS) | its);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 2), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_check_asks_for_each_process_what_user_map_check_says)
{
	struct user_map *map;
	void            *one = NULL;

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_user_allocate(&memm, 1, 100, &one), MEMM_OK);
	map = &memm_process_find(&memm, 1)->map;
	map->tables++;
	CHECK_TEXT(memm_check(&memm), "tables are counted");
	map->tables--;
	map->root |= 8;
	CHECK_TEXT(memm_check(&memm), "the root is a page");
	map->root ^= 8;
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	memm_test_end(&memm);
}

/* A CPU without the bit runs whatever can be read. */
TEST(memm_check_knows_a_cpu_without_no_execute)
{
	void *one = NULL;

	memm_test_begin_mapped(&memm);
	memm.tables.no_execute = false;
	CHECK_EQ(memm_user_allocate(&memm, 1, 100, &one), MEMM_OK);
	CHECK_TEXT(memm_check(&memm), NULL);
	see(entry_for(1, memm_paddr(&memm, one)),
	    *entry_for(1, memm_paddr(&memm, one)) & ~USER_WRITABLE);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	memm_test_end(&memm);
}

/* What nobody has, but a process sees and counts. */
TEST(memm_check_sees_a_page_too_many)
{
	struct user_map *map;
	void            *one = NULL;
	paddr_t          free;

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_user_allocate(&memm, 1, 100, &one), MEMM_OK);
	free = pfn_to_paddr(memm_find_pages(&memm, 1));
	map = &memm_process_find(&memm, 1)->map;
	CHECK_EQ(user_map_add(map, &memm.tables, free, free, PAGE_SIZE,
	                      USER_WRITE),
	         USER_MAP_OK);
	memm.mappings[0]++;
	CHECK_TEXT(memm_check(&memm), UNSEEN);
	memm.mappings[0]--;
	CHECK_EQ(user_map_remove(map, &memm.tables, free, PAGE_SIZE),
	         USER_MAP_OK);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	memm_test_end(&memm);
}

TEST(user_map_look_leads_to_no_address_between_the_halves)
{
	const struct user_map *map;
	void                  *one = NULL;
	paddr_t                paddr;

	memm_test_begin_mapped(&memm);
	memm_test_root()[USER_HALF] = 0;
	CHECK_EQ(memm_user_allocate(&memm, 1, 100, &one), MEMM_OK);
	paddr = memm_paddr(&memm, one);
	map = &memm_find(&memm, 1)->map;
	CHECK(user_map_look(map, paddr).present);
	for (unsigned bit = 47; bit < 64; bit++)
		CHECK(!user_map_look(map, paddr | UINT64_C(1) << bit).present);
	CHECK(!user_map_look(map, USER_END).present);
	CHECK(!user_map_look(map, -USER_END - 1).present);
	CHECK(!user_map_look(map, -USER_END).present);

	/* The upper half's first page is looked at like any other. */
	CHECK_EQ(user_map_add(&memm_process_find(&memm, 1)->map, &memm.tables,
	                      0, paddr & ~(PAGE_SIZE - 1), PAGE_SIZE,
	                      USER_WRITE),
	         USER_MAP_OK);
	table_at(map->root)[USER_HALF] = table_at(map->root)[0];
	CHECK(user_map_look(map, -USER_END).present);
	CHECK(!user_map_look(map, USER_END).present);
	table_at(map->root)[USER_HALF] = 0;
	CHECK_EQ(user_map_remove(&memm_process_find(&memm, 1)->map,
	                         &memm.tables, 0, PAGE_SIZE),
	         USER_MAP_OK);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	memm_test_end(&memm);
}
