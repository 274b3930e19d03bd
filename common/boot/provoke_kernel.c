/**
 * @file
 * See provoke.h: what the kernel itself finds out, and stops at.
 */
#include "boot_info.h"
#include "kernel.h"
#include "layout.h"
#include "phys.h"
#include "provoke.h"

MISTAKE(assert)
{
	uint64_t base = unseen(0x2000), end = unseen(0x1000);

	ASSERT(base < end, "base 0x%llx, end 0x%llx", (unsigned long long)base,
	       (unsigned long long)end);
}

MISTAKE(must)
{
	uint64_t pages = unseen(3);

	MUST(pages > 4, "%llu pages are too few: add memory",
	     (unsigned long long)pages);
}

static const char *never_holds(void)
{
	return "a lie is true";
}

MISTAKE(check)
{
	MUST_HOLD(never_holds());
}

MISTAKE(phys)
{
	phys_to_virt(DIRECT_GIB * GiB - 1, 2);
}

MISTAKE(phys_wrap)
{
	phys_to_virt(PAGE_SIZE, UINT64_MAX);
}

/* What is asked on the screen of an exception faults itself. */
static void tell_badly(const void *stage, paddr_t paddr)
{
	(void)paddr;
	*(const volatile uint8_t *)stage;
}

MISTAKE(again)
{
	panic_tell(tell_badly, NULL);
	*(volatile uint8_t *)unseen((uintptr_t)text_base) = 0;
}

const struct mistake provoke_kernel[] = {
	MISTAKE_ENDS(assert), MISTAKE_ENDS(must),      MISTAKE_ENDS(check),
	MISTAKE_ENDS(phys),   MISTAKE_ENDS(phys_wrap), MISTAKE_ENDS(again),
	MISTAKES_END,
};
