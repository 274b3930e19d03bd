/**
 * @file
 * Tests of lesson 6: which allocator serves a process, and where a new one
 * goes.
 */
#include "kstring.h"
#include "memm_process.h"
#include "memm_test.h"
#include "phys.h"
#include "test.h"

static struct memm            memm;
static struct memm_allocator *low, *high; /* process 7's */

static struct memm_allocator *new_allocator(const struct memm_type *type,
                                            uint64_t                pages)
{
	struct memm_allocator *made = NULL;

	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, pages), pages,
	                            type, 7, &made),
	         MEMM_OK);
	return made;
}

/* Two with room, of which the higher one served last. */
static void begin(void)
{
	memm_test_begin(&memm, 0);
	low = new_allocator(&memm_raw, 4);
	high = new_allocator(&memm_raw, 4);
	CHECK(low < high);
	low->process->current = high;
}

static void end(void)
{
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 7), MEMM_OK);
	memm_test_end(&memm);
}

/* A block of process 7, or NULL with a failed check. */
static char *get(uint64_t bytes, uint64_t align)
{
	void *block = NULL;

	CHECK_EQ(memm_allocate(&memm, 7, bytes, align, &block), MEMM_OK);
	return block;
}

static struct memm_allocator *server(uint64_t bytes, uint64_t align)
{
	return memm_holder(&memm, get(bytes, align));
}

TEST(memm_asks_first_who_served_last)
{
	char *one, *two;

	begin();
	one = get(100, 0);
	two = get(100, 0);
	CHECK(one != two);
	CHECK(memm_holder(&memm, one) == high);
	CHECK(memm_holder(&memm, two) == high);
	memset(one, 1, 100);
	memset(two, 2, 100);
	CHECK_EQ(one[99], 1);
	CHECK(server(100, 16) == high);
	CHECK(server(100, 256) == high);
	CHECK_EQ(memm_free(&memm, one), MEMM_OK);
	CHECK_EQ(memm_free(&memm, two), MEMM_OK);
	end();
}

/* What is above 16 bytes of alignment may be lost before the block. */
TEST(memm_asks_none_for_more_than_its_room)
{
	static const struct {
		uint64_t bytes, align;
		bool     from_high;
	} row[] = {
		{ 100, 0, true },  { 101, 0, false },  { 100, 1, true },
		{ 100, 16, true }, { 101, 16, false }, { 68, 32, true },
		{ 69, 32, false }, { 100, 32, false },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		begin();
		memm_allocator_weigh(high, 100);
		CHECK(server(row[i].bytes, row[i].align) ==
		      (row[i].from_high ? high : low));
		CHECK(!high->full);
		CHECK_EQ(high->by_room.weight, 100);
		end();
	}
}

static void *refuse(struct memm_allocator *allocator, uint64_t bytes,
                    uint64_t align)
{
	(void)allocator;
	(void)bytes;
	(void)align;
	return NULL;
}

/* It says that it has room, and has none for this. */
TEST(memm_asks_nobody_twice)
{
	uint64_t room;

	begin();
	room = memm_allocator_room(high);
	low->allocate = high->allocate = refuse;
	CHECK(server(room, 16) != high);
	CHECK(low->full);
	CHECK(high->full);
	CHECK_EQ(low->by_room.weight, 0);
	CHECK_EQ(high->by_room.weight, 0);
	low->allocate = high->allocate = memm_raw.allocate;
	end();
}

/* Only one whose room is all or nothing is weighed again. */
TEST(memm_success_leaves_the_tree_of_a_shared_allocator_alone)
{
	uint64_t               room;
	struct memm_allocator *whole;

	begin();
	room = high->by_room.weight;
	CHECK(server(2000, 16) == high);
	CHECK_EQ(high->by_room.weight, room);
	CHECK(memm_allocator_room(high) < room);
	memm_allocator_weigh(low, 0);
	memm_allocator_weigh(high, 0);
	whole = new_allocator(&memm_whole, 10);
	CHECK_EQ(whole->by_room.weight, 9 * PAGE_SIZE);
	CHECK(server(9 * PAGE_SIZE, 16) == whole);
	CHECK_EQ(whole->by_room.weight, 0);
	CHECK_EQ(memm_allocator_room(whole), 0);
	memm_allocator_weigh(low, memm_allocator_room(low));
	memm_allocator_weigh(high, memm_allocator_room(high));
	end();
}

