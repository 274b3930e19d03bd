/**
 * @file
 * Tests of lesson 6: memory for processes.
 */
#include "kstring.h"
#include "memm_process.h"
#include "memm_test.h"
#include "phys.h"
#include "test.h"
#include "user_mode.h"

#define MACHINE_BYTES ((TEST_PAGES + 1) * PAGE_SIZE)

_Static_assert(MACHINE_BYTES <= TEST_MEMORY_BYTES, "the machine is lent");

static struct memm memm, saved;

uint64_t *memm_test_root(void)
{
	return test_memory();
}

void memm_test_begin(struct memm *m, uint64_t only_pages)
{
	memset(test_memory(), 0xaa, MACHINE_BYTES);
	memset(test_memory(), 0, PAGE_SIZE);
	phys_lend(pfn_to_paddr(TEST_ROOT), MACHINE_BYTES, test_memory());
	CHECK_EQ(memm_init(m, TEST_FIRST, TEST_PAGES, only_pages), MEMM_OK);
	CHECK_TEXT(memm_check(m), NULL);
}

void memm_test_begin_mapped(struct memm *m)
{
	memm_test_begin(m, 0);
	for (unsigned i = 256; i < 512; i++)
		memm_test_root()[i] = i * PAGE_SIZE | 3;
	memm_use_tables(m, pfn_to_paddr(TEST_ROOT), true, true);
}

bool memm_test_begin_real(struct memm *m)
{
	struct user_mode mode = user_mode_look();
	pfn_t            first = pfn_down(user_mode_paddr(test_memory()));

	if (!mode.there)
		return false;
	memset(test_memory(), 0xaa, MACHINE_BYTES);
	CHECK_EQ(memm_init(m, first, TEST_PAGES, 0), MEMM_OK);
	memm_use_tables(m, mode.tables, mode.no_execute, mode.huge);
	return true;
}

void memm_test_end(const struct memm *m)
{
	CHECK_TEXT(memm_check(m), NULL);
	CHECK_EQ(memm_free_pages(m) + m->kernel.allocator_pages +
	                 m->kernel.destroyed_pages,
	         TEST_PAGES - 1);
	phys_lend(0, 0, NULL);
}

/* A block, or NULL with a failed check. */
static char *get(uint64_t pid, uint64_t bytes)
{
	void *block = NULL;

	CHECK_EQ(memm_allocate(&memm, pid, bytes, 0, &block), MEMM_OK);
	return block;
}

static struct memm_stats stats_of(uint64_t pid)
{
	struct memm_stats stats = { 0 };

	CHECK_EQ(memm_stats(&memm, pid, &stats), MEMM_OK);
	return stats;
}

TEST(memm_init_takes_one_page_of_bits_and_leaves_the_rest_free)
{
	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_free_pages(&memm), TEST_PAGES - 1);
	CHECK_EQ(memm_find_pages(&memm, TEST_PAGES - 1), TEST_FIRST + 1);
	CHECK_EQ(memm_find_pages(&memm, TEST_PAGES), 0);
	memm_test_end(&memm);
}

TEST(memm_init_refuses_what_cannot_be_an_arena)
{
	static const struct {
		uint64_t         first, pages, only;
		enum memm_status status;
	} row[] = {
		{ 0, 8, 0, MEMM_BAD_ARENA }, /* page 0 is nobody's */
		{ 1, 0, 0, MEMM_BAD_ARENA },
		{ 1, 1, 0, MEMM_BAD_ARENA }, /* only its bits */
		{ 1, MEMM_PAGES_MAX, 0, MEMM_BAD_ARENA },
		{ UINT64_MAX, 8, 0, MEMM_BAD_ARENA },
		{ 1, UINT64_MAX, 0, MEMM_BAD_ARENA },
		{ 1, 8, 8, MEMM_BAD_ARENA },
		{ 1, 8, 1, MEMM_TOO_SMALL }, /* no room for data */
	};

	memset(&memm, 7, sizeof(memm));
	memcpy(&saved, &memm, sizeof(memm));
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(memm_init(&memm, row[i].first, row[i].pages,
		                   row[i].only),
		         row[i].status);
	CHECK(memcmp(&saved, &memm, sizeof(memm)) == 0);
}

