/**
 * @file
 * See panic.h, and panic() in check.h.
 */
#include "panic.h"

#include "backtrace.h"
#include "kernel.h"
#include "layout.h"
#include "machine.h"
#include "paging.h"

#define COLUMNS 80
#define TELLERS 4 /* occupants, descriptors, areas, and one to spare */

static struct {
	void (*tell)(const void *stage, paddr_t paddr);
	const void *stage;
} teller[TELLERS];

static unsigned tellers;

void panic_tell(void (*tell)(const void *stage, paddr_t paddr),
                const void *stage)
{
	ASSERT(tellers < TELLERS, "raise TELLERS (%d)", TELLERS);
	teller[tellers].tell = tell;
	teller[tellers++].stage = stage;
}

void screen_tell(uint64_t address)
{
	struct paging_view view = paging_look(address);
	paddr_t            paddr = view.paddr;

	if (!view.present) {
		paddr = address - DIRECT_MAP;
		if (address < DIRECT_MAP || paddr >= DIRECT_GIB * GiB)
			return;
	}
	kprintf(" physical 0x%016llx, page 0x%llx\n", (unsigned long long)paddr,
	        (unsigned long long)pfn_down(paddr));
	for (unsigned i = 0; i < tellers; i++)
		teller[i].tell(teller[i].stage, paddr);
}

void screen_begin(void)
{
	static unsigned   screens;
	static const char again[] = "\npanic: a fault while printing the"
				    " screen above\n";

	console_capture(NULL, 0);
	if (screens++ == 0)
		return;
	/* kprintf() may be what is broken. */
	console_write(again, sizeof(again) - 1);
	machine_fail();
}

void screen_rule(void)
{
	for (unsigned i = 0; i < COLUMNS; i++)
		console_write("-", 1);
	console_write("\n", 1);
}

void screen_end(void)
{
	kprintf(" The kernel has stopped.\n");
	screen_rule();
	machine_fail();
}

void panic(const char *format, ...)
{
	va_list args;

	screen_begin();
	kprintf("\n");
	screen_rule();
	kprintf("%spanic: ", console_colour(COLOUR_RESERVED));
	va_start(args, format);
	kvprintf(format, args);
	va_end(args);
	kprintf("%s\n", console_colour(COLOUR_NONE));
	screen_rule();
	backtrace_print(0, 0, (uintptr_t)__builtin_frame_address(0));
	screen_end();
}
