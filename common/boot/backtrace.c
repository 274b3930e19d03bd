/**
 * @file
 * See backtrace.h.
 */
#include "backtrace.h"

#include "console.h"
#include "cpu.h"
#include "kstring.h"
#include "lines.h"
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
	line_print(address - 1);
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

/* Whether the code from its function's start to @rip has made a frame. */
static bool has_frame(uint64_t rip)
{
	static const uint8_t make_frame[] = { 0x48, 0x89, 0xe5 };
	const uint8_t       *at = (const uint8_t *)rip;
	uint64_t             offset;
	const char          *name = symbol_find(rip, &offset);

	if (name == NULL)
		return false;
	/* mov %rsp, %rbp; a function's cold part has it in the other. */
	for (; offset >= sizeof(make_frame); offset--) {
		if (memcmp(at - offset, make_frame, sizeof(make_frame)) == 0)
			return true;
	}
	return strstr(name, ".cold") != NULL;
}

/* A function that calls nothing may go without a frame, and a call through a
 * bad pointer ends where no function is: then the top of the stack tells who
 * called.  0: it does not. */
static uint64_t frameless_return(uint64_t rip, uint64_t rsp)
{
	uint64_t offset, return_to;

	if (rsp % sizeof(rsp) != 0 || cpu_stack_of(rsp, sizeof(rsp)) == NULL ||
	    has_frame(rip))
		return 0;
	return_to = *(const uint64_t *)rsp;
	return symbol_find(return_to, &offset) != NULL ? return_to : 0;
}

unsigned backtrace_collect_from(uint64_t rip, uint64_t rsp, uint64_t rbp,
                                uint64_t *address, unsigned most)
{
	uint64_t caller = frameless_return(rip, rsp);
	unsigned count = 0;

	if (caller != 0 && most > 0)
		address[count++] = caller;
	return count + backtrace_collect(rbp, address + count, most - count);
}

void backtrace_print(uint64_t rip, uint64_t rsp, uint64_t rbp)
{
	uint64_t address[FRAMES_MAX];
	unsigned count;

	kprintf(" calls, the innermost first\n");
	if (rsp != 0) {
		kprintf("   ");
		symbol_print(rip);
		line_print(rip);
		kprintf("\n");
	}
	count = backtrace_collect_from(rip, rsp, rbp, address, FRAMES_MAX);
	for (unsigned i = 0; i < count;)
		i += print_equal(&address[i], count - i);
	if (count == FRAMES_MAX)
		kprintf("   ...\n");
}
