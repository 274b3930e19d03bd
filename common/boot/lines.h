/**
 * @file
 * Lines of source, for backtraces: a table beside that of symbols.h.
 *
 * The code is a list of pieces, each from one line, in about two bytes a
 * piece: how far its address is from that of the piece before, and how far its
 * line.  Steps that do not fit are written out:
 *
 *     step of address   1 to 255, or 0 and then 4 bytes: the address's lower
 *                       half
 *     step of line      -127 to 127, or 0x80 and then 2 bytes: the file's
 *                       place among the names, and 2 bytes: the line
 *
 * Line 0 ends a run of code; what follows may lie anywhere.
 *
 * Source: "DWARF Debugging Information Format", "Line Number Information",
 * which does the same for debuggers.
 */
#ifndef LINES_H
#define LINES_H

#include <stdint.h>

/**
 * The line that the instruction at @p address comes from.
 *
 * @param address    any
 * @param[out] line  unchanged without a name
 * @return its file's name, or NULL if it is not known.  Takes O(pieces) time.
 */
const char *line_find(uint64_t address, unsigned *line);

/** Print " file:line" of @p address, or nothing. */
void line_print(uint64_t address);

#endif
