/**
 * @file
 * Tests of lesson 6: programs in user mode reach their memory, and nothing
 * else.  On the host there is no user mode, and nothing is tested.
 */
#include "memm_program.h"
#include "memm_test.h"
#include "test.h"

#define PAGE_FAULT 14
#define PROTECTION 13

/* Bits of a page fault's error code. */
#define PRESENT 0x1
#define WRITE   0x2
#define USER    0x4
#define EXECUTE 0x10

static struct memm         memm;
static struct memm_program mine, other;

static bool begin(void)
{
	if (!memm_test_begin_real(&memm))
		return false;
	CHECK_EQ(memm_program_load(&memm, &mine, 1, 5000), MEMM_OK);
	CHECK_EQ(memm_program_load(&memm, &other, 2, 5000), MEMM_OK);
	return true;
}

static void end(void)
{
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_EQ(memm_reclaim(&memm, 1), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 2), MEMM_OK);
	memm_test_end(&memm);
}

static struct user_end run(unsigned char byte, enum user_deed deed,
                           uint64_t address)
{
	struct user_end ended = { 0 };

	CHECK(memm_program_run(&memm, &mine, byte, deed, address, &ended));
	CHECK_EQ(memm_program_wrong(&mine, byte), 0);
	return ended;
}

TEST(memm_program_writes_what_the_kernel_reads)
{
	if (!begin())
		return;
	CHECK(run(0x5a, USER_DONE, 0).done);
	CHECK(run(0xa5, USER_READS, memm_paddr(&memm, mine.block)).done);
	CHECK(run(7, USER_WRITES, memm_paddr(&memm, mine.block)).done);
	CHECK_EQ(memm_program_wrong(&other, 0), 0);
	end();
}

/* The address, the deed, and what the CPU says of it. */
static void check_fault(uint64_t address, enum user_deed deed, uint64_t error)
{
	struct user_end ended = run(1, deed, address);

	CHECK(!ended.done);
	CHECK_EQ(ended.vector, PAGE_FAULT);
	CHECK_EQ(ended.error, error);
	CHECK_EQ(ended.address, address);
}

TEST(memm_program_faults_outside_its_memory)
{
	const uint64_t execute = user_mode_look().no_execute ? EXECUTE : 0;

	if (!begin())
		return;
	check_fault(0, USER_READS, USER);
	check_fault(0, USER_WRITES, USER | WRITE);
	check_fault(memm_paddr(&memm, other.block), USER_READS, USER);
	check_fault(memm_paddr(&memm, other.code), USER_JUMPS, USER | execute);
	check_fault(memm_paddr(&memm, memm.memory), USER_WRITES, USER | WRITE);
	check_fault(memm_paddr(&memm, memm_holder(&memm, mine.block)),
	            USER_READS, USER); /* its own allocator */
	end();
}

TEST(memm_program_faults_where_rights_forbid_it)
{
	if (!begin())
		return;
	check_fault(memm_paddr(&memm, mine.code), USER_WRITES,
	            USER | WRITE | PRESENT);
	if (user_mode_look().no_execute)
		check_fault(memm_paddr(&memm, mine.block), USER_JUMPS,
		            USER | EXECUTE | PRESENT);
	CHECK(run(3, USER_READS, memm_paddr(&memm, mine.code)).done);
	end();
}

/* And so the next ones: what is left of one's time is not another's. */
TEST(memm_program_that_loops_is_ended)
{
	if (!user_mode_look().timer || !begin())
		return;
	for (unsigned i = 0; i < 3; i++) {
		struct user_end ended = run(9, USER_LOOPS, 0);

		CHECK(!ended.done && ended.late);
		CHECK(ended.at > memm_paddr(&memm, mine.code) &&
		      ended.at < memm_paddr(&memm, mine.code) + PAGE_SIZE);
		CHECK(run(1, USER_DONE, 0).done);
		CHECK(!run(1, USER_HALTS, 0).late);
	}
	end();
}

TEST(memm_program_does_not_reach_the_kernel)
{
	uint64_t kernel = (uintptr_t)&memm, direct = (uintptr_t)memm.memory;

	if (!begin())
		return;
	direct = (uintptr_t)memm.memory;
	check_fault(kernel, USER_READS, USER | PRESENT);
	check_fault(kernel, USER_WRITES, USER | WRITE | PRESENT);
	check_fault(direct, USER_READS, USER | PRESENT);
	CHECK_EQ(run(1, USER_HALTS, 0).vector, PROTECTION);
	end();
}
