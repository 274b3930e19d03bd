/**
 * @file
 * What PVH loaders say, soundly and otherwise.
 */
#include "boot_info.h"
#include "kstring.h"
#include "test.h"

/* The loader's memory: what a machine has at LENT_BASE, and nothing else.
 *
 *     0        64        192       448       576       640      ROOM
 *     +--------+---------+---------+---------+---------+--------+
 *     | start  | modules | map     | line    | names   |        |
 *     +--------+---------+---------+---------+---------+--------+  */
#define LENT_BASE UINT64_C(0x7000)

enum {
	START = 0,
	MODULES = 64,
	MAP = 192,
	LINE = 448,
	NAMES = 576,
	ROOM = 640,
};

/* Its end is the array's, so that the sanitizer guards what is behind. */
static unsigned char memory[ROOM];
static uint64_t      lent = ROOM;

static const void *lend(paddr_t base, uint64_t bytes)
{
	uint64_t offset = base - LENT_BASE;

	CHECK(bytes <= UINT64_MAX - base);
	if (base < LENT_BASE || offset > lent || bytes > lent - offset)
		return NULL;
	return memory + ROOM - lent + offset;
}

static void put_u32(uint32_t at, uint32_t value)
{
	memcpy(memory + at, &value, sizeof(value));
}

static void put_u64(uint32_t at, uint64_t value)
{
	memcpy(memory + at, &value, sizeof(value));
}

static void put_text(uint32_t at, const char *text)
{
	memcpy(memory + at, text, strlen(text) + 1);
}

static void put_module(uint32_t index, paddr_t base, uint64_t bytes,
                       paddr_t text)
{
	put_u64(MODULES + 32 * index, base);
	put_u64(MODULES + 32 * index + 8, bytes);
	put_u64(MODULES + 32 * index + 16, text);
}

static void put_range(uint32_t index, paddr_t base, uint64_t bytes,
                      uint32_t type)
{
	put_u64(MAP + 24 * index, base);
	put_u64(MAP + 24 * index + 8, bytes);
	put_u32(MAP + 24 * index + 16, type);
}

/* As QEMU 7.2 gives it, and a second module. */
static void begin(void)
{
	lent = ROOM;
	memset(memory, 0, sizeof(memory));
	put_u32(START, PVH_MAGIC);
	put_u32(START + 4, 1);
	put_u32(START + 12, 2);
	put_u64(START + 16, LENT_BASE + MODULES);
	put_u64(START + 24, LENT_BASE + LINE);
	put_u64(START + 32, 0xf5a40);
	put_u64(START + 40, LENT_BASE + MAP);
	put_u32(START + 48, 3);
	put_module(0, 0x7f00000, 0x1234, LENT_BASE + NAMES);
	put_module(1, 0x7f02000, 1, 0);
	put_range(0, 0, 0x9fc00, 1);
	put_range(1, MiB, 127 * MiB, 1);
	put_range(2, 0xfffc0000, 0x40000, 2);
	put_text(LINE, "test colour=off");
	put_text(NAMES, "initrd");
}

/* Parse, and check what holds of any block. */
static enum boot_status parse(struct boot_info *boot, struct boot_notes *notes)
{
	struct boot_info before;
	enum boot_status status;

	memset(&before, 0, sizeof(before));
	before.kernel_base = MiB;
	before.kernel_end = 0x14a123;
	memcpy(boot, &before, sizeof(before));
	memset(notes, 0x5a, sizeof(*notes));
	status = pvh_parse(boot, notes, LENT_BASE + START, lend);
	CHECK((status == BOOT_OK) == (notes->refusal[0] == '\0'));
	CHECK(status == BOOT_OK || memcmp(boot, &before, sizeof(before)) == 0);
	return status;
}

