/**
 * @file
 * See random.h: memory for processes, without and with page tables.
 *
 * The model is a list of blocks: whose each is, and the byte it is filled with.
 */
#include <stdio.h>
#include <string.h>
#include "memm_test.h"
#include "random.h"

#define BLOCKS 40
#define PIDS   4

static struct block {
	unsigned char *at; /* NULL: there is none */
	uint64_t       bytes, pid;
	unsigned char  pattern;
} block[BLOCKS];

static unsigned       blocks; /* that there are */
static unsigned char *gone;   /* the one that went last */
static struct memm    memm, kept;

static void start_memm(void)
{
	memm_test_begin(&memm, 0);
	memset(block, 0, sizeof(block));
	blocks = 0;
	gone = NULL;
}

static void start_mapped(void)
{
	start_memm();
	memm_test_begin_mapped(&memm);
}

/* The first from @from on, in a circle, that is there or is not. */
static struct block *next_block(unsigned from, bool there)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		struct block *b = &block[(from + i) % BLOCKS];

		if ((b->at != NULL) == there)
			return b;
	}
	return NULL;
}

static void forget(struct block *b)
{
	b->at = NULL;
	blocks--;
}

static bool holds(const struct block *b, uint64_t bytes)
{
	uint64_t wrong = 0;

	for (uint64_t i = 0; i < bytes; i++)
		wrong += b->at[i] != b->pattern;
	return wrong == 0;
}

static bool is_alone(const struct block *b)
{
	for (unsigned i = 0; i < BLOCKS; i++)
		if (block[i].at != NULL && block[i].at < b->at + b->bytes &&
		    b->at < block[i].at + block[i].bytes)
			return false;
	return true;
}

/* Pages of the longest run that nothing is mapped to. */
static uint64_t longest_run(void)
{
	uint64_t longest = 0, run = 0;

	for (uint64_t i = 0; i < memm.pages; i++) {
		run = (memm.mapped[i / 64] >> i % 64 & 1) != 0 ? 0 : run + 1;
		longest = max_u64(longest, run);
	}
	return longest;
}

/* --- The moves ----------------------------------------------------------- */

/* More than a block takes: its allocator's own page, where it can begin, and
 * for a new process its page and its tables. */
static bool may_refuse(const struct block *b, uint64_t align)
{
	uint64_t slack = memm.tables.kernel != 0 ? 13 : 7;

	return longest_run() <
	       pfn_up(b->bytes + align + MEMM_NAME_BYTES) + slack;
}

static const char *take(uint32_t move, char *text)
{
	uint64_t     most = UINT64_C(16) << RANDOM_BYTE(move, 3) % 11;
	uint64_t     number = RANDOM_BYTE(move, 1) | RANDOM_BYTE(move, 2) << 8;
	uint64_t     align = RANDOM_BYTE(move, 3) < 128
	                             ? 0
	                             : UINT64_C(1) << RANDOM_BYTE(move, 2) % 13;
	struct block b = { .bytes = 1 + number % most,
		           .pid = RANDOM_BYTE(move, 2) % PIDS,
		           .pattern = (unsigned char)(move >> 3) };
	void        *at = NULL;
	enum memm_status status;

	if (blocks == BLOCKS)
		return NULL;
	status = memm_allocate(&memm, b.pid, b.bytes, align, &at);
	if (random_has_bug("twice") && blocks == 3 && at != NULL)
		at = next_block(0, true)->at;
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES,
		         "memm_allocate(process %llu, %llu bytes, align "
		         "%llu): %p",
		         (unsigned long long)b.pid, (unsigned long long)b.bytes,
		         (unsigned long long)align, at);
	if (status == MEMM_NO_MEMORY)
		return may_refuse(&b, align)
		               ? NULL
		               : "a block is given out where pages are";
	if (status != MEMM_OK)
		return "no other reason is there to refuse";
	b.at = at;
	if (!is_alone(&b) ||
	    memm_paddr(&memm, at) % (align != 0 ? align : MEMM_ALIGN) != 0)
		return "a block is given to one, and aligned";
	memset(at, b.pattern, b.bytes);
	*next_block(RANDOM_BYTE(move, 1), false) = b;
	blocks++;
	return NULL;
}

static const char *give(uint32_t move, char *text)
{
	struct block    *b = next_block(RANDOM_BYTE(move, 1), true);
	enum memm_status status;

	if (b == NULL)
		return NULL;
	if (!holds(b, b->bytes))
		return "nobody else writes to a block";
	status = random_has_bug("leak") && blocks == 4
	                 ? MEMM_OK
	                 : memm_free(&memm, b->at);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "memm_free(%p): %s",
		         (void *)b->at, memm_status_text(status));
	if (status != MEMM_OK)
		return "a block is taken back";
	gone = b->at;
	forget(b);
	return NULL;
}

