/**
 * @file
 * See interrupts.h.
 */
#include "interrupts.h"

#include "check.h"
#include "timer.h"
#include "trap.h"
#include "user.h"

#define INTERRUPTS_ON 0x200 /* in RFLAGS */

/** From one interrupt's end to the next, in counts of the timer. */
#define COUNTS 20000

static void (*handle)(void *argument);
static void *handled;

bool interrupts_hold(void)
{
	uint64_t flags;

	__asm__ volatile("pushf\n\tpop %0\n\tcli" : "=r"(flags) : : "memory");
	return (flags & INTERRUPTS_ON) != 0;
}

void interrupts_restore(bool on)
{
	if (on)
		__asm__ volatile("sti" : : : "memory");
}

bool interrupts_begin(void (*handler)(void *argument), void *argument)
{
	if (!timer_there())
		return false;
	handle = handler;
	handled = argument;
	timer_start(COUNTS);
	interrupts_restore(true);
	return true;
}

void interrupts_end(void)
{
	interrupts_hold();
	timer_stop();
	handle = NULL;
}

void trap_tick(const struct trap_frame *frame)
{
	timer_done();
	if ((frame->cs & 3) == 3) {
		user_tick(frame);
		return;
	}
	ASSERT(handle != NULL, "interrupted at %llx",
	       (unsigned long long)frame->rip);
	handle(handled);
	timer_start(COUNTS);
}