TEST(memm_first_pages_serve_the_kernel_first)
{
	struct memm_stats stats;
	char             *block;

	memm_test_begin(&memm, 12);
	block = get(0, 100);
	CHECK_EQ(pfn_down(memm_paddr(&memm, block)) < TEST_FIRST + 13, true);
	stats = stats_of(0);
	CHECK_EQ(stats.allocators, 1);
	CHECK_EQ(stats.allocator_pages, 12);
	CHECK_EQ(stats.blocks, 1);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_block_is_aligned_and_named)
{
	struct memm_allocator *name;
	void                  *block;

	memm_test_begin(&memm, 0);
	for (uint64_t align = 0; align <= 16 * KiB;
	     align = align == 0 ? 1 : align * 2) {
		CHECK_EQ(memm_allocate(&memm, 3, 24, align, &block), MEMM_OK);
		CHECK_EQ((uintptr_t)memm_paddr(&memm, block) %
		                 (align < 16 ? 16 : align),
		         0);
		memcpy(&name, (char *)block - 16, sizeof(name));
		CHECK(name == memm_holder(&memm, block));
		CHECK_EQ(name->pid, 3);
		CHECK_TEXT(memm_check(&memm), NULL);
	}
	CHECK_EQ(memm_reclaim(&memm, 3), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_refuses_what_is_no_request_and_changes_nothing)
{
	void *block = NULL;

	memm_test_begin(&memm, 0);
	memcpy(&saved, &memm, sizeof(memm));
	CHECK_EQ(memm_allocate(&memm, 1, 0, 0, &block), MEMM_BAD_BYTES);
	CHECK_EQ(memm_allocate(&memm, 1, 1, 3, &block), MEMM_BAD_ALIGN);
	CHECK_EQ(memm_allocate(&memm, 1, UINT64_MAX, 0, &block),
	         MEMM_NO_MEMORY);
	CHECK_EQ(memm_allocate(&memm, 1, 1, UINT64_C(1) << 63, &block),
	         MEMM_NO_MEMORY);
	CHECK_EQ(memm_allocate(&memm, 1, TEST_PAGES * PAGE_SIZE, 0, &block),
	         MEMM_NO_MEMORY);
	CHECK_EQ(memm_user_allocate(&memm, 0, 8, &block), MEMM_BAD_PID);
	CHECK_EQ(memm_user_pages(&memm, 0, 8, USER_READ, &block), MEMM_BAD_PID);
	CHECK_EQ(memm_user_pages(&memm, 1, 8, USER_READ, &block),
	         MEMM_NO_TABLES);
	CHECK_EQ(memm_reclaim(&memm, 0), MEMM_BAD_PID);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_NO_PROCESS);
	CHECK_EQ(memm_user_free(&memm, 0, &block), MEMM_BAD_PID);
	CHECK(block == NULL);
	memm.last = NULL;
	saved.last = NULL;
	CHECK(memcmp(&saved, &memm, sizeof(memm)) == 0);
	memm_test_end(&memm);
}

