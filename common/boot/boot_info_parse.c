/**
 * @file
 * See boot_info_parse.h.
 */
#include "boot_info_parse.h"

#include "check.h"

void boot_warn(struct boot_notes *notes, const char *format, ...)
{
	uint32_t index = notes->warnings++;
	va_list  args;

	if (index >= BOOT_NOTES_MAX)
		return;
	va_start(args, format);
	kvsnprintf(notes->warning[index], BOOT_NOTE_BYTES, format, args);
	va_end(args);
}

enum boot_status boot_refuse(struct boot_notes *notes, enum boot_status status,
                             const char *format, ...)
{
	va_list args;

	va_start(args, format);
	kvsnprintf(notes->refusal, BOOT_NOTE_BYTES, format, args);
	va_end(args);
	return status;
}

struct boot_info boot_begin(const struct boot_info *known, const char *protocol)
{
	struct boot_info boot;

	ASSERT(known->kernel_base <= known->kernel_end, "%llx..%llx",
	       (unsigned long long)known->kernel_base,
	       (unsigned long long)known->kernel_end);

	memset(&boot, 0, sizeof(boot));
	ksnprintf(boot.protocol, sizeof(boot.protocol), "%s", protocol);
	boot.kernel_base = known->kernel_base;
	boot.kernel_end = known->kernel_end;
	boot.phys_bits = known->phys_bits;
	return boot;
}

uint64_t boot_copy_text(char *text, size_t room, const unsigned char *from,
                        uint64_t bytes)
{
	uint64_t chars = 0;

	memset(text, 0, room);
	for (; chars < bytes && from[chars] != '\0'; chars++) {
		unsigned char c = from[chars];

		if (chars < room - 1)
			text[chars] = c >= ' ' && c <= '~' ? (char)c : '?';
	}
	return chars;
}

bool boot_hits_kernel(const struct boot_info *boot, paddr_t base,
                      uint64_t bytes)
{
	if (base < boot->kernel_base)
		return boot->kernel_base - base < bytes &&
		       boot->kernel_base < boot->kernel_end;
	return base < boot->kernel_end && bytes > 0;
}

static void copy_first_word(char *word, size_t room, const unsigned char *text,
                            uint64_t bytes)
{
	uint64_t end;

	while (bytes > 0 && *text == ' ') {
		text++;
		bytes--;
	}
	for (end = 0; end < bytes && text[end] != ' '; end++)
		;
	boot_copy_text(word, room, text, end);
}

enum boot_status boot_add_module(struct boot_info  *boot,
                                 struct boot_notes *notes, paddr_t base,
                                 paddr_t end, const unsigned char *text,
                                 uint64_t text_bytes)
{
	struct boot_module module = { .base = base, .end = end };

	copy_first_word(module.name, sizeof(module.name), text, text_bytes);
	if (base == end)
		return BOOT_OK; /* GRUB's 0..0 for an empty file */
	if (end < base)
		return boot_refuse(notes, BOOT_BAD_MODULE,
		                   "module %s ends at 0x%llx, before its "
		                   "start at 0x%llx",
		                   module.name, (unsigned long long)end,
		                   (unsigned long long)base);
	if (boot_hits_kernel(boot, base, end - base))
		return boot_refuse(notes, BOOT_BAD_MODULE,
		                   "module %s at 0x%llx..0x%llx overlaps the "
		                   "kernel at 0x%llx..0x%llx",
		                   module.name, (unsigned long long)base,
		                   (unsigned long long)end,
		                   (unsigned long long)boot->kernel_base,
		                   (unsigned long long)boot->kernel_end);
	if (boot->module_count == BOOT_MODULES_MAX)
		return boot_refuse(notes, BOOT_BAD_MODULE,
		                   "more than %d modules; load fewer, or raise "
		                   "BOOT_MODULES_MAX",
		                   BOOT_MODULES_MAX);
	boot->module[boot->module_count++] = module;
	return BOOT_OK;
}
