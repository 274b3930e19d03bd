/**
 * @file
 * The platform on the host: see host.h and phys.h.
 *
 * Physical memory of a foreign machine is not there.  What a stage may touch
 * is lent: by a test, or because a stage asked for zeroed memory, which the
 * system maps without spending any until it is written.
 */
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include "check.h"
#include "host.h"
#include "interrupts.h"
#include "phys.h"
#include "user_mode.h"

#define WINDOWS_MAX 64

static struct window {
	paddr_t  base;
	uint64_t bytes;
	char    *memory;
} window[WINDOWS_MAX];

static size_t windows;
static FILE  *printed;
static bool   silent;

FILE *host_print_to(FILE *file)
{
	FILE *before = silent ? NULL : printed != NULL ? printed : stdout;

	printed = file;
	silent = file == NULL;
	return before;
}

void console_write(const char *text, size_t bytes)
{
	if (!silent)
		fwrite(text, 1, bytes, printed == NULL ? stdout : printed);
}

_Noreturn void panic(const char *format, ...)
{
	char    text[512];
	va_list args;

	va_start(args, format);
	kvsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fflush(NULL);
	fprintf(stderr, "panic: %s\n", text);
	abort();
}

void *phys_to_virt(paddr_t paddr, uint64_t bytes)
{
	void *memory = phys_lent(paddr, bytes);

	for (size_t i = 0; memory == NULL && i < windows; i++) {
		uint64_t offset = paddr - window[i].base;

		if (paddr >= window[i].base && offset <= window[i].bytes &&
		    bytes <= window[i].bytes - offset)
			memory = window[i].memory + offset;
	}
	if (memory == NULL)
		panic("%llu bytes at 0x%llx are not lent to this stage",
		      (unsigned long long)bytes, (unsigned long long)paddr);
	return memory;
}

void *phys_to_virt_zeroed(paddr_t paddr, uint64_t bytes)
{
	char *memory = phys_lent(paddr, bytes);

	if (memory != NULL) {
		for (uint64_t i = 0; i < bytes; i++)
			memory[i] = 0;
		return memory;
	}
	ASSERT(windows < WINDOWS_MAX, "%zu windows", windows);
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		panic("this system maps no %llu bytes",
		      (unsigned long long)bytes);
	window[windows++] = (struct window){ paddr, bytes, memory };
	return memory;
}

void host_return_all(void)
{
	while (windows > 0) {
		windows--;
		munmap(window[windows].memory, window[windows].bytes);
	}
	phys_lend(0, 0, NULL);
}

void host_occupants(struct occupants *table)
{
	*table = (struct occupants){ 0 };
	occupants_add(table, 0, MiB, OCCUPANT_FIRMWARE, "firmware");
	occupants_add(table, HOST_IMAGE_BASE, HOST_IMAGE_END, OCCUPANT_LOADED,
	              "image");
}

_Noreturn void host_refuse(const char *format, ...)
{
	char    text[512];
	va_list args;

	va_start(args, format);
	kvsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fflush(stdout);
	fprintf(stderr, "refused: %s\n", text);
	exit(1);
}

struct user_mode user_mode_look(void)
{
	return (struct user_mode){ 0 };
}

paddr_t user_mode_paddr(const void *address)
{
	(void)address;
	return 0;
}

bool user_mode_run(const struct user_start *start, struct user_end *end)
{
	(void)start;
	(void)end;
	return false;
}

void user_mode_print(const struct user_end *end)
{
	(void)end;
}

const void *user_mode_program(uint64_t *bytes)
{
	*bytes = 0;
	return "";
}

static struct {
	void (*handler)(void *argument);
	void    *argument;
	bool     on;
	unsigned restored;
} interrupts;

bool interrupts_hold(void)
{
	bool on = interrupts.on;

	interrupts.on = false;
	return on;
}

void interrupts_restore(bool on)
{
	if (on && ++interrupts.restored % 3 == 0)
		interrupts.handler(interrupts.argument);
	interrupts.on = on || interrupts.on;
}

bool interrupts_begin(void (*handler)(void *argument), void *argument)
{
	interrupts.handler = handler;
	interrupts.argument = argument;
	interrupts.on = true;
	return true;
}

void interrupts_end(void)
{
	interrupts.on = false;
}