/* An address that is none to be freed, or another process's. */
static const char *give_wrong(uint32_t move, char *text)
{
	uint64_t      offset = RANDOM_BYTE(move, 2) | RANDOM_BYTE(move, 3) << 8;
	struct block *b = next_block(RANDOM_BYTE(move, 3), true);
	unsigned char *at = (unsigned char *)memm.memory + offset * 4;
	uint64_t       pid = 1;

	if (RANDOM_BYTE(move, 1) % 4 == 0)
		at = gone;
	else if (RANDOM_BYTE(move, 1) % 4 == 1 && b != NULL)
		at = b->at + offset % b->bytes;
	for (unsigned i = 0; i < BLOCKS; i++)
		if (block[i].at != NULL && block[i].at == at)
			pid = 1 + block[i].pid; /* not its own */
	kept = memm;
	offset = memm_user_free(&memm, pid, at);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES,
		         "memm_user_free(process %llu, %p): %s",
		         (unsigned long long)pid, (void *)at,
		         memm_status_text((enum memm_status)offset));
	if (offset == MEMM_OK)
		return "what is no block of the process is refused";
	return memcmp(&kept, &memm, sizeof(memm)) == 0
	               ? NULL
	               : "a call that is refused changes nothing";
}

static const char *reclaim(uint32_t move, char *text)
{
	uint64_t         pid = RANDOM_BYTE(move, 1) % PIDS;
	enum memm_status expected = pid == 0 ? MEMM_BAD_PID
	                            : memm_find(&memm, pid) == NULL
	                                    ? MEMM_NO_PROCESS
	                                    : MEMM_OK;

	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "memm_reclaim(process %llu)",
		         (unsigned long long)pid);
	if (memm_reclaim(&memm, pid) != expected)
		return "a process that is there can be ended";
	for (unsigned i = 0; i < BLOCKS && expected == MEMM_OK; i++)
		if (block[i].at != NULL && block[i].pid == pid)
			forget(&block[i]);
	return NULL;
}

/* An allocator goes, and its blocks with it. */
static const char *destroy(uint32_t move, char *text)
{
	struct block          *b = next_block(RANDOM_BYTE(move, 1), true);
	struct memm_allocator *a = b != NULL ? memm_holder(&memm, b->at) : NULL;

	if (RANDOM_BYTE(move, 2) % 4 == 0 || b == NULL) {
		memm_sweep(&memm);
		return NULL;
	}
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "memm_allocator_destroy(%p)",
		         (void *)a);
	for (unsigned i = 0; i < BLOCKS; i++)
		if (block[i].at != NULL && memm_holder(&memm, block[i].at) == a)
			forget(&block[i]);
	return memm_allocator_destroy(&memm, a) == MEMM_OK
	               ? NULL
	               : "an allocator can be ended";
}

/* --- What must hold after each ------------------------------------------- */

static const char *compare(void)
{
	const char       *broken = memm_check(&memm);
	struct memm_stats stats;
	uint64_t          bytes = 0;

	if (broken != NULL)
		return broken;
	for (unsigned i = 0; i < BLOCKS; i++) {
		if (block[i].at == NULL)
			continue;
		if (!holds(&block[i], min_u64(block[i].bytes, 8)))
			return "nobody else writes to a block";
		bytes += block[i].bytes;
	}
	memm_stats_all(&memm, &stats);
	if (stats.blocks != blocks || stats.used_bytes < bytes)
		return "as many blocks are there as were given out";
	return NULL;
}

static const char *play(uint32_t move, char *text)
{
	typedef const char *(*deed)(uint32_t, char *);
	/* Even: takes; odd: gives back. */
	static const deed deeds[] = { take, give, take, give, take, give_wrong,
		                      take, give, take, give, take, give_wrong,
		                      take, give, take, give };
	unsigned          number = RANDOM_BYTE(move, 0);
	const char       *broken;

	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "nothing, or memm_sweep()");
	if (number == 255)
		broken = reclaim(move, text);
	else if (number == 253)
		broken = destroy(move, text);
	else
		broken = deeds[number % 16](move, text);
	return broken != NULL ? broken : compare();
}

const struct random_game random_memm = {
	"memm",
	"twice (the fourth block is the first again), leak (of four, one is "
	"not freed)",
	start_memm,
	play,
};

const struct random_game random_mapped = {
	"mapped",
	"as memm",
	start_mapped,
	play,
};