/* Also where the one that served last could answer. */
TEST(memm_refuses_no_bytes_whoever_served_last)
{
	void *block = NULL;

	memm_test_begin(&memm, 0);
	CHECK(get(0, 100) != NULL && get(5, 100) != NULL);
	saved = memm;
	CHECK_EQ(memm_allocate(&memm, 0, 0, 0, &block), MEMM_BAD_BYTES);
	CHECK_EQ(memm_kernel_allocate(&memm, 0, &block), MEMM_BAD_BYTES);
	CHECK_EQ(memm_user_allocate(&memm, 5, 0, &block), MEMM_BAD_BYTES);
	CHECK_EQ(memm_reclaim(&memm, 99), MEMM_NO_PROCESS);
	CHECK(block == NULL);
	CHECK(memcmp(&saved, &memm, sizeof(memm)) == 0);
	CHECK_EQ(memm_reclaim(&memm, 5), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_free_believes_no_pointer)
{
	char *block, *other, *destroyed;
	void *wrong;

	memm_test_begin(&memm, 0);
	block = get(1, 1000);
	other = get(2, 1000);
	destroyed = get(4, 10);
	CHECK_EQ(memm_allocator_destroy(&memm, memm_holder(&memm, destroyed)),
	         MEMM_OK);

	CHECK_EQ(memm_free(&memm, NULL), MEMM_FOREIGN);
	CHECK_EQ(memm_free(&memm, &wrong), MEMM_FOREIGN);
	CHECK_EQ(memm_free(&memm, memm.memory - 16), MEMM_FOREIGN);
	CHECK_EQ(memm_free(&memm, memm.memory + TEST_PAGES * PAGE_SIZE),
	         MEMM_FOREIGN);
	CHECK_EQ(memm_free(&memm, memm.memory), MEMM_NOT_HELD);
	CHECK_EQ(memm_free(&memm, block + 1), MEMM_MISALIGNED);
	CHECK_EQ(memm_free(&memm, memm_holder(&memm, block)), MEMM_NOT_BLOCK);
	CHECK_EQ(memm_free(&memm, block + 64), MEMM_BAD_NAME);
	CHECK_EQ(memm_free(&memm, destroyed), MEMM_DESTROYED);
	CHECK_EQ(memm_free(&memm, memm.memory + (TEST_PAGES - 1) * PAGE_SIZE),
	         MEMM_NOT_HELD);
	CHECK_EQ(memm_user_free(&memm, 1, other), MEMM_OTHER_PROCESS);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm_free(&memm, block), MEMM_IS_FREE);
	CHECK_EQ(memm_user_free(&memm, 2, other), MEMM_OK);
	for (uint64_t pid = 1; pid <= 4; pid++)
		memm_reclaim(&memm, pid);
	memm_test_end(&memm);
}

/* A process writes names of its own into its memory. */
TEST(memm_free_sees_a_forged_name)
{
	char                  *block, *other;
	struct memm_allocator *mine, *its;

	memm_test_begin(&memm, 0);
	block = get(1, 200);
	other = get(2, 200);
	mine = memm_holder(&memm, block);
	its = memm_holder(&memm, other);

	memcpy(block + 64 - 16, &mine, sizeof(mine)); /* inside a block */
	CHECK_EQ(memm_free(&memm, block + 64), MEMM_NOT_BLOCK);
	memcpy(block + 32 - 16, &mine, sizeof(mine));
	CHECK_EQ(memm_free(&memm, block + 32), MEMM_MISALIGNED);
	memcpy(block - 16, &its, sizeof(its)); /* another's allocator */
	CHECK_EQ(memm_free(&memm, block), MEMM_BAD_NAME);
	memset(block - 16, 0xff, 8); /* none at all */
	CHECK_EQ(memm_free(&memm, block), MEMM_BAD_NAME);
	memcpy(block - 16, &mine, sizeof(mine));
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 2), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_full_is_set_by_failure_and_cleared_by_free)
{
	struct memm_allocator *raw;
	char                  *block, *last = NULL;
	unsigned               blocks = 0;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, 4), 4,
	                            &memm_raw, 0, &raw),
	         MEMM_OK);
	CHECK(raw->allocate(raw, 0, 0) != NULL);
	while (!raw->full) {
		block = get(0, 240);
		if (memm_holder(&memm, block) == raw)
			last = block;
		blocks++;
	}
	CHECK_EQ(blocks, 3 * PAGE_SIZE / 256 + 1); /* the one that failed */
	CHECK(raw->allocate(raw, 0, 0) == NULL);
	CHECK(memm_holder(&memm, get(0, 240)) != raw);
	CHECK_EQ(memm_free(&memm, last), MEMM_OK);
	CHECK(!raw->full);
	CHECK(raw->allocate(raw, 0, 0) != NULL);
	memm_test_end(&memm);
}

