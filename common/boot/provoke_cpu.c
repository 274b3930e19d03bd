/**
 * @file
 * See provoke.h: instructions that the CPU refuses, or that interrupt it.
 *
 * Source: Intel SDM volume 3, "Exception and Interrupt Reference".
 */
#include "cpu.h"
#include "layout.h"
#include "provoke.h"
#include "trap.h"

#define DATA_ABSENT UINT64_C(0x00cf13000000ffff) /* a segment not present */
#define RFLAGS_STEP UINT64_C(0x100)

MISTAKE(divide)
{
	unseen(unseen(7) / unseen(0));
}

/* The quotient, 2^63, has no place in 64 bits with a sign. */
MISTAKE(quotient)
{
	int64_t least = (int64_t)unseen(UINT64_C(1) << 63);

	unseen((uint64_t)(least / (int64_t)unseen(UINT64_MAX)));
}

MISTAKE(ud)
{
	__asm__ volatile("ud2");
}

/* Where no locked access can be, lock is no prefix. */
MISTAKE(lock)
{
	__asm__ volatile(".byte 0xf0, 0x90");
}

/* The kernel has not turned the vector registers on. */
MISTAKE(vector)
{
	__asm__ volatile("movaps %xmm0, %xmm1");
}

/* As many prefixes as a whole instruction may have bytes. */
MISTAKE(endless)
{
	__asm__ volatile(".fill 15, 1, 0x66\n\tnop");
}

/* A selector far behind the end of the GDT. */
MISTAKE(gp)
{
	__asm__ volatile("mov %w0, %%es" : : "r"(unseen(255 * 8)));
}

MISTAKE(segment)
{
	extern uint64_t gdt[];

	((volatile uint64_t *)gdt)[DATA_SELECTOR / 8] = DATA_ABSENT;
	__asm__ volatile("mov %w0, %%es" : : "r"(unseen(DATA_SELECTOR)));
}

/* It is in use: a task cannot be taken up twice. */
MISTAKE(task)
{
	__asm__ volatile("ltr %w0" : : "r"(unseen(TSS_SELECTOR)));
}

/* No interrupt is expected, so there is no handler for any. */
MISTAKE(interrupt)
{
	__asm__ volatile("int $0x40");
}

MISTAKE(breakpoint)
{
	__asm__ volatile("int3");
}

MISTAKE(step)
{
	__asm__ volatile("pushf\n\torq %0, (%%rsp)\n\tpopf\n\tnop"
	                 :
	                 : "i"(RFLAGS_STEP)
	                 : "memory", "cc");
}

MISTAKE(nmi)
{
	__asm__ volatile("int $2");
}

MISTAKE(machine_check)
{
	__asm__ volatile("int $18");
}

/* It is off: entry.S. */
MISTAKE(x87_off)
{
	__asm__ volatile("fld1");
}

/* 1 / 0 with x87 and the exception for that turned on. */
MISTAKE(x87)
{
	uint16_t control = 0x37b;
	uint64_t cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 & ~UINT64_C(4)));
	__asm__ volatile("fninit\n\tfldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait"
	                 :
	                 : "m"(control));
}

/* The stack is nowhere, so the fault cannot be told where it happened. */
MISTAKE(nowhere)
{
	__asm__ volatile("mov %0, %%rsp\n\tpush %%rax" : : "r"(unseen(0x5000)));
}

/* The handler of page faults is nowhere: that is a page fault too. */
MISTAKE(handler)
{
	cpu_set_page_fault(unseen(0x1000));
	*(volatile uint8_t *)unseen(0);
}

/* No handler at all: not for the first fault, not for the second. */
MISTAKE(triple)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nothing = { 0, 0 };

	__asm__ volatile("lidt %0\n\tud2" : : "m"(nothing));
}

const struct mistake provoke_cpu[] = {
	MISTAKE_ENDS(divide),     MISTAKE_ENDS(quotient),
	MISTAKE_ENDS(ud),         MISTAKE_ENDS(lock),
	MISTAKE_ENDS(vector),     MISTAKE_ENDS(endless),
	MISTAKE_ENDS(gp),         MISTAKE_ENDS(segment),
	MISTAKE_ENDS(task),       MISTAKE_ENDS(interrupt),
	MISTAKE_ENDS(breakpoint), MISTAKE_ENDS(step),
	MISTAKE_ENDS(nmi),        MISTAKE_ENDS(machine_check),
	MISTAKE_ENDS(x87_off),    MISTAKE_ENDS(x87),
	MISTAKE_ENDS(nowhere),    MISTAKE_ENDS(handler),
	MISTAKE_ENDS(triple),     MISTAKES_END,
};
