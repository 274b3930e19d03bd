/**
 * @file
 * The block of a PVH loader, such as QEMU's -kernel; contracts in
 * boot_info.h.
 *
 * The block is small and points at the others: the map, the modules' list,
 * the command line.  Each of them is asked for with its length before a byte
 * of it is read, and recorded, so that nobody gives its memory out.
 *
 * Source: Xen "docs/misc/pvh"; Xen public header "start_info.h".
 */
#include "boot_info_parse.h"

enum {
	START_BYTES = 40,  /* of version 0 */
	START1_BYTES = 56, /* from version 1 on */
	MAP_ENTRY = 24,
	MODULE_ENTRY = 32,
};

typedef const void *lend_fn(paddr_t base, uint64_t bytes);

/* The loader's numbers, as they lie in its block. */
struct start {
	uint32_t magic, version, modules, map_entries;
	paddr_t  module_list, command_line, rsdp, map;
};

/* lend(), which need not think of a range that wraps. */
static const unsigned char *borrow(lend_fn *lend, paddr_t base, uint64_t bytes)
{
	if (base == 0 || bytes > UINT64_MAX - base)
		return NULL;
	return lend(base, bytes);
}

static void record(struct boot_info *boot, const char *name, paddr_t base,
                   uint64_t bytes)
{
	struct boot_block *block = &boot->block[boot->block_count++];

	block->base = base;
	block->end = base + bytes;
	ksnprintf(block->name, sizeof(block->name), "%s", name);
}

/* Text whose length nobody has told: byte by byte up to its NUL, the end of
 * what is lent, or the end of @p text. @return bytes of it that were read */
static uint64_t read_text(lend_fn *lend, paddr_t base, unsigned char *text,
                          size_t room)
{
	uint64_t i;

	/* Nobody borrows 0, which the sum becomes at the very top, too. */
	for (i = 0; i < room; i++) {
		const unsigned char *c = borrow(lend, base + i, 1);

		if (c == NULL)
			break;
		text[i] = *c;
		if (*c == '\0')
			return i + 1;
	}
	return i;
}

static void read_command_line(struct boot_info *boot, struct boot_notes *notes,
                              lend_fn *lend, paddr_t base)
{
	unsigned char raw[BOOT_TEXT_BYTES];
	uint64_t      bytes = read_text(lend, base, raw, sizeof(raw));
	uint64_t      chars =
		boot_copy_text(boot->command_line, sizeof(raw), raw, bytes);

	if (chars == sizeof(raw))
		boot_warn(notes,
		          "command line at 0x%llx: cut to %llu characters",
		          (unsigned long long)base,
		          (unsigned long long)sizeof(raw) - 1);
	else if (chars == bytes && base != 0)
		boot_warn(notes,
		          "command line at 0x%llx: no NUL in the %llu bytes "
		          "that could be read",
		          (unsigned long long)base, (unsigned long long)bytes);
	if (bytes > 0)
		record(boot, "pvh-command-line", base, bytes);
}

static enum boot_status read_map(struct boot_info  *boot,
                                 struct boot_notes *notes, lend_fn *lend,
                                 const struct start *start)
{
	uint64_t bytes = (uint64_t)start->map_entries * MAP_ENTRY;

	if (start->version == 0)
		return boot_refuse(notes, BOOT_NO_MAP,
		                   "no memory map: PVH version 0 has none; "
		                   "use a loader that knows version 1");
	if (start->map_entries == 0)
		return boot_refuse(notes, BOOT_EMPTY_MAP,
		                   "memory map is empty");
	if (bytes > BOOT_BLOCK_MOST)
		return boot_refuse(notes, BOOT_BAD_MAP,
		                   "memory map of %u entries: not plausible",
		                   start->map_entries);
	boot->ranges = borrow(lend, start->map, bytes);
	if (boot->ranges == NULL)
		return boot_refuse(notes, BOOT_BAD_MAP,
		                   "memory map of %u entries at 0x%llx cannot "
		                   "be read",
		                   start->map_entries,
		                   (unsigned long long)start->map);
	boot->range_count = start->map_entries;
	boot->range_stride = MAP_ENTRY;
	record(boot, "pvh-map", start->map, bytes);
	return BOOT_OK;
}

