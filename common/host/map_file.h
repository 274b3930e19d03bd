/**
 * @file
 * A memory map from a file: of another machine, or of your own `dmesg`.
 */
#ifndef MAP_FILE_H
#define MAP_FILE_H

#include "types.h"

/** One entry, laid out as e820_read() expects it, with a stride of 24. */
struct map_entry {
	uint64_t base;  /**< First byte. */
	uint64_t bytes; /**< Length; may be 0, and base + bytes may wrap. */
	uint32_t type;  /**< As the firmware numbers it: 1 is RAM. */
	uint32_t line;  /**< Where it stands in the file. */
};

/** The entries of a file in its order. */
struct map_file {
	struct map_entry *entry; /**< From malloc(). */
	uint32_t          count; /**< How many there are. */
};

/**
 * Read @p path: a file of `0xSTART-0xEND type` lines, END being the last byte
 * and '#' beginning a comment; or the output of dmesg, of which the lines
 * `BIOS-e820: [mem 0xSTART-0xEND] type` (END the last byte) and `BIOS-e820:
 * START - END (type)` (END one past it) are taken and all others passed over.
 *
 * Where something is wrong, prints a sentence with the line's number to
 * standard error and ends the program with status 1: the file does not exist,
 * a line cannot be read, or there is no entry at all.
 */
struct map_file map_file_read(const char *path);

#endif
