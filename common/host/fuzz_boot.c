/**
 * @file
 * A fuzzer for the parsers of loaders' blocks.
 *
 * The first byte of the input chooses the parser, the rest is the block, in
 * memory that ends where it ends: the sanitizer sees each byte read behind
 * it.  What the parsers accept must then hold what boot_info.h promises.
 *
 * Source: LLVM, "libFuzzer - a library for coverage-guided fuzz testing".
 */
#include <stdlib.h>
#include "boot_info.h"
#include "check.h"
#include "kstring.h"

#define PADDR UINT64_C(0x8000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static unsigned char *memory;
static uint64_t       lent;

static const void *lend(paddr_t base, uint64_t bytes)
{
	ASSERT(bytes <= UINT64_MAX - base, "asked for a range that wraps");
	if (base < PADDR || base - PADDR > lent ||
	    bytes > lent - (base - PADDR))
		return NULL;
	return memory + (base - PADDR);
}

static void check_text(const char *text, size_t room)
{
	size_t chars = 0;

	for (; chars < room && text[chars] != '\0'; chars++)
		ASSERT(text[chars] >= ' ' && text[chars] <= '~',
		       "character %zu is %d", chars, text[chars]);
	ASSERT(chars < room, "a text of %zu bytes has no NUL", room);
	for (size_t i = chars; i < room; i++)
		ASSERT(text[i] == '\0', "byte %d behind a text", (int)i);
}

static void check_modules(const struct boot_info *boot)
{
	ASSERT(boot->module_count <= BOOT_MODULES_MAX, "%u modules",
	       boot->module_count);
	for (uint32_t i = 0; i < boot->module_count; i++) {
		const struct boot_module *m = &boot->module[i];

		ASSERT(m->base < m->end, "module %u is empty", i);
		ASSERT(m->end <= boot->kernel_base ||
		               m->base >= boot->kernel_end,
		       "module %u is on the kernel", i);
		check_text(m->name, sizeof(m->name));
	}
}

static void check_picture(const struct boot_info *boot)
{
	const struct boot_framebuffer *f = &boot->framebuffer;
	uint64_t                       end;

	if (f->width == 0)
		return;
	end = f->base + (uint64_t)f->pitch * f->height;
	ASSERT(end > f->base, "the picture wraps");
	ASSERT(f->bits == 24 || f->bits == 32, "%d bits", f->bits);
	ASSERT((uint64_t)f->width * f->bits / 8 <= f->pitch, "a short line");
	ASSERT(end <= boot->kernel_base || f->base >= boot->kernel_end,
	       "the picture is on the kernel");
}

/* Each entry can be read (the sanitizer looks on), and lies in the block. */
static void check_ranges(const struct boot_info *boot)
{
	const unsigned char *end =
		boot->ranges + (size_t)boot->range_count * boot->range_stride;

	ASSERT(boot->range_count > 0 && boot->range_stride >= 24, "%u of %u",
	       boot->range_count, boot->range_stride);
	ASSERT(boot->ranges >= memory && end <= memory + lent,
	       "the map leaves the block");
	for (uint32_t i = 0; i < boot->range_count; i++)
		boot_info_range(boot, i);
}

/* With room for all, what was parsed can be recorded. */
static void check_questions(const struct boot_info *boot,
                            struct boot_notes      *notes)
{
	struct occupants table = { 0 };
	const char      *broken;
	char             value[4];

	ASSERT(boot_info_occupants(boot, &table) == OCCUPANTS_OK, "%u",
	       table.count);
	broken = occupants_check(&table);
	ASSERT(broken == NULL, "%s", broken);
	boot_info_option(boot, "test", value, sizeof(value));
	check_text(value, sizeof(value));
	if (boot_info_has_memory(boot, notes, 4 * MiB) != BOOT_OK)
		ASSERT(notes->refusal[0] != '\0', "refused without a word");
}

static void check_accepted(const struct boot_info *boot)
{
	check_text(boot->protocol, sizeof(boot->protocol));
	check_text(boot->loader, sizeof(boot->loader));
	check_text(boot->command_line, sizeof(boot->command_line));
	check_ranges(boot);
	check_modules(boot);
	check_picture(boot);
	ASSERT(boot->info_base == PADDR && boot->info_end > PADDR &&
	               boot->info_end <= PADDR + lent,
	       "0x%llx is the end", (unsigned long long)boot->info_end);
	ASSERT(boot->kernel_base == MiB && boot->kernel_end == MiB + 5000 &&
	               boot->phys_bits == 40,
	       "what was known is lost");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct boot_info  boot, before;
	struct boot_notes notes;
	enum boot_status  status;

	if (bytes == 0)
		return 0;
	lent = bytes - 1;
	memory = malloc(lent);
	if (lent != 0)
		memcpy(memory, data + 1, lent);
	memset(&before, 0, sizeof(before));
	before.kernel_base = MiB;
	before.kernel_end = MiB + 5000;
	before.phys_bits = 40;
	memcpy(&boot, &before, sizeof(boot));

	if (data[0] % 2 == 0)
		status = multiboot2_parse(&boot, &notes, MULTIBOOT2_MAGIC,
		                          PADDR, memory, lent);
	else
		status = pvh_parse(&boot, &notes, PADDR, lend);

	ASSERT((status == BOOT_OK) == (notes.refusal[0] == '\0'),
	       "status %d and \"%s\"", (int)status, notes.refusal);
	if (status == BOOT_OK) {
		check_accepted(&boot);
		check_questions(&boot, &notes);
	} else {
		ASSERT(memcmp(&boot, &before, sizeof(boot)) == 0,
		       "status %d has changed something", (int)status);
	}
	free(memory);
	return 0;
}