/* The sum of both is 0. */
TEST(memm_refused_sizes_change_no_room)
{
	uint64_t room, half = UINT64_C(1) << 63;
	void    *block = NULL;

	begin();
	room = high->by_room.weight;
	CHECK_EQ(memm_allocate(&memm, 7, half, half, &block), MEMM_NO_MEMORY);
	CHECK_EQ(memm_allocate(&memm, 7, TEST_PAGES * PAGE_SIZE + 1, 0, &block),
	         MEMM_NO_MEMORY);
	CHECK_EQ(memm_allocate(&memm, 7, 16, 64 * PAGE_SIZE, &block),
	         MEMM_NO_MEMORY);
	CHECK(block == NULL);
	CHECK(!high->full);
	CHECK(!low->full);
	CHECK_EQ(high->by_room.weight, room);
	end();
}

/* The last free page is a process's own; none is left for a second one, until
 * destroyed allocators' pages are swept. */
TEST(memm_process_needs_one_page)
{
	void *block = NULL;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocate(&memm, 5, 40 * KiB, 0, &block), MEMM_OK);
	memm_pages_take(&memm, memm_find_pages(&memm, 1),
	                memm_free_pages(&memm) - 1, MEMM_OWN);
	CHECK_EQ(memm_free_pages(&memm), 1);
	CHECK(memm_process_new(&memm, 6) != NULL);
	CHECK(memm.last == memm_find(&memm, 6));
	CHECK(memm_process_new(&memm, 7) == NULL);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm_free_pages(&memm), 0);
	CHECK_EQ(memm_allocate(&memm, 7, 100, 0, &block), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 0);
	phys_lend(0, 0, NULL);
}

TEST(memm_table_needs_one_page)
{
	paddr_t table = 0;

	memm_test_begin_mapped(&memm);
	memm_pages_take(&memm, memm_find_pages(&memm, 1),
	                memm_free_pages(&memm) - 1, MEMM_OWN);
	CHECK(memm.tables.take(memm.tables.from, &table));
	CHECK_EQ(table, pfn_to_paddr(TEST_FIRST + TEST_PAGES - 1));
	CHECK(!memm.tables.take(memm.tables.from, &table));
	phys_lend(0, 0, NULL);
}

/* A process that has much gets more at once. */
TEST(memm_allocators_grow_with_their_process)
{
	static const struct {
		uint64_t has, gets;
	} row[] = { { 0, 4 },  { 63, 4 }, { 64, 4 },  { 80, 5 },
		    { 95, 5 }, { 96, 6 }, { 320, 20 } };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct memm_request    request = { 100, 0, USER_WRITE };
		struct memm_process   *process;
		struct memm_allocator *made;

		memm_test_begin(&memm, 0);
		process = memm_process_new(&memm, 7);
		process->allocator_pages = row[i].has;
		CHECK_EQ(memm_make_for(&memm, process, &request, &memm_raw,
		                       &made),
		         MEMM_OK);
		CHECK_EQ(made->bytes, row[i].gets * PAGE_SIZE);
		phys_lend(0, 0, NULL);
	}
}

/* Behind the arena the bits are nobody's, and behind an allocator others are. */
TEST(memm_holds_nothing_behind_its_end)
{
	char *past = (char *)test_memory() + (TEST_PAGES + 1) * PAGE_SIZE;
	char *last;

	begin();
	memm.with_allocator[0] ^= UINT64_C(1) << TEST_PAGES;
	CHECK(memm_holder(&memm, past) == NULL);
	memm.with_allocator[0] ^= UINT64_C(1) << TEST_PAGES;
	memm.with_destroyed[0] ^= UINT64_C(1) << TEST_PAGES;
	CHECK_EQ(memm_allocator_destroy(&memm, (void *)past),
	         MEMM_NO_ALLOCATOR);
	memm.with_destroyed[0] ^= UINT64_C(1) << TEST_PAGES;
	CHECK(memm_holder(&memm, get(100, 0)) == high);
	last = (char *)high + high->bytes;
	CHECK_EQ(memm_free(&memm, last), MEMM_NOT_HELD);
	CHECK_EQ(memm_free(&memm, last - 16), MEMM_BAD_NAME);
	end();
}

TEST(memm_free_tells_the_tree_of_the_room)
{
	void *block;

	begin();
	block = get(2000, 0);
	memm_allocator_weigh(high, 5);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(high->by_room.weight, memm_allocator_room(high));
	CHECK(high->by_room.weight > 2000);
	end();
}

TEST(memm_stats_of_nobody_are_refused)
{
	struct memm_stats stats = { .blocks = 7 };

	begin();
	CHECK_EQ(memm_stats(&memm, 8, &stats), MEMM_NO_PROCESS);
	CHECK_EQ(stats.blocks, 7);
	CHECK_EQ(memm_stats(&memm, 7, &stats), MEMM_OK);
	CHECK_EQ(stats.processes, 1);
	CHECK_EQ(stats.allocators, 2);
	CHECK_EQ(stats.blocks, 0);
	CHECK_EQ(memm_stats(&memm, 0, &stats), MEMM_OK);
	CHECK_EQ(stats.processes, 0);
	end();
}