TEST(pvh_reads_a_sound_block)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 0);
	CHECK_TEXT(boot.protocol, "pvh");
	CHECK_TEXT(boot.command_line, "test colour=off");
	CHECK_TEXT(boot.loader, "");
	CHECK_EQ(boot.range_count, 3);
	CHECK_EQ(boot_info_range(&boot, 1).bytes, 127 * MiB);
	CHECK_EQ(boot_info_range(&boot, 2).type, 2);
	CHECK_EQ(boot.module_count, 2);
	CHECK_EQ(boot.module[0].end, 0x7f01234);
	CHECK_EQ(boot.module[1].base, 0x7f02000);
	CHECK_TEXT(boot.module[0].name, "initrd");
	CHECK_TEXT(boot.module[1].name, "");
	CHECK_EQ(boot.rsdp, 0xf5a40);
	CHECK_EQ(boot.info_base, LENT_BASE);
	CHECK_EQ(boot.info_end, LENT_BASE + 56);
	CHECK_EQ(boot.kernel_end, 0x14a123);
	CHECK(!boot.uefi);
}

TEST(pvh_lists_each_block_that_must_stay)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(boot.block_count, 3);
	CHECK_TEXT(boot.block[0].name, "pvh-map");
	CHECK_EQ(boot.block[0].base, LENT_BASE + MAP);
	CHECK_EQ(boot.block[0].end, LENT_BASE + MAP + 72);
	CHECK_TEXT(boot.block[1].name, "pvh-modules");
	CHECK_EQ(boot.block[1].end, LENT_BASE + MODULES + 64);
	CHECK_TEXT(boot.block[2].name, "pvh-command-line");
	CHECK_EQ(boot.block[2].end, LENT_BASE + LINE + 16);
}

TEST(pvh_needs_neither_modules_nor_a_command_line)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	put_u32(START + 12, 0);
	put_u64(START + 16, 0);
	put_u64(START + 24, 0);
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 0);
	CHECK_EQ(boot.module_count, 0);
	CHECK_EQ(boot.block_count, 1);
	CHECK_TEXT(boot.command_line, "");
}

/* What follows the last module is none; a line of no characters is a line. */
TEST(pvh_takes_as_many_modules_as_it_is_told_and_an_empty_line)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	put_module(2, 0x7f04000, 1, 0);
	put_text(LINE, "");
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(boot.module_count, 2);
	CHECK_EQ(boot.block_count, 3);
	CHECK_EQ(boot.block[2].end, LENT_BASE + LINE + 1);
}

/* Lends whatever is asked for, of memory that has some modules' room. */
static bool asked_for_0;

static const void *lend_any(paddr_t base, uint64_t bytes)
{
	asked_for_0 = asked_for_0 || base == 0;
	if (bytes == 40 || bytes == 56)
		return memory + START;
	if (bytes == MiB)
		return test_memory();
	return bytes == 72 ? memory + MAP : memory + MODULES;
}

static enum boot_status parse_any(paddr_t info, struct boot_info *boot,
                                  struct boot_notes *notes)
{
	memset(boot, 0, sizeof(*boot));
	asked_for_0 = false;
	return pvh_parse(boot, notes, info, lend_any);
}

/* Version 0 has 40 bytes, which may be the last there are. */
TEST(pvh_start_may_end_where_memory_does)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	put_u32(START + 4, 0);
	CHECK_EQ(parse_any(UINT64_MAX - 40, &boot, &notes), BOOT_NO_MAP);
	CHECK_EQ(parse_any(UINT64_MAX - 39, &boot, &notes), BOOT_BAD_POINTER);
	memcpy(memory + ROOM - 40, memory, 40);
	lent = 40;
	CHECK_EQ(parse(&boot, &notes), BOOT_NO_MAP);
	begin();
	memcpy(memory + ROOM - 55, memory, 55);
	lent = 55;
	CHECK_EQ(parse(&boot, &notes), BOOT_BAD_POINTER);
	CHECK_TEXT(notes.refusal, "PVH start information at 0x7000: truncated");
	lent = ROOM;
}

