/**
 * @file
 * Plays random operations on the allocators, and checks all after each.
 *
 *     random GAME [--operations N] [--seed S]   a failure is made short
 *     random GAME --bug NAME                    with a mistake built in
 *     random GAME --replay MOVE,MOVE,...        these moves, in words
 *
 * A round of 16384 moves begins with an empty arena.  Where one fails, moves
 * are left out until none can be, and what is left is printed with the command
 * that plays it again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "random.h"
#include "test.h"

#define ENOUGH 10 /* moves that a reader follows */

static const struct random_game *game;
static uint32_t                  move[RANDOM_ROUND];

static _Noreturn void usage(void)
{
	printf("random GAME [--operations N] [--seed S] [--bug NAME] | "
	       "--replay MOVE,...\n");
	for (const struct random_game *const *g = random_games; *g != NULL; g++)
		printf("  %-8s bugs: %s\n", (*g)->name, (*g)->bugs);
	exit(2);
}

/* Moves of one round.  In turns most of them take and most give back. */
static void make_moves(uint64_t seed, uint64_t round, uint64_t count)
{
	uint64_t state = (seed * RANDOM_ROUND + round) * 2 + 1;

	for (unsigned i = 0; i < 8; i++)
		test_random(&state); /* seeds side by side begin alike */
	for (uint64_t i = 0; i < count; i++) {
		uint64_t word = test_random(&state);
		uint32_t turn = i / 128 % 2 ? RANDOM_GIVES : 0;

		move[i] = (uint32_t)word;
		if ((word >> 60 & 1) != 0)
			move[i] = (move[i] & ~(uint32_t)RANDOM_GIVES) | turn;
	}
}

static void tell(uint32_t word, const char *text)
{
	printf("# move 0x%08x: %s\n", word, text);
}

/* Print the moves in words, and what goes wrong. */
static int replay(uint64_t count)
{
	uint64_t    failed = 0;
	const char *broken = random_play(game, move, count, tell, &failed);

	if (broken != NULL)
		printf("# at move 0x%08x it is not true that %s\n",
		       move[failed], broken);
	printf("1..1\n%s 1 %s: %llu moves\n", broken == NULL ? "ok" : "not ok",
	       game->name, (unsigned long long)count);
	return broken != NULL;
}

/* Where what is left of a round is long, others that fail in the same way may
 * lead to less: the shortest stays in move[].  Returns its length. */
static uint64_t shrink(uint64_t seed, uint64_t round, uint64_t count,
                       const char *broken)
{
	static uint32_t best[RANDOM_ROUND];
	uint64_t        shortest = random_shrink(game, move, count), failed;

	memcpy(best, move, shortest * sizeof(*move));
	for (uint64_t i = 1; i <= 64 && shortest > ENOUGH; i++) {
		const char *other;

		make_moves(seed, round + i, RANDOM_ROUND);
		other = random_play(game, move, RANDOM_ROUND, NULL, &failed);
		if (other == NULL || strcmp(other, broken) != 0)
			continue;
		count = random_shrink(game, move, failed + 1);
		if (count < shortest) {
			shortest = count;
			memcpy(best, move, count * sizeof(*move));
		}
	}
	memcpy(move, best, shortest * sizeof(*move));
	return shortest;
}

static int report(uint64_t seed, uint64_t round, uint64_t failed,
                  const char *broken)
{
	uint64_t count = shrink(seed, round, failed + 1, broken);

	printf("# seed %llu, move %llu: it is not true that %s\n",
	       (unsigned long long)seed,
	       (unsigned long long)(round * RANDOM_ROUND + failed), broken);
	printf("# %llu moves are enough; to play them again:\n"
	       "# build/fast/random %s %s%s%s--replay ",
	       (unsigned long long)count, game->name,
	       random_bug[0] != '\0' ? "--bug " : "", random_bug,
	       random_bug[0] != '\0' ? " " : "");
	for (uint64_t i = 0; i < count; i++)
		printf("%s0x%08x", i == 0 ? "" : ",", move[i]);
	printf("\n");
	return replay(count);
}

static int run(uint64_t seed, uint64_t operations)
{
	uint64_t left = operations, failed;

	for (uint64_t round = 0; left > 0; round++) {
		uint64_t    count = left < RANDOM_ROUND ? left : RANDOM_ROUND;
		const char *broken;

		make_moves(seed, round, count);
		broken = random_play(game, move, count, NULL, &failed);
		if (broken != NULL)
			return report(seed, round, failed, broken);
		left -= count;
	}
	printf("1..1\n# %llu operations from seed %llu, all checked after "
	       "each\nok 1 %s: random operations agree with the model\n",
	       (unsigned long long)operations, (unsigned long long)seed,
	       game->name);
	return 0;
}

static uint64_t parse_moves(char *list)
{
	uint64_t count = 0;

	for (char *word = strtok(list, ",");
	     word != NULL && count < RANDOM_ROUND; word = strtok(NULL, ","))
		move[count++] = (uint32_t)strtoul(word, NULL, 0);
	return count;
}

int main(int argc, char **argv)
{
	uint64_t operations = 1000000, seed = 1;
	char    *moves = NULL;

	game = argc > 1 ? random_find(argv[1]) : NULL;
	if (game == NULL || argc % 2 != 0)
		usage();
	for (int i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--operations") == 0)
			operations = strtoull(argv[i + 1], NULL, 0);
		else if (strcmp(argv[i], "--seed") == 0)
			seed = strtoull(argv[i + 1], NULL, 0);
		else if (strcmp(argv[i], "--bug") == 0)
			random_bug = argv[i + 1];
		else if (strcmp(argv[i], "--replay") == 0)
			moves = argv[i + 1];
		else
			usage();
	}
	return moves != NULL ? replay(parse_moves(moves))
	                     : run(seed, operations);
}
