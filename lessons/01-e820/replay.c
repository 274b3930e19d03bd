/**
 * @file
 * Lesson 1 on the host: its step of a replay.
 */
#include <stdio.h>
#include "check.h"
#include "e820_replay.h"
#include "host.h"
#include "replay.h"

struct e820_map replayed_map;

REPLAY(1)
{
	static struct e820_map firmware;

	(void)last;
	e820_read(&firmware, replay_file.entry, replay_file.count,
	          sizeof(*replay_file.entry));
	host_print_to(stderr);
	e820_print_warnings(&firmware);
	host_print_to(stdout);

	e820_normalize(&firmware, &replayed_map);
	ASSERT(e820_check(&replayed_map) == NULL, "%s",
	       e820_check(&replayed_map));
	e820_list(&firmware, &replayed_map);
}
