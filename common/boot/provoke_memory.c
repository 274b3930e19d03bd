/**
 * @file
 * See provoke.h: memory that is read, written or run, and should not be.
 */
#include "console.h"
#include "kstring.h"
#include "layout.h"
#include "provoke.h"

static void run(uint64_t address)
{
	void (*call)(void) = (void (*)(void))unseen(address);

	call();
}

static void read(uint64_t address)
{
	*(volatile uint64_t *)unseen(address);
}

static void write(uint64_t address)
{
	*(volatile uint8_t *)unseen(address) = 0;
}

MISTAKE(null)
{
	read(0);
}

MISTAKE(null_write)
{
	write(8);
}

MISTAKE(null_call)
{
	run(0);
}

/* What a text that is a small number leads to. */
MISTAKE(null_text)
{
	kprintf("%s", (const char *)unseen(1));
}

MISTAKE(lower)
{
	read(0x400000);
}

MISTAKE(wild)
{
	write(DIRECT_MAP - 0x5000000000000000);
}

MISTAKE(canonical)
{
	read(0x0000800000000000);
}

/* One past what 1 TiB of memory could be. */
MISTAKE(beyond)
{
	write(DIRECT_MAP + DIRECT_GIB * GiB);
}

MISTAKE(text)
{
	write((uintptr_t)text_base);
}

MISTAKE(rodata)
{
	write((uintptr_t)rodata_base);
}

MISTAKE(names)
{
	write((uintptr_t)symbols_base);
}

MISTAKE(guard)
{
	read((uintptr_t)nmi_stack - 8);
}

/* 0xc3 is a return, so without NX this comes back. */
MISTAKE(run)
{
	static uint8_t code[1] = { 0xc3 };

	run((uintptr_t)code);
}

MISTAKE(run_stack)
{
	volatile uint8_t code[1] = { 0xc3 };

	run((uintptr_t)code);
}

/* Any page, by its address in the direct map. */
MISTAKE(page)
{
	run(DIRECT_MAP + 48 * MiB);
}

MISTAKE(jump)
{
	run(0x123456789000);
}

/* Each call takes a frame until the stack meets its guard.  The end of the
 * recursion is for the compiler, which warns of one without. */
static uint64_t provoke_stack_deeper(uint64_t depth)
{
	volatile uint64_t mine = unseen(depth);

	if (mine == UINT64_MAX)
		return 0;
	return provoke_stack_deeper(mine + 1) + mine;
}

MISTAKE(stack)
{
	provoke_stack_deeper(0);
}

/* A loop that runs over the end of its array, up to the way back. */
static __attribute__((noinline)) void smash(uint64_t words)
{
	uint64_t           small[2];
	volatile uint64_t *at = (uint64_t *)unseen((uintptr_t)small);

	for (uint64_t i = 0; i < unseen(words); i++)
		at[i] = 0x5a5a5a5a5a5a;
}

MISTAKE(smash)
{
	smash(8);
}

/* An entry of the lowest table with a bit that no address has. */
MISTAKE(reserved)
{
	extern uint64_t pml4[];

	((volatile uint64_t *)pml4)[0] = UINT64_C(1) << 51 | 3;
	read(0x1000);
}

const struct mistake provoke_memory[] = {
	MISTAKE_ENDS(null),      MISTAKE_ENDS(null_write),
	MISTAKE_ENDS(null_call), MISTAKE_ENDS(null_text),
	MISTAKE_ENDS(lower),     MISTAKE_ENDS(wild),
	MISTAKE_ENDS(canonical), MISTAKE_ENDS(beyond),
	MISTAKE_ENDS(text),      MISTAKE_ENDS(rodata),
	MISTAKE_ENDS(names),     MISTAKE_ENDS(guard),
	MISTAKE_ENDS(run),       MISTAKE_ENDS(run_stack),
	MISTAKE_ENDS(page),      MISTAKE_ENDS(jump),
	MISTAKE_ENDS(stack),     MISTAKE_ENDS(smash),
	MISTAKE_ENDS(reserved),  MISTAKES_END,
};
