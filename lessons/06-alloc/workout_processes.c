/**
 * @file
 * Lesson 6: see workout_processes.h.
 *
 * The memory behind memm is one exact block of page_alloc's, so that in the
 * end two managers must have all of their pages back.
 */
#include "kstring.h"
#include "memm_program.h"
#include "workout_processes.h"

#define ARENA_PAGES 1024
#define ARENA_LEAST 128
#define LIVE        16 /* processes at a time, each 16th in the same place */
#define BLOCKS      12 /* that a process allocates besides its first */

/** A way to end, and what is reached for. */
struct sin {
	const char    *text;
	enum user_deed deed;
};

/* In the order in which processes commit them. */
static const struct sin sins[] = {
	{ "writes to a null pointer", USER_WRITES },
	{ "reads its neighbour's memory", USER_READS },
	{ "writes to its code", USER_WRITES },
	{ "runs its data", USER_JUMPS },
	{ "reads the kernel's memory", USER_READS },
	{ "halts the CPU", USER_HALTS },
	{ "loops for ever", USER_LOOPS },
};

#define SINS (sizeof(sins) / sizeof(sins[0]))

struct play {
	struct memm         memm;
	struct memm_program live[LIVE]; /* pid 0: nobody */
	uint64_t            came, ended, refused, seed;
};

/* xorshift64 of Marsaglia, "Xorshift RNGs". */
static uint64_t next_random(struct play *play)
{
	play->seed ^= play->seed << 13;
	play->seed ^= play->seed >> 7;
	return play->seed ^= play->seed << 17;
}

static struct memm_program *program_of(struct play *play, uint64_t pid)
{
	return &play->live[pid % LIVE];
}

static unsigned char byte_of(uint64_t pid)
{
	return (unsigned char)(pid * 7 + 1);
}

static const char *end_process(struct play *play, uint64_t pid)
{
	struct memm_program *program = program_of(play, pid);
	const char          *broken = NULL;

	if (memm_program_wrong(program, byte_of(program->pid)) != 0)
		broken = "nobody writes to another process's memory";
	else if (memm_reclaim(&play->memm, program->pid) != MEMM_OK)
		broken = "a process that is there can be ended";
	program->pid = 0;
	return broken;
}

/* On the host the kernel writes instead: there is no user mode. */
static void run_program(struct play *play, struct memm_program *program,
                        enum user_deed deed, uint64_t address,
                        struct user_end *end)
{
	unsigned char byte = byte_of(program->pid);

	if (memm_program_run(&play->memm, program, byte, deed, address, end))
		return;
	memset(program->block, byte, program->bytes);
	end->done = deed == USER_DONE;
}

/* What sin number @sin reaches for. */
static uint64_t target_of(struct play *play, struct memm_program *program,
                          uint64_t sin)
{
	const struct memm_program *other = program_of(play, program->pid - 1);

	switch (sin) {
	case 1:
		return other->pid != 0 ? memm_paddr(&play->memm, other->block)
		                       : 0;
	case 2:
		return memm_paddr(&play->memm, program->code);
	case 3:
		return memm_paddr(&play->memm, program->block);
	case 4:
		return (uintptr_t)play;
	default:
		return 0;
	}
}

/* A process does what it must not, and is gone. */
static const char *commit(struct play *play, struct memm_program *program,
                          uint64_t sin)
{
	struct user_end end = { 0 };
	uint64_t        target = target_of(play, program, sin);
	bool            first = play->ended < SINS;

	if (sins[sin].deed == USER_LOOPS && user_mode_look().there &&
	    !user_mode_look().timer)
		return NULL; /* it would never end */
	run_program(play, program, sins[sin].deed, target, &end);
	if (end.done && sin == 3 && !play->memm.tables.no_execute)
		return NULL; /* such a CPU runs any data */
	if (end.done)
		return "what a process must not do ends it";
	play->ended++;
	if (first && user_mode_look().there) {
		kprintf("workout: process %llu %s: ",
		        (unsigned long long)program->pid, sins[sin].text);
		user_mode_print(&end);
		kprintf("\n");
	}
	return end_process(play, program->pid);
}