TEST(memm_large_block_has_pages_of_its_own_and_gives_them_back)
{
	char *block;

	memm_test_begin(&memm, 0);
	block = get(5, 65 * KiB);
	CHECK(memm_holder(&memm, block)->type == &memm_whole);
	CHECK_EQ(memm_paddr(&memm, block) % PAGE_SIZE, 0);
	CHECK_EQ(stats_of(5).allocator_pages, 18);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(stats_of(5).destroyed_pages, 18);
	CHECK_EQ(stats_of(5).allocators, 0);
	CHECK_EQ(memm_free(&memm, block), MEMM_DESTROYED);
	CHECK(get(5, 65 * KiB) == block); /* they get a new allocator */
	CHECK_EQ(stats_of(5).destroyed_pages, 0);
	CHECK_EQ(memm_reclaim(&memm, 5), MEMM_OK);
	CHECK_EQ(memm_free_pages(&memm), TEST_PAGES - 1);
	memm_test_end(&memm);
}

TEST(memm_sweeps_destroyed_pages_when_nothing_else_is_left)
{
	char *block;

	memm_test_begin(&memm, 0);
	block = get(5, 130 * KiB);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 34);
	CHECK(get(6, 130 * KiB) != NULL);
	CHECK_EQ(memm.destroyed_pages, 0);
	CHECK_EQ(memm_sweep(&memm), 0);
	CHECK_EQ(memm_reclaim(&memm, 5), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 6), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_allocator_is_made_only_on_pages_that_are_free)
{
	struct memm_allocator *raw, *again;
	pfn_t                  first = TEST_FIRST + 1;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, first, 1, &memm_raw, 9, &raw),
	         MEMM_TOO_SMALL);
	CHECK_EQ(memm_allocator_new(&memm, first, 0, &memm_raw, 9, &raw),
	         MEMM_TOO_SMALL);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST, 4, &memm_raw, 9, &raw),
	         MEMM_NOT_FREE);
	CHECK_EQ(memm_allocator_new(&memm, first, TEST_PAGES, &memm_raw, 9,
	                            &raw),
	         MEMM_NOT_FREE);
	CHECK_EQ(memm_allocator_new(&memm, UINT64_MAX, 4, &memm_raw, 9, &raw),
	         MEMM_NOT_FREE);
	CHECK(memm_find(&memm, 9) == NULL);
	CHECK_EQ(memm_allocator_new(&memm, first, 4, &memm_raw, 9, &raw),
	         MEMM_OK);
	CHECK_EQ(memm_allocator_new(&memm, first, 4, &memm_raw, 9, &again),
	         MEMM_NOT_FREE);
	CHECK_EQ(memm_allocator_destroy(&memm, raw), MEMM_OK);
	CHECK_EQ(memm_allocator_new(&memm, first, 4, &memm_raw, 8, &again),
	         MEMM_NOT_FREE); /* another process's */
	CHECK_EQ(memm_allocator_new(&memm, first, 4, &memm_whole, 9, &again),
	         MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 9), MEMM_OK);
	CHECK_EQ(memm_find_pages(&memm, TEST_PAGES - 1), first);
	memm_test_end(&memm);
}

