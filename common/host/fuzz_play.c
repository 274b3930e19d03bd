/**
 * @file
 * A fuzzer for the allocators: the games of random.h, with libFuzzer's moves.
 *
 * The name of the program says which game it is.  Each four bytes of the input
 * are a move.
 *
 * Source: LLVM, "libFuzzer - a library for coverage-guided fuzz testing".
 */
#include <string.h>
#include "check.h"
#include "random.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const struct random_game *game;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *slash = strrchr((*argv)[0], '/');
	const char *name = slash != NULL ? slash + 1 : (*argv)[0];

	(void)argc;
	game = random_find(name);
	ASSERT(game != NULL, "there is no game %s", name);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	game->start();
	for (size_t i = 0; i + sizeof(uint32_t) <= bytes;
	     i += sizeof(uint32_t)) {
		const char *broken;
		uint32_t    move;

		memcpy(&move, data + i, sizeof(move));
		broken = game->play(move, NULL);
		ASSERT(broken == NULL, "move %zu, 0x%08x: %s", i / sizeof(move),
		       move, broken);
	}
	return 0;
}
