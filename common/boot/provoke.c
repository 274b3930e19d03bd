/**
 * @file
 * See provoke.h.
 *
 * Addresses and operands pass through an empty piece of assembly, so that
 * the compiler cannot see the mistake and make something else of it.
 */
#include "provoke.h"

#include "check.h"
#include "kstring.h"
#include "layout.h"
#include "phys.h"

static uint64_t unseen(uint64_t value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}

static void provoke_null(void)
{
	*(volatile uint64_t *)unseen(0);
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

static void provoke_stack(void)
{
	provoke_stack_deeper(0);
}

static void provoke_text(void)
{
	*(volatile uint8_t *)unseen((uintptr_t)text_base) = 0;
}

/* 0xc3 is a return, so without NX this comes back. */
static void provoke_run(void)
{
	static uint8_t code[1] = { 0xc3 };
	void (*call)(void) = (void (*)(void))unseen((uintptr_t)code);

	call();
}

/* Any page, by its address in the direct map. */
static void provoke_page(void)
{
	void (*call)(void) = (void (*)(void))unseen(DIRECT_MAP + 48 * MiB);

	call();
}

static void provoke_divide(void)
{
	unseen(unseen(7) / unseen(0));
}

static void provoke_wild(void)
{
	*(volatile uint64_t *)unseen(DIRECT_MAP - 0x5000000000000000) = 1;
}

static void provoke_ud(void)
{
	__asm__ volatile("ud2");
}

/* A selector far behind the end of the GDT. */
static void provoke_gp(void)
{
	__asm__ volatile("mov %w0, %%es" : : "r"(unseen(255 * 8)));
}

/* No handler at all: not for the first fault, not for the second. */
static void provoke_triple(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nothing = { 0, 0 };

	__asm__ volatile("lidt %0\n\tud2" : : "m"(nothing));
}

static void provoke_assert(void)
{
	uint64_t base = unseen(0x2000), end = unseen(0x1000);

	ASSERT(base < end, "base 0x%llx, end 0x%llx", (unsigned long long)base,
	       (unsigned long long)end);
}

static void provoke_phys(void)
{
	phys_to_virt(DIRECT_GIB * GiB - 1, 2);
}

void provoke(const char *name)
{
	static const struct {
		const char *name;
		void (*make)(void);
	} mistake[] = {
		{ "null", provoke_null },     { "stack", provoke_stack },
		{ "text", provoke_text },     { "run", provoke_run },
		{ "divide", provoke_divide }, { "wild", provoke_wild },
		{ "ud", provoke_ud },         { "gp", provoke_gp },
		{ "assert", provoke_assert }, { "phys", provoke_phys },
		{ "page", provoke_page },     { "triple", provoke_triple },
	};

	for (size_t i = 0; i < sizeof(mistake) / sizeof(mistake[0]); i++) {
		if (strcmp(name, mistake[i].name) == 0) {
			mistake[i].make();
			panic("provoke=%s had no effect", name);
		}
	}
	panic("provoke=%s: there is no such mistake; see provoke.h", name);
}