TEST(memm_allocator_is_destroyed_once)
{
	struct memm_allocator *a;
	char                  *block;

	memm_test_begin(&memm, 0);
	block = get(3, 50);
	a = memm_holder(&memm, block);
	CHECK_EQ(memm_allocator_destroy(&memm, NULL), MEMM_NO_ALLOCATOR);
	CHECK_EQ(memm_allocator_destroy(&memm, (void *)block),
	         MEMM_NO_ALLOCATOR);
	CHECK_EQ(memm_allocator_destroy(&memm, (void *)((char *)a + PAGE_SIZE)),
	         MEMM_NO_ALLOCATOR);
	CHECK_EQ(memm_allocator_destroy(&memm, a), MEMM_OK);
	CHECK_EQ(memm_allocator_destroy(&memm, a), MEMM_DESTROYED);
	CHECK_EQ(memm_free(&memm, block), MEMM_DESTROYED);
	CHECK_EQ(memm_sweep(&memm), 4);
	CHECK_EQ(memm_allocator_destroy(&memm, a), MEMM_NO_ALLOCATOR);
	CHECK_EQ(memm_free(&memm, block), MEMM_NOT_HELD);
	CHECK_EQ(memm_reclaim(&memm, 3), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_without_memory_is_as_before)
{
	void    *block = NULL;
	uint64_t free;

	memm_test_begin(&memm, 0);
	while (memm_allocate(&memm, 1, 60 * KiB, 0, &block) == MEMM_OK)
		continue;
	free = memm_free_pages(&memm);
	CHECK_EQ(memm_allocate(&memm, 2, 60 * KiB, 0, &block), MEMM_NO_MEMORY);
	CHECK(memm_find(&memm, 2) == NULL);
	CHECK_EQ(memm_free_pages(&memm), free);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	memm_test_end(&memm);
}

#define LIVE 20

/* Each 16 bytes of a process's blocks name its allocator: then any address
 * looks like a block's, and still only those that are ones come back. */
TEST(memm_free_takes_only_what_was_given_out)
{
	char    *block[LIVE];
	unsigned taken = 0;

	memm_test_begin(&memm, 0);
	for (unsigned i = 0; i < LIVE; i++) {
		uint64_t               bytes = 16 + 230 * (uint64_t)i;
		struct memm_allocator *holder;

		block[i] = get(1 + i % 2, bytes);
		holder = memm_holder(&memm, block[i]);
		for (uint64_t at = 0; at + 16 <= bytes; at += 16)
			memcpy(block[i] + at, &holder, sizeof(holder));
	}
	for (uint64_t at = 0; at < TEST_PAGES * PAGE_SIZE; at += 8) {
		char *address = memm.memory + at;
		bool  live = false;

		for (unsigned i = 0; i < LIVE; i++)
			live = live || block[i] == address;
		taken += !live && memm_free(&memm, address) == MEMM_OK;
	}
	CHECK_EQ(taken, 0);
	CHECK_TEXT(memm_check(&memm), NULL);
	for (unsigned i = 0; i < LIVE; i++)
		CHECK_EQ(memm_free(&memm, block[i]), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 2), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_holds_no_address_beside_its_arena)
{
	void *block;

	memm_test_begin(&memm, 0);
	block = get(1, 100);
	CHECK(memm_holder(&memm, block) != NULL);
	CHECK(memm_holder(&memm, memm.memory - 1) == NULL);
	CHECK(memm_holder(&memm, memm.memory + TEST_PAGES * PAGE_SIZE) == NULL);
	CHECK_EQ(memm_allocator_destroy(
			 &memm,
			 (struct memm_allocator *)(void *)((char *)block + 16)),
	         MEMM_NO_ALLOCATOR);
	CHECK_EQ(memm_user_free(&memm, 1, memm.memory - 1), MEMM_FOREIGN);
	CHECK_EQ(memm_user_free(&memm, 2, block), MEMM_OTHER_PROCESS);
	CHECK_EQ(memm_user_free(&memm, 1, block), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_finds_no_run_of_no_pages)
{
	pfn_t first = 7;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_find_pages(&memm, 0), 0);
	CHECK_EQ(memm_find_pages(&memm, UINT64_MAX), 0);
	CHECK(!memm_pages_find(&memm, 1, 0, 64, &first));
	CHECK(!memm_pages_find(&memm, 1, 0, UINT64_C(1) << 63, &first));
	CHECK_EQ(first, 7);
	memm_test_end(&memm);
}

/*  page     1      5         6        10                    48
 *           |-gone-|-process-|--live--|--------free---------|
 *  of pid       9       9        9                              */
TEST(memm_allocator_takes_a_destroyed_ones_place_only_if_it_fits)
{
	struct memm_allocator *gone, *live, *made = NULL;
	pfn_t                  first = TEST_FIRST + 1;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, first, 4, &memm_raw, 9, &gone),
	         MEMM_OK);
	CHECK_EQ(memm_allocator_new(&memm, first + 5, 4, &memm_raw, 9, &live),
	         MEMM_OK);
	CHECK_EQ(memm_allocator_destroy(&memm, gone), MEMM_OK);
	CHECK_EQ(memm_allocator_new(&memm, first, 5, &memm_raw, 9, &made),
	         MEMM_NOT_FREE); /* too long */
	CHECK_EQ(memm_allocator_new(&memm, first + 1, 4, &memm_raw, 9, &made),
	         MEMM_NOT_FREE);
	CHECK_EQ(memm_allocator_new(&memm, first + 4, 3, &memm_raw, 9, &made),
	         MEMM_NOT_FREE); /* behind it */
	CHECK_EQ(memm_allocator_new(&memm, first - 1, 4, &memm_raw, 9, &made),
	         MEMM_NOT_FREE); /* before it */
	CHECK_EQ(memm_allocator_new(&memm, first, 4, &memm_raw, 0, &made),
	         MEMM_NOT_FREE); /* the kernel's it is not */
	CHECK(made == NULL);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_allocator_destroy(&memm, live), MEMM_OK);
	/* Nothing but destroyed ones: still it is a process. */
	CHECK_EQ(memm_allocator_new(&memm, first, 5, &memm_raw, 9, &made),
	         MEMM_NOT_FREE);
	CHECK(memm_find(&memm, 9) != NULL);
	CHECK_EQ(memm_allocator_new(&memm, first + 1, 3, &memm_raw, 9, &made),
	         MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 9), MEMM_OK);
	memm_test_end(&memm);
}

