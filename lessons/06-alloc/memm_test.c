/**
 * @file
 * Tests of lesson 6: memory for processes.
 */
#include "kstring.h"
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