TEST(pvh_asks_for_nothing_at_0)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	put_u32(START + 12, 0);
	put_u64(START + 24, 0);
	CHECK_EQ(parse_any(LENT_BASE, &boot, &notes), BOOT_OK);
	CHECK(!asked_for_0);
	CHECK_TEXT(boot.command_line, "");
	CHECK_EQ(boot.block_count, 1);
	put_u64(START + 40, 0);
	CHECK_EQ(parse_any(LENT_BASE, &boot, &notes), BOOT_BAD_MAP);
	CHECK(!asked_for_0);
	CHECK_EQ(parse_any(0, &boot, &notes), BOOT_BAD_POINTER);
	CHECK(!asked_for_0);
}

/* 32768 modules have a list of 1 MiB, which is read up to the one too many. */
TEST(pvh_lists_may_have_1_mib)
{
	static const uint64_t entry[4] = { 0x200000, 1, 0, 0 };
	struct boot_info      boot;
	struct boot_notes     notes;

	begin();
	for (uint32_t i = 0; i <= BOOT_MODULES_MAX; i++)
		memcpy((char *)test_memory() + i * sizeof(entry), entry,
		       sizeof(entry));
	put_u32(START + 12, 32768);
	CHECK_EQ(parse_any(LENT_BASE, &boot, &notes), BOOT_BAD_MODULE);
	CHECK_TEXT(notes.refusal, "more than 32 modules; load fewer, or raise "
	                          "BOOT_MODULES_MAX");
	put_u32(START + 12, 32769);
	CHECK_EQ(parse_any(LENT_BASE, &boot, &notes), BOOT_BAD_MODULE);
	CHECK_TEXT(notes.refusal,
	           "list of 32769 modules at 0x7040 cannot be read");
}

TEST(pvh_module_may_end_at_the_top)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	put_module(1, UINT64_MAX - 5, 5, 0);
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(boot.module[1].end, UINT64_MAX);
	put_module(1, UINT64_MAX - 5, 6, 0);
	CHECK_EQ(parse(&boot, &notes), BOOT_BAD_MODULE);
}

TEST(pvh_without_a_map_is_refused)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	put_u32(START + 4, 0);
	CHECK_EQ(parse(&boot, &notes), BOOT_NO_MAP);
	CHECK_TEXT(notes.refusal, "no memory map: PVH version 0 has none; use "
	                          "a loader that knows version 1");
}

TEST(pvh_of_a_later_version_is_read_as_version_1)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	put_u32(START + 4, 2);
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	CHECK_TEXT(notes.warning[0], "PVH version 2, read as version 1");
}

/* Each row spoils one field of a sound block. */
TEST(hostile_pvh_field_is_refused)
{
	static const struct {
		uint32_t         at;
		uint64_t         value;
		enum boot_status status;
	} row[] = {
		{ START, 0, BOOT_BAD_MAGIC },
		{ START + 40, 0, BOOT_BAD_MAP },
		{ START + 40, UINT64_MAX - 8, BOOT_BAD_MAP },
		{ START + 40, LENT_BASE + ROOM - 71, BOOT_BAD_MAP },
		{ START + 48, 0, BOOT_EMPTY_MAP },
		{ START + 48, 43691, BOOT_BAD_MAP }, /* above 1 MiB */
		{ START + 48, UINT32_MAX, BOOT_BAD_MAP },
		{ START + 16, 0, BOOT_BAD_MODULE },
		{ START + 16, UINT64_MAX, BOOT_BAD_MODULE },
		{ START + 16, LENT_BASE + ROOM - 63, BOOT_BAD_MODULE },
		{ MODULES, UINT64_MAX - 0x1233, BOOT_BAD_MODULE }, /* wraps */
		{ MODULES, 0x14a122, BOOT_BAD_MODULE }, /* on the kernel */
		{ MODULES + 8, UINT64_MAX, BOOT_BAD_MODULE },
	};
	struct boot_info  boot;
	struct boot_notes notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		begin();
		put_u64(row[i].at, row[i].value);
		CHECK_EQ(parse(&boot, &notes), row[i].status);
	}
	begin();
	put_u32(START + 48, UINT32_MAX);
	CHECK_EQ(parse(&boot, &notes), BOOT_BAD_MAP);
	CHECK_TEXT(notes.refusal,
	           "memory map of 4294967295 entries: not plausible");
	begin();
	put_u64(MODULES, UINT64_MAX - 0x1233);
	CHECK_EQ(parse(&boot, &notes), BOOT_BAD_MODULE);
	CHECK_TEXT(notes.refusal,
	           "module at 0xffffffffffffedcc of 0x1234 bytes wraps");
	begin();
	put_u32(START + 12, UINT32_MAX);
	CHECK_EQ(parse(&boot, &notes), BOOT_BAD_MODULE);
	CHECK_TEXT(notes.refusal,
	           "list of 4294967295 modules at 0x7040 cannot be read");
}

