/**
 * @file
 * Questions about what the loader said; contracts in boot_info.h.
 *
 * The map is asked where it lies, unsorted and overlapping as it is: lesson 1
 * makes order, but a kernel that lies outside RAM must not get that far.
 */
#include "boot_info.h"

#include "boot_info_parse.h"
#include "check.h"

struct boot_range boot_info_range(const struct boot_info *boot, uint32_t index)
{
	const unsigned char *entry;

	ASSERT(index < boot->range_count, "range %u of %u", index,
	       boot->range_count);

	entry = boot->ranges + (size_t)index * boot->range_stride;
	return (struct boot_range){ .base = load_u64(entry),
		                    .bytes = load_u64(entry + 8),
		                    .type = load_u32(entry + 16) };
}

/* Addresses from one to `end` that are all RAM, or all of them not. */
struct piece {
	paddr_t end;
	bool    ram;
};

/* The piece that begins at @p at: the longest that one walk over the map can
 * be sure of, so its neighbour may be of the same kind.  An empty range, too,
 * ends a piece, which does no harm. */
static struct piece piece_at(const struct boot_info *boot, paddr_t at)
{
	enum { TAKEN, RAM };
	paddr_t until[2] = { at, at };                /* end of those here */
	paddr_t next[2] = { UINT64_MAX, UINT64_MAX }; /* start of the next */

	for (uint32_t i = 0; i < boot->range_count; i++) {
		struct boot_range range = boot_info_range(boot, i);
		paddr_t           end = boot_range_end(range);
		int               kind = range.type == BOOT_RAM ? RAM : TAKEN;

		if (range.base <= at)
			until[kind] = max_u64(until[kind], end);
		else
			next[kind] = min_u64(next[kind], range.base);
	}
	if (until[TAKEN] > at)
		return (struct piece){ until[TAKEN], false };
	if (until[RAM] > at)
		return (struct piece){ min_u64(until[RAM], next[TAKEN]), true };
	return (struct piece){ next[RAM], false };
}

enum boot_status boot_info_has_memory(const struct boot_info *boot,
                                      struct boot_notes *notes, uint64_t least)
{
	struct piece piece;
	uint64_t     have = 0;

	for (paddr_t at = boot->kernel_base; at < boot->kernel_end;
	     at = piece.end) {
		piece = piece_at(boot, at);
		if (!piece.ram)
			return boot_refuse(
				notes, BOOT_NO_MEMORY,
				"kernel at 0x%llx..0x%llx is not in "
				"available memory: 0x%llx is not; give the "
				"machine more",
				(unsigned long long)boot->kernel_base,
				(unsigned long long)boot->kernel_end,
				(unsigned long long)at);
	}
	/* The last piece ends at the top. */
	for (paddr_t at = 0; at < UINT64_MAX && have < least; at = piece.end) {
		piece = piece_at(boot, at);
		if (piece.ram)
			have += piece.end - at;
	}
	if (have < least)
		return boot_refuse(notes, BOOT_NO_MEMORY,
		                   "need %llu KiB, have %llu KiB",
		                   (unsigned long long)(least / KiB),
		                   (unsigned long long)(have / KiB));
	notes->refusal[0] = '\0';
	return BOOT_OK;
}

static void copy_value(char *value, size_t bytes, const char *from,
                       size_t chars)
{
	if (value == NULL || bytes == 0)
		return;
	memset(value, 0, bytes);
	memcpy(value, from, min_u64(chars, bytes - 1));
}

bool boot_info_option(const struct boot_info *boot, const char *name,
                      char *value, size_t bytes)
{
	const char *word = boot->command_line;
	size_t      chars = strlen(name);

	copy_value(value, bytes, "", 0);
	while (*word != '\0') {
		const char *end = word;

		while (*end != '\0' && *end != ' ')
			end++;
		if (strncmp(word, name, chars) == 0) {
			const char *past = word + chars;

			if (past == end)
				return true;
			if (*past == '=') {
				copy_value(value, bytes, past + 1,
				           (size_t)(end - past - 1));
				return true;
			}
		}
		word = *end == '\0' ? end : end + 1;
	}
	return false;
}

/* Nothing lies in an empty range: a boot_info that a test made has some. */
static enum occupants_status add(struct occupants *table, paddr_t base,
                                 paddr_t end, const char *name)
{
	if (base == end)
		return OCCUPANTS_OK;
	return occupants_add(table, base, end, OCCUPANT_LOADED, name);
}

static enum occupants_status add_modules(struct occupants       *table,
                                         const struct boot_info *boot)
{
	for (uint32_t i = 0; i < boot->module_count; i++) {
		const struct boot_module *m = &boot->module[i];
		const char               *name = m->name;
		enum occupants_status     status =
			add(table, m->base, m->end, name[0] ? name : "module");

		if (status != OCCUPANTS_OK)
			return status;
	}
	return OCCUPANTS_OK;
}

enum occupants_status boot_info_occupants(const struct boot_info *boot,
                                          struct occupants       *table)
{
	struct occupants      all = *table;
	bool                  pvh = strcmp(boot->protocol, "pvh") == 0;
	enum occupants_status status;

	status = occupants_add(&all, 0, MiB, OCCUPANT_FIRMWARE, "firmware");
	if (status == OCCUPANTS_OK)
		status = add(&all, boot->kernel_base, boot->kernel_end,
		             "kernel");
	if (status == OCCUPANTS_OK)
		status = add(&all, boot->info_base, boot->info_end,
		             pvh ? "pvh-info" : "multiboot-info");
	for (uint32_t i = 0; i < boot->block_count && status == OCCUPANTS_OK;
	     i++)
		status = add(&all, boot->block[i].base, boot->block[i].end,
		             boot->block[i].name);
	if (status == OCCUPANTS_OK)
		status = add_modules(&all, boot);
	if (status == OCCUPANTS_OK)
		*table = all;
	return status;
}