static enum boot_status read_module(struct boot_info  *boot,
                                    struct boot_notes *notes, lend_fn *lend,
                                    const unsigned char *entry)
{
	paddr_t       base = load_u64(entry);
	uint64_t      bytes = load_u64(entry + 8);
	unsigned char text[BOOT_TEXT_BYTES];
	uint64_t      text_bytes =
		read_text(lend, load_u64(entry + 16), text, sizeof(text));

	if (bytes > UINT64_MAX - base)
		return boot_refuse(notes, BOOT_BAD_MODULE,
		                   "module at 0x%llx of 0x%llx bytes wraps",
		                   (unsigned long long)base,
		                   (unsigned long long)bytes);
	return boot_add_module(boot, notes, base, base + bytes, text,
	                       text_bytes);
}

static enum boot_status read_modules(struct boot_info  *boot,
                                     struct boot_notes *notes, lend_fn *lend,
                                     const struct start *start)
{
	uint64_t             bytes = (uint64_t)start->modules * MODULE_ENTRY;
	const unsigned char *list;

	if (start->modules == 0)
		return BOOT_OK;
	list = bytes > BOOT_BLOCK_MOST
	               ? NULL
	               : borrow(lend, start->module_list, bytes);
	if (list == NULL)
		return boot_refuse(notes, BOOT_BAD_MODULE,
		                   "list of %u modules at 0x%llx cannot be "
		                   "read",
		                   start->modules,
		                   (unsigned long long)start->module_list);
	record(boot, "pvh-modules", start->module_list, bytes);
	for (uint32_t i = 0; i < start->modules; i++) {
		enum boot_status status =
			read_module(boot, notes, lend, list + i * MODULE_ENTRY);

		if (status != BOOT_OK)
			return status;
	}
	return BOOT_OK;
}

/* Version 0 ends before the map, so the rest is borrowed by the version. */
static enum boot_status read_start(struct start *start, struct boot_info *boot,
                                   struct boot_notes *notes, lend_fn *lend,
                                   paddr_t info)
{
	const unsigned char *bytes = borrow(lend, info, START_BYTES);
	uint64_t             all = START_BYTES;

	if (bytes == NULL)
		return boot_refuse(notes, BOOT_BAD_POINTER,
		                   "PVH start information at 0x%llx cannot "
		                   "be read",
		                   (unsigned long long)info);
	start->magic = load_u32(bytes);
	start->version = load_u32(bytes + 4);
	start->modules = load_u32(bytes + 12);
	start->module_list = load_u64(bytes + 16);
	start->command_line = load_u64(bytes + 24);
	start->rsdp = load_u64(bytes + 32);
	if (start->magic != PVH_MAGIC)
		return boot_refuse(notes, BOOT_BAD_MAGIC,
		                   "not started by a PVH loader (0x%x at "
		                   "0x%llx)",
		                   start->magic, (unsigned long long)info);
	if (start->version >= 1) {
		all = START1_BYTES;
		bytes = borrow(lend, info, all);
		if (bytes == NULL)
			return boot_refuse(notes, BOOT_BAD_POINTER,
			                   "PVH start information at 0x%llx: "
			                   "truncated",
			                   (unsigned long long)info);
		start->map = load_u64(bytes + 40);
		start->map_entries = load_u32(bytes + 48);
	}
	boot->info_base = info;
	boot->info_end = info + all;
	return BOOT_OK;
}

enum boot_status pvh_parse(struct boot_info *boot, struct boot_notes *notes,
                           paddr_t info, lend_fn *lend)
{
	struct boot_info found = boot_begin(boot, "pvh");
	struct start     start = { 0 };
	enum boot_status status;

	memset(notes, 0, sizeof(*notes));
	status = read_start(&start, &found, notes, lend, info);
	if (status == BOOT_OK)
		status = read_map(&found, notes, lend, &start);
	if (status == BOOT_OK)
		status = read_modules(&found, notes, lend, &start);
	if (status != BOOT_OK)
		return status;
	if (start.version > 1)
		boot_warn(notes, "PVH version %u, read as version 1",
		          start.version);
	read_command_line(&found, notes, lend, start.command_line);
	found.rsdp = start.rsdp;
	*boot = found;
	return BOOT_OK;
}
