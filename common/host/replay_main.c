/**
 * @file
 * Runs the steps of a replay: see replay.h.
 */
#include <stdio.h>
#include "replay.h"

/* The linker sets these around the section of the same name. */
extern const struct replay_step __start_replays[], __stop_replays[];

struct map_file replay_file;

/* The step of lesson @number, or NULL. */
static const struct replay_step *step_of(unsigned number)
{
	for (const struct replay_step *s = __start_replays; s < __stop_replays;
	     s++)
		if (s->number == number)
			return s;
	return NULL;
}

int main(int argc, char **argv)
{
	const struct replay_step *step;

	if (argc != 2) {
		fprintf(stderr, "one map file is wanted, not %d\n", argc - 1);
		return 2;
	}
	replay_file = map_file_read(argv[1]);
	for (unsigned k = 1; (step = step_of(k)) != NULL; k++)
		step->run(step_of(k + 1) == NULL);
	return 0;
}
