/**
 * @file
 * See BREAKPOINT() in kernel.h.
 *
 * Source: Bochs User Manual, "port_e9_hack" under "The configuration file
 * bochsrc".
 */
#include "kernel.h"
#include "ports.h"
#include "serial.h"

/* Bochs prints what is written there beside its prompt.  Reading tells who is
 * there: Bochs gives the port's own number, a PC all ones. */
#define DEBUG_PORT  0xe9

#define TEXT_BYTES  512
#define WORDS_SHOWN 8

void breakpoint_explain(const char *file, int line, const char *text,
                        const char *name, const void *object, size_t bytes)
{
	char     say[TEXT_BYTES];
	uint64_t words = min_u64((bytes + 7) / 8, WORDS_SHOWN);

	if (port_read(DEBUG_PORT) != DEBUG_PORT)
		return;
	serial_drain(); /* or our last line would come after the prompt */
	ksnprintf(say, sizeof(say),
	          "\n%s:%d: %s\n"
	          "  look at it: x /%llugx 0x%llx   (%s, %llu bytes)\n"
	          "  go on: c    quit: q    other commands: help\n",
	          file, line, text, (unsigned long long)words,
	          (unsigned long long)(uintptr_t)object, name,
	          (unsigned long long)bytes);
	for (const char *at = say; *at != '\0'; at++)
		port_write(DEBUG_PORT, (uint8_t)*at);
}