/* Two processes and the kernel, with page tables. */
TEST(memm_print_counts_tables_and_mappings)
{
	struct memm_stats    all, one, two, kernel;
	struct memm_process *process;
	void                *block;

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_kernel_allocate(&memm, 50, &block), MEMM_OK);
	CHECK_EQ(memm_user_allocate(&memm, 2, 100, &block), MEMM_OK);
	CHECK_EQ(memm_user_pages(&memm, 3, 2 * PAGE_SIZE, USER_READ, &block),
	         MEMM_OK);
	CHECK_EQ(memm_stats(&memm, 0, &kernel), MEMM_OK);
	CHECK_EQ(memm_stats(&memm, 2, &one), MEMM_OK);
	CHECK_EQ(memm_stats(&memm, 3, &two), MEMM_OK);
	memm_stats_all(&memm, &all);
	CHECK_EQ(all.processes, 2);
	CHECK_EQ(kernel.used_bytes, 128);
	CHECK_EQ(one.used_bytes, 128);
	CHECK_EQ(two.used_bytes, 2 * PAGE_SIZE);
	CHECK_EQ(all.used_bytes, 256 + 2 * PAGE_SIZE);
	CHECK_EQ(one.table_pages, 4);
	CHECK_EQ(two.table_pages, 4);
	CHECK_EQ(all.table_pages, memm.table_pages);
	CHECK_EQ(two.mappings[0], 2);
	CHECK_EQ(all.mappings[0], memm.mappings[0]);
	process = memm_process_find(&memm, 3);
	process->map.pages[1] = 20;
	process->map.pages[2] = 300;
	CHECK(strstr(PRINTED(memm_print(&memm)),
	             "mapped: 5 of 4 KiB, 20 of 2 MiB, 300 of 1 GiB\n") !=
	      NULL);
	phys_lend(0, 0, NULL);
}

/* Behind the first one is its process's page.  Data may begin on any page. */
TEST(memm_allocators_lie_side_by_side)
{
	begin();
	CHECK_EQ((uintptr_t)high - (uintptr_t)low, 5 * PAGE_SIZE);
	low->allocate = high->allocate = refuse;
	CHECK_EQ((uintptr_t)server(5 * PAGE_SIZE, 0) - (uintptr_t)high,
	         4 * PAGE_SIZE);
	CHECK_EQ((uintptr_t)server(40 * KiB, 0) - (uintptr_t)high,
	         4 * PAGE_SIZE +
	                 memm_raw.pages_for(5 * PAGE_SIZE, 0) * PAGE_SIZE);
	low->allocate = high->allocate = memm_raw.allocate;
	end();
}

/* Pages of its own that are destroyed are taken before free ones below; but a
 * block that is to be aligned gets them only as free ones. */
TEST(memm_takes_a_destroyed_place_before_a_free_one)
{
	char *block;

	memm_test_begin(&memm, 0);
	low = new_allocator(&memm_whole, 12);
	block = get(65 * KiB, 0);
	CHECK_EQ(memm_allocator_destroy(&memm, low), MEMM_OK);
	CHECK_EQ(memm_sweep(&memm), 12);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 18);
	CHECK(get(40 * KiB, 0) == block);
	CHECK_EQ(memm.destroyed_pages, 0);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 11);
	CHECK(get(40 * KiB, 2 * PAGE_SIZE) != NULL);
	CHECK_EQ(memm.destroyed_pages, 0);
	end();
}

/* A destroyed allocator stays its process's as long as others find pages: for
 * what they need, if not for what they wish. */
TEST(memm_sweeps_nothing_while_free_pages_are_left)
{
	struct memm_allocator *all = NULL;
	void                  *block = NULL;

	memm_test_begin(&memm, 0);
	block = get(130 * KiB, 0);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 34);
	CHECK_EQ(memm_allocate(&memm, 8, 50, 0, &block), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 34);
	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, 4), 4,
	                            &memm_whole, 9, &all),
	         MEMM_OK);
	CHECK(all->allocate(all, 3 * PAGE_SIZE, 0) != NULL);
	CHECK_EQ(memm_free_pages(&memm), 2);
	CHECK_EQ(memm_allocate(&memm, 9, 50, 0, &block), MEMM_OK);
	CHECK_EQ(memm_free_pages(&memm), 0);
	CHECK_EQ(memm.destroyed_pages, 34);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 8), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 9), MEMM_OK);
	end();
}