/* All pages are asked for, so none is left for the process itself. */
TEST(memm_allocator_of_all_pages_has_no_process)
{
	struct memm_allocator *made = NULL;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, TEST_PAGES - 1,
	                            &memm_raw, 9, &made),
	         MEMM_NO_MEMORY);
	CHECK(made == NULL && memm_find(&memm, 9) == NULL);
	CHECK_EQ(memm_find_pages(&memm, TEST_PAGES - 1), TEST_FIRST + 1);
	memm_test_end(&memm);
}

TEST(memm_user_pages_are_refused_where_nothing_is_left)
{
	void    *block = NULL;
	uint64_t free;

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_user_pages(&memm, 1, 0, USER_READ, &block),
	         MEMM_BAD_BYTES);
	CHECK_EQ(memm_user_pages(&memm, 1, 40 * PAGE_SIZE, USER_READ, &block),
	         MEMM_OK);
	free = memm_free_pages(&memm);
	CHECK_EQ(memm_user_pages(&memm, 1, 30 * PAGE_SIZE, USER_READ, &block),
	         MEMM_NO_MEMORY);
	CHECK_EQ(memm_free_pages(&memm), free);
	memm_pages_take(&memm, memm_find_pages(&memm, free), free, MEMM_OWN);
	CHECK_EQ(memm_user_pages(&memm, 2, PAGE_SIZE, USER_READ, &block),
	         MEMM_NO_MEMORY); /* not even a page for the process */
	CHECK(memm_find(&memm, 2) == NULL);
	memm.last = NULL;
	phys_lend(0, 0, NULL);

	memm_test_begin_mapped(&memm);
	CHECK_EQ(memm_user_pages(&memm, 2, 46 * PAGE_SIZE, USER_READ, &block),
	         MEMM_NO_MEMORY); /* one for it, none for the pages */
	CHECK(memm_find(&memm, 2) == NULL);
	memm_test_end(&memm);
}

