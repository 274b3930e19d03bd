/**
 * @file
 * See user_mode.h and user.h.
 *
 * A program's exception arrives on the kernel's stack, just below what
 * user_enter() left there; to return from user_enter() is to forget all
 * above.  There is one program at a time.
 */
#include "user.h"

#include "console.h"
#include "cpu.h"
#include "kstring.h"
#include "layout.h"
#include "paging.h"
#include "timer.h"
#include "user_mode.h"

#define LOWER_END (UINT64_C(1) << 47)

/** A program's time: so many ticks of the timer, of so many counts.  One tick
 *  would do, were there no machines that are simulated: one that has to wait
 *  for its host loses a tick by it, not all of them. */
#define TICKS  8
#define COUNTS 2000000

extern uint64_t   pml4[]; /* tables.S */
extern const char user_program[], user_program_end[];

void           user_enter(const struct user_start *start, void *stack);
_Noreturn void user_leave(uint64_t stack);

/* Where the program that runs is to leave its mark. */
static struct user_end *ending;

static unsigned ticks; /* of its time that are left */

struct user_mode user_mode_look(void)
{
	return (struct user_mode){ .there = true,
		                   .no_execute = cpu_has_nx(),
		                   .huge = cpu_has_huge_pages(),
		                   .timer = timer_there(),
		                   .tables = (uintptr_t)pml4 - KERNEL_VIRT };
}

paddr_t user_mode_paddr(const void *address)
{
	uintptr_t at = (uintptr_t)address;

	return at - (at >= KERNEL_VIRT ? KERNEL_VIRT : DIRECT_MAP);
}

bool user_mode_run(const struct user_start *start, struct user_end *end)
{
	if (start->entry >= LOWER_END)
		return false; /* iretq would fault, and in the kernel */
	*end = (struct user_end){ 0 };
	ending = end;
	ticks = TICKS;
	timer_start(COUNTS);
	user_enter(start, cpu_user_stack());
	timer_stop();
	ending = NULL;
	return true;
}

/* What the CPU says of itself, and no program can cause. */
static bool is_the_machines(uint64_t vector)
{
	return vector == TRAP_NMI || vector == TRAP_DOUBLE_FAULT ||
	       vector == TRAP_MACHINE_CHECK;
}

static _Noreturn void leave(void)
{
	uint64_t stack;

	memcpy(&stack, cpu_user_stack(), sizeof(stack));
	user_leave(stack);
}

void user_end_by(const struct trap_frame *frame, uint64_t cr2)
{
	if ((frame->cs & 3) != 3 || is_the_machines(frame->vector) ||
	    ending == NULL)
		return;
	*ending = (struct user_end){
		.done = frame->vector == TRAP_BREAKPOINT,
		.vector = frame->vector,
		.error = frame->error,
		.address = frame->vector == TRAP_PAGE_FAULT ? cr2 : 0,
		.at = frame->rip,
	};
	leave();
}

void user_tick(const struct trap_frame *frame)
{
	if (--ticks > 0) {
		timer_start(COUNTS);
		return;
	}
	*ending = (struct user_end){ .late = true, .at = frame->rip };
	leave();
}

void user_mode_print(const struct user_end *end)
{
	struct trap_frame frame = { .vector = end->vector,
		                    .error = end->error };

	if (end->done) {
		kprintf("done");
		return;
	}
	if (end->late)
		kprintf("its time is up");
	else if (end->vector == TRAP_PROTECTION && end->error == 0)
		kprintf("general protection: an instruction of the kernel's, "
		        "or an address that is not canonical");
	else
		trap_print_words(&frame, end->address);
	if (end->vector == TRAP_PAGE_FAULT)
		kprintf(", address 0x%llx", (unsigned long long)end->address);
	kprintf(", instruction at 0x%llx", (unsigned long long)end->at);
}

const void *user_mode_program(uint64_t *bytes)
{
	*bytes = (uint64_t)(user_program_end - user_program);
	return user_program;
}
