/**
 * @file
 * See symbols.h.
 */
#include "symbols.h"

#include "console.h"
#include "layout.h"

/* Set by kernel.ld. */
extern const struct symbol symbols_table[], symbols_table_end[];
extern const char          symbols_names[];

const char *symbol_find(uint64_t address, uint64_t *offset)
{
	size_t low = 0;
	size_t high = (size_t)((uintptr_t)symbols_table_end -
	                       (uintptr_t)symbols_table) /
	              sizeof(struct symbol);
	const char *name;

	if (address < (uintptr_t)text_base || address >= (uintptr_t)text_end)
		return NULL;
	/* Those below low start at or before the address, those from high on
	 * start behind it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols_table[middle].low <= (uint32_t)address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	name = &symbols_names[symbols_table[low - 1].name];
	/* Whatever went wrong may have damaged the table too. */
	if ((uintptr_t)name >= (uintptr_t)kernel_end)
		return NULL;
	*offset = (uint32_t)address - symbols_table[low - 1].low;
	return name;
}

void symbol_print(uint64_t address)
{
	uint64_t    offset;
	const char *name = symbol_find(address, &offset);

	kprintf("0x%016llx", (unsigned long long)address);
	if (name != NULL)
		kprintf(" %s+0x%llx", name, (unsigned long long)offset);
}