/* Blocks of its own come and go.  Where memory is short, some do not come. */
static void allocate_some(struct play *play, uint64_t pid)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		uint64_t bytes = UINT64_C(16) << next_random(play) % 12;
		void    *block;

		if (memm_user_allocate(&play->memm, pid, bytes, &block) !=
		    MEMM_OK)
			play->refused++;
		else if (next_random(play) % 3 == 0)
			memm_user_free(&play->memm, pid, block);
	}
}

static const char *start_process(struct play *play, uint64_t pid)
{
	struct memm_program *program = program_of(play, pid);
	uint64_t             bytes = 1 + next_random(play) % (32 * KiB);
	struct user_end      end = { 0 };

	play->came++;
	if (memm_program_load(&play->memm, program, pid, bytes) != MEMM_OK) {
		play->refused++;
		memm_reclaim(&play->memm, pid);
		return NULL;
	}
	if (memm_program_wrong(program, 0) != 0)
		return "a process finds zeros";
	run_program(play, program, USER_DONE, 0, &end);
	if (!end.done)
		return "a program that does nothing wrong is done";
	allocate_some(play, pid);
	return pid % 3 == 0 ? commit(play, program, pid / 3 % SINS) : NULL;
}

static const char *play_all(struct play *play, uint64_t processes)
{
	const char *broken = memm_check(&play->memm);

	for (uint64_t pid = 1; pid <= processes && broken == NULL; pid++) {
		if (program_of(play, pid)->pid != 0)
			broken = end_process(play, pid);
		if (broken == NULL)
			broken = start_process(play, pid);
		if (broken == NULL)
			broken = memm_check(&play->memm);
	}
	memm_print(&play->memm);
	for (uint64_t i = 0; i < LIVE && broken == NULL; i++)
		if (play->live[i].pid != 0)
			broken = end_process(play, i);
	return broken != NULL ? broken : memm_check(&play->memm);
}

static const char *play_on(struct play *play, pfn_t first, uint64_t count,
                           uint64_t processes)
{
	struct user_mode mode = user_mode_look();
	const char      *broken;
	uint64_t         free_pages;

	*play = (struct play){ .seed = UINT64_C(88172645463325252) };
	if (memm_init(&play->memm, first, count, 0) != MEMM_OK)
		return "an arena can be made of any pages";
	if (mode.there)
		memm_use_tables(&play->memm, mode.tables, mode.no_execute,
		                mode.huge);
	free_pages = memm_free_pages(&play->memm);
	broken = play_all(play, processes);
	if (broken != NULL)
		return broken;
	kprintf("workout: %llu processes came, %llu were ended, all are gone\n",
	        (unsigned long long)play->came,
	        (unsigned long long)play->ended);
	if (memm_free_pages(&play->memm) != free_pages)
		return "when all processes are gone, all pages are free";
	return NULL;
}

const char *workout_processes(struct page_alloc *pages, uint64_t processes)
{
	struct play play;
	uint64_t    count = ARENA_PAGES;
	pfn_t       first = 0;
	const char *broken;

	while (pages_alloc_exact(pages, MEMAREA_USER, count, &first) !=
	       PAGE_OK) {
		count /= 2;
		if (count < ARENA_LEAST) {
			kprintf("workout: no %llu KiB in one run, so no "
			        "processes\n",
			        (unsigned long long)(ARENA_LEAST * PAGE_SIZE /
			                             KiB));
			return NULL;
		}
	}
	broken = play_on(&play, first, count, processes);
	if (broken == NULL && pages_free_exact(pages, first, count) != PAGE_OK)
		broken = "page_alloc takes the arena back";
	page_empty_caches(pages);
	return broken;
}
