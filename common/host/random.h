/**
 * @file
 * Random operations on an allocator beside a model of it: the game, which the
 * random program and the fuzzers play.
 *
 * A move is a number.  Any number is a move, and any row of numbers is a game,
 * so a row in which some are left out is one too: that is what makes a failure
 * short.  After each move the whole state is checked.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include "types.h"

/** Room for a move in words. */
#define RANDOM_TEXT_BYTES 120

/** Moves from one start to the next, at most. */
#define RANDOM_ROUND 16384

/** A move's byte 0 says what is done, the others with what. */
#define RANDOM_BYTE(move, i) ((move) >> 8 * (i)&0xff)

/** Bit 0 of a move: more is given back than taken. */
#define RANDOM_GIVES 1

/** One allocator, its model and the rules. */
struct random_game {
	const char *name; /**< In a word. */
	const char *bugs; /**< Those that can be built in, for the help. */

	/** Begin anew, with nothing given out. */
	void (*start)(void);

	/**
	 * Make a move, and check all.
	 *
	 * @param move  any number
	 * @param text  gets the move in words, if it is not NULL
	 * @return NULL, or the sentence of what went wrong
	 */
	const char *(*play)(uint32_t move, char text[RANDOM_TEXT_BYTES]);
};

extern const struct random_game random_pages;   /**< Pages and counts. */
extern const struct random_game random_areas;   /**< The same, in two areas. */
extern const struct random_game random_objects; /**< Objects. */
extern const struct random_game random_zones;   /**< With red zones. */
extern const struct random_game random_memm;    /**< Processes. */
extern const struct random_game random_mapped;  /**< With page tables. */

/** All of them; NULL is the last. */
extern const struct random_game *const random_games[];

/** The game of this name, or NULL. */
const struct random_game *random_find(const char *name);

/** A mistake that is built into the games, to be found; or "". */
extern const char *random_bug;

/** Whether it is this one. */
bool random_has_bug(const char *name);

/**
 * Play a row of moves, from the start on.
 *
 * What the allocator itself stops at (an ASSERT, a bad access) or does not
 * come back from within seconds ends the game like a broken rule.
 *
 * @param game         which
 * @param move         the moves
 * @param count        how many
 * @param tell         gets each move in words as it is made, or NULL
 * @param[out] failed  set to the index of the last one, if not NULL is returned
 * @return NULL, or the sentence of what went wrong
 */
const char *random_play(const struct random_game *game, const uint32_t *move,
                        uint64_t count,
                        void (*tell)(uint32_t move, const char *text),
                        uint64_t *failed);

/**
 * Leave out as many moves as possible, so that the game still fails in the
 * same way.
 *
 * @param game   which
 * @param move   the moves, of which the last fails; changed to those that stay
 * @param count  how many
 * @return how many stay: without any one or two it does not fail so
 */
uint64_t random_shrink(const struct random_game *game, uint32_t *move,
                       uint64_t count);

#endif
