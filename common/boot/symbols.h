/**
 * @file
 * Names of functions, for backtraces.
 *
 * The kernel is linked twice.  symbols.awk makes a table of the first link's
 * functions, and the second link puts it behind everything else, where it
 * moves nothing.  In the first link the table is empty.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdint.h>

/** A function of the table. */
struct symbol {
	uint32_t low;  /**< Lower half of its address; the upper is all ones. */
	uint32_t name; /**< Offset of its name, which ends with NUL. */
};

/**
 * The function that @p address lies in.
 *
 * @param address      any
 * @param[out] offset  bytes from its start; unchanged without a name
 * @return its name, or NULL if it is not known.  Takes O(log n) time.
 */
const char *symbol_find(uint64_t address, uint64_t *offset);

/** Print "0x... name+0x...", or the number alone, without a line's end. */
void symbol_print(uint64_t address);

#endif