TEST(hostile_pvh_pointer_is_refused)
{
	static const paddr_t row[] = { 0, 0x6fff, LENT_BASE + ROOM - 39,
		                       UINT64_MAX - 8 };
	struct boot_info     boot = { .kernel_end = 1 };
	struct boot_notes    notes;

	begin();
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(pvh_parse(&boot, &notes, row[i], lend),
		         BOOT_BAD_POINTER);
}

TEST(hostile_pvh_text_is_cut_and_printable)
{
	struct boot_info  boot;
	struct boot_notes notes;

	/* The name's NUL is missing, and memory ends behind it. */
	begin();
	memset(memory + NAMES, 'n', ROOM - NAMES);
	put_text(LINE, "a\tb");
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(strlen(boot.module[0].name), OCCUPANT_NAME_BYTES - 1);
	CHECK_TEXT(boot.command_line, "a?b");

	/* The command line is nowhere, at the very top, or has no end. */
	put_u64(START + 24, LENT_BASE + ROOM);
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	CHECK_EQ(boot.block_count, 2);
	put_u64(START + 24, UINT64_MAX);
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	memset(memory + LINE, 'x', ROOM - LINE);
	put_u64(START + 24, LENT_BASE + LINE);
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	CHECK(strstr(notes.warning[0], ": no NUL in the ") != NULL);
	CHECK_EQ(strlen(boot.command_line), ROOM - LINE);
}

/* The rest of the map's room and all behind it, without a NUL. */
TEST(hostile_pvh_text_without_an_end_is_cut)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	memset(memory + MAP + 72, 'x', ROOM - MAP - 72);
	put_u64(START + 24, LENT_BASE + MAP + 72);
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(strlen(boot.command_line), BOOT_TEXT_BYTES - 1);
	CHECK_EQ(notes.warnings, 1);
	CHECK(strstr(notes.warning[0], ": cut to 255 characters") != NULL);

	/* As many as there is room for, and the NUL. */
	memory[MAP + 72 + BOOT_TEXT_BYTES - 1] = '\0';
	CHECK_EQ(parse(&boot, &notes), BOOT_OK);
	CHECK_EQ(strlen(boot.command_line), BOOT_TEXT_BYTES - 1);
	CHECK_EQ(notes.warnings, 0);
}

/* Memory that ends at each byte: what is lent lies at the array's end. */
TEST(hostile_pvh_memory_may_end_anywhere)
{
	static unsigned char whole[ROOM];
	struct boot_info     boot;
	struct boot_notes    notes;

	begin();
	memcpy(whole, memory, ROOM);
	for (lent = 0; lent < ROOM; lent++) {
		memcpy(memory + ROOM - lent, whole, lent);
		if (parse(&boot, &notes) == BOOT_OK)
			CHECK(lent >= MAP + 72);
	}
	lent = ROOM;
}

TEST(hostile_pvh_survives_each_flipped_bit)
{
	struct boot_info  boot;
	struct boot_notes notes;

	begin();
	for (uint32_t bit = 0; bit < ROOM * 8; bit++) {
		unsigned char mask = (unsigned char)(1u << bit % 8);

		memory[bit / 8] ^= mask;
		if (parse(&boot, &notes) == BOOT_OK)
			CHECK(boot.range_count > 0);
		memory[bit / 8] ^= mask;
	}
}
