/**
 * @file
 * See lines.h.
 */
#include "lines.h"

#include <stdbool.h>

#include "console.h"
#include "layout.h"

#define WRITTEN_OUT (-128)

/* Set by kernel.ld. */
extern const unsigned char lines_table[], lines_table_end[];
extern const char          lines_files[];

struct piece {
	uint32_t low; /* half of its address */
	unsigned file, line;
};

static unsigned take(const unsigned char **at, unsigned bytes)
{
	unsigned value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (unsigned)*(*at)++ << 8 * i;
	return value;
}

/* Make @piece the next one; false at the end. */
static bool next_piece(const unsigned char **at, struct piece *piece)
{
	unsigned step;
	int      lines;

	if (*at >= lines_table_end)
		return false;
	step = take(at, 1);
	piece->low = step != 0 ? piece->low + step : take(at, 4);
	lines = (signed char)take(at, 1);
	if (lines != WRITTEN_OUT) {
		piece->line += (unsigned)lines;
		return true;
	}
	piece->file = take(at, 2);
	piece->line = take(at, 2);
	return true;
}

const char *line_find(uint64_t address, unsigned *line)
{
	const unsigned char *at = lines_table;
	struct piece         piece = { 0 }, next = { 0 };

	if (address < (uintptr_t)text_base || address >= (uintptr_t)text_end)
		return NULL;
	for (; next_piece(&at, &next); piece = next) {
		if (piece.line == 0 || (uint32_t)address < piece.low ||
		    (uint32_t)address >= next.low)
			continue;
		/* Whatever went wrong may have damaged the table too. */
		if ((uintptr_t)&lines_files[piece.file] >=
		    (uintptr_t)kernel_end)
			return NULL;
		*line = piece.line;
		return &lines_files[piece.file];
	}
	return NULL;
}

void line_print(uint64_t address)
{
	unsigned    line;
	const char *file = line_find(address, &line);

	if (file != NULL)
		kprintf("  %s:%u", file, line);
}
