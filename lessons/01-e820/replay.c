/**
 * @file
 * Lesson 1 on the host: the stage over the memory map of any machine.
 */
#include <stdio.h>
#include "check.h"
#include "e820.h"
#include "host.h"
#include "map_file.h"

static struct e820_map firmware, map;

int main(int argc, char **argv)
{
	struct map_file file;

	ASSERT(argc == 2, "%d arguments, not the name of a map file", argc - 1);
	file = map_file_read(argv[1]);
	e820_read(&firmware, file.entry, file.count, sizeof(*file.entry));
	host_print_to(stderr);
	e820_print_warnings(&firmware);
	host_print_to(stdout);

	e820_normalize(&firmware, &map);
	ASSERT(e820_check(&map) == NULL, "%s", e820_check(&map));
	e820_list(&firmware, &map);
	return 0;
}
