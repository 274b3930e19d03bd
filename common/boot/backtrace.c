/**
 * @file
 * See backtrace.h.
 */
#include "backtrace.h"

#include "console.h"
#include "cpu.h"
#include "symbols.h"

#define FRAMES_MAX 16

struct frame {
	uint64_t caller_rbp;
	uint64_t return_to;
};

unsigned backtrace_collect(uint64_t rbp, uint64_t *address, unsigned most)
{
	unsigned count = 0;

	while (count < most && rbp % sizeof(rbp) == 0 &&
	       cpu_stack_of(rbp, sizeof(struct frame)) != NULL) {
		const struct frame *frame = (const struct frame *)rbp;

		if (frame->return_to == 0)
			break;
		address[count++] = frame->return_to;
		/* Callers are further up, or the list would never end. */
		if (frame->caller_rbp <= rbp)
			break;
		rbp = frame->caller_rbp;
	}
	return count;
}

/* A call at a function's very end returns to the next one's start, so the
 * name is that of the byte before. */
static void print_return(uint64_t address)
{
	uint64_t    offset;
	const char *name = symbol_find(address - 1, &offset);

	kprintf("   0x%016llx", (unsigned long long)address);
	if (name != NULL)
		kprintf(" %s+0x%llx", name, (unsigned long long)offset + 1);
	kprintf("\n");
}

/* A function that calls itself makes equal lines: one and a count will do. */
static unsigned print_equal(const uint64_t *address, unsigned left)
{
	unsigned equal = 1;

	while (equal < left && address[equal] == address[0])
		equal++;
	print_return(address[0]);
	if (equal > 1)
		kprintf("   ... and %u times more\n", equal - 1);
	return equal;
}

void backtrace_print(uint64_t rip, uint64_t rbp)
{
	uint64_t address[FRAMES_MAX];
	unsigned count = backtrace_collect(rbp, address, FRAMES_MAX);

	kprintf(" Called by, the innermost first:\n");
	if (rip != 0) {
		kprintf("   ");
		symbol_print(rip);
		kprintf("\n");
	}
	for (unsigned i = 0; i < count;)
		i += print_equal(&address[i], count - i);
	if (count == FRAMES_MAX)
		kprintf("   ...\n");
}
