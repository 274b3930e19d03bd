/**
 * @file
 * See random.h: how a row of moves is played, and made short.
 *
 * Source of the shrinking: A. Zeller and R. Hildebrandt, "Simplifying and
 * Isolating Failure-Inducing Input".
 */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "random.h"
#include "test.h"

#define PAIRS_MOST 120 /* moves of which pairs are left out */
#define SECONDS    20  /* a game that takes longer hangs */

const char *random_bug = "";

const struct random_game *const random_games[] = {
	&random_pages, &random_areas, &random_objects,
	&random_zones, &random_memm,  &random_mapped,
	NULL,
};

/* For the tests' machines. */
void *test_memory(void)
{
	static void *memory;

	/* Of the heap: gcc puts nothing around a variable of such alignment
	 * that its sanitizer could watch. */
	if (memory == NULL)
		memory = aligned_alloc(4096, TEST_MEMORY_BYTES);
	return memory;
}

const struct random_game *random_find(const char *name)
{
	const struct random_game *const *game = random_games;

	while (*game != NULL && strcmp((*game)->name, name) != 0)
		game++;
	return *game;
}

bool random_has_bug(const char *name)
{
	return strcmp(random_bug, name) == 0;
}

static sigjmp_buf stopped;

static void on_signal(int number)
{
	siglongjmp(stopped, number);
}

static void catch_signals(void)
{
	static const int numbers[] = { SIGABRT, SIGSEGV, SIGBUS,
		                       SIGFPE,  SIGILL,  SIGALRM };
	struct sigaction action = { .sa_handler = on_signal };

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

static const char *play_all(const struct random_game *game,
                            const uint32_t *move, uint64_t count,
                            void (*tell)(uint32_t move, const char *text),
                            volatile uint64_t *at)
{
	const char *broken = NULL;
	char        text[RANDOM_TEXT_BYTES] = "";

	game->start();
	for (uint64_t i = 0; i < count && broken == NULL; i++) {
		*at = i;
		broken = game->play(move[i], tell != NULL ? text : NULL);
		if (tell != NULL)
			tell(move[i], text);
	}
	return broken;
}

const char *random_play(const struct random_game *game, const uint32_t *move,
                        uint64_t count,
                        void (*tell)(uint32_t move, const char *text),
                        uint64_t *failed)
{
	volatile uint64_t at = 0;
	const char       *broken;

	catch_signals();
	switch (sigsetjmp(stopped, 1)) {
	case 0:
		alarm(SECONDS);
		broken = play_all(game, move, count, tell, &at);
		break;
	case SIGALRM:
		broken = "a call comes back";
		break;
	case SIGABRT:
		broken = "no ASSERT of the allocator is false";
		break;
	default:
		broken = "a call touches its own memory only";
		break;
	}
	alarm(0);
	*failed = at;
	return broken;
}

/* Whether it fails in this way without moves [from, past). */
static bool fails_without(const struct random_game *game, const uint32_t *move,
                          uint64_t count, uint64_t from, uint64_t past,
                          const char *broken, uint32_t *rest)
{
	uint64_t    kept = count - (past - from), failed;
	const char *other;

	memcpy(rest, move, from * sizeof(*move));
	memcpy(rest + from, move + past, (count - past) * sizeof(*move));
	other = random_play(game, rest, kept, NULL, &failed);
	return other != NULL && strcmp(other, broken) == 0;
}

/* Leave out what can be, @piece moves at a time; returns how many stay. */
static uint64_t leave_out(const struct random_game *game, uint32_t *move,
                          uint64_t count, uint64_t piece, const char *broken,
                          uint32_t *rest)
{
	uint64_t from = 0;

	while (from < count) {
		uint64_t past = from + piece < count ? from + piece : count;

		if (fails_without(game, move, count, from, past, broken,
		                  rest)) {
			count -= past - from;
			memcpy(move, rest, count * sizeof(*move));
		} else {
			from = past;
		}
	}
	return count;
}

/* Leave out pairs: what is taken and given back. */
static uint64_t leave_out_pairs(const struct random_game *game, uint32_t *move,
                                uint64_t count, const char *broken,
                                uint32_t *rest)
{
	static uint32_t one[RANDOM_ROUND];

	for (uint64_t i = 0; i < count && count <= PAIRS_MOST; i++)
		for (uint64_t k = i + 1; k < count; k++) {
			memcpy(one, move, count * sizeof(*move));
			memmove(one + i, one + i + 1,
			        (count - 1 - i) * sizeof(*move));
			if (!fails_without(game, one, count - 1, k - 1, k,
			                   broken, rest))
				continue;
			count -= 2;
			memcpy(move, rest, count * sizeof(*move));
			k = i;
		}
	return count;
}

uint64_t random_shrink(const struct random_game *game, uint32_t *move,
                       uint64_t count)
{
	static uint32_t rest[RANDOM_ROUND];
	uint64_t        failed, before;
	const char     *broken = random_play(game, move, count, NULL, &failed);

	if (broken == NULL)
		return count;
	count = failed + 1;
	for (uint64_t piece = (count + 1) / 2; piece > 1;
	     piece = (piece + 1) / 2)
		count = leave_out(game, move, count, piece, broken, rest);
	do {
		before = count;
		count = leave_out(game, move, count, 1, broken, rest);
		count = leave_out_pairs(game, move, count, broken, rest);
	} while (count < before);
	return count;
}
