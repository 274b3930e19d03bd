/**
 * @file
 * What compilers call for __builtin_popcountll() where the CPU may lack the
 * instruction; on the host their own library has it.
 */
#include "types.h"

int __popcountdi2(int64_t value);

int __popcountdi2(int64_t value)
{
	uint64_t rest = (uint64_t)value;
	int      ones = 0;

	for (; rest != 0; rest &= rest - 1)
		ones++;
	return ones;
}