TEST(memm_room_that_is_known_is_not_told_again)
{
	struct memm_allocator *a;
	uint64_t               room;

	memm_test_begin(&memm, 0);
	a = memm_holder(&memm, get(1, 100));
	room = a->by_room.weight;
	memm_allocator_weigh(a, room);
	CHECK_EQ(a->by_room.weight, room);
	memm_allocator_weigh(a, 5);
	CHECK_EQ(a->by_room.weight, 5);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_print_sums_up_all_processes)
{
	struct memm_stats all;
	void             *block;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_kernel_allocate(&memm, 100, &block), MEMM_OK);
	CHECK_EQ(memm_holder(&memm, block)->pid, 0);
	get(1, 100);
	get(1, 100);
	get(2, 33 * KiB);
	CHECK_EQ(memm_allocator_destroy(&memm, memm_holder(&memm, get(3, 9))),
	         MEMM_OK);
	memm_stats_all(&memm, &all);
	CHECK_EQ(all.processes, 3); /* without the kernel */
	CHECK_EQ(all.blocks, 4);
	CHECK_TEXT(PRINTED(memm_print(&memm)),
	           "memm: 192 KiB at 0x40001000, 88 KiB free, 88 KiB "
	           "in one run\n"
	           "memm: pages: 18 of allocators, 4 of destroyed "
	           "ones, 0 of tables, 4 own\n"
	           "memm: 3 processes, 3 allocators, 4 blocks; "
	           "mapped: 0 of 4 KiB, 0 of 2 MiB, 0 of 1 GiB\n");
	memm_pages_take(&memm, memm_find_pages(&memm, 1),
	                memm_free_pages(&memm), MEMM_OWN);
	CHECK_TEXT(PRINTED(memm_print(&memm)),
	           "memm: 192 KiB at 0x40001000, 0 B free, 0 B in one "
	           "run\n"
	           "memm: pages: 18 of allocators, 4 of destroyed "
	           "ones, 0 of tables, 26 own\n"
	           "memm: 3 processes, 3 allocators, 4 blocks; "
	           "mapped: 0 of 4 KiB, 0 of 2 MiB, 0 of 1 GiB\n");
	phys_lend(0, 0, NULL);
}

TEST(memm_status_that_is_none_is_said_to_be_none)
{
	CHECK_TEXT(memm_status_text(MEMM_OK), "done");
	CHECK_TEXT(memm_status_text(MEMM_STATUSES), "no such status");
}

TEST(memm_allocator_of_one_block_serves_what_fits)
{
	struct memm_allocator *whole;
	char                  *block;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, 10, &memm_whole, 9,
	                            &whole),
	         MEMM_OK);
	block = get(9, 34 * KiB);
	CHECK(memm_holder(&memm, block) == whole);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK(memm_holder(&memm, get(9, 34 * KiB)) != whole);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 9), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_recycles_of_a_destroyed_allocator_what_it_needs)
{
	char    *block;
	uint64_t free;

	memm_test_begin(&memm, 0);
	block = get(9, 65 * KiB);
	free = memm_free_pages(&memm);
	CHECK_EQ(memm_free(&memm, block), MEMM_OK);
	CHECK(get(9, 34 * KiB) == block);
	CHECK_EQ(memm_free_pages(&memm), free + 8);
	CHECK_EQ(memm.destroyed_pages, 0);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 9), MEMM_OK);
	memm_test_end(&memm);
}
