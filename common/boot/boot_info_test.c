/**
 * @file
 * Questions about what the loader said.
 */
#include "boot_info.h"
#include "boot_info_parse.h"
#include "kstring.h"
#include "test.h"

static struct boot_info with_line(const char *line)
{
	struct boot_info boot;

	memset(&boot, 0, sizeof(boot));
	memcpy(boot.command_line, line, strlen(line) + 1);
	return boot;
}

TEST(boot_info_finds_whole_words_only)
{
	/* clang-format off */
	static const struct {
		const char *line, *name;
		bool        found;
		const char *value;
	} row[] = {
		{ "",                "test", false, ""        },
		{ "test",            "test", true,  ""        },
		{ "a  test b",       "test", true,  ""        },
		{ "tests",           "test", false, ""        }, /* longer */
		{ "tes",             "test", false, ""        }, /* shorter */
		{ "atest -test",     "test", false, ""        },
		{ "test=e820",       "test", true,  "e820"    },
		{ "test= b",         "test", true,  ""        },
		{ "test=a=b c",      "test", true,  "a=b"     },
		{ "tests=1 test=2",  "test", true,  "2"       },
		{ "test=1 test=2",   "test", true,  "1"       }, /* the first */
		{ "x=test",          "test", false, ""        },
		{ "test=0123456789", "test", true,  "0123456" }, /* cut */
	};
	/* clang-format on */
	char value[8];

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct boot_info boot = with_line(row[i].line);

		memset(value, 'x', sizeof(value));
		CHECK_EQ(boot_info_option(&boot, row[i].name, value,
		                          sizeof(value)),
		         row[i].found);
		CHECK_TEXT(value, row[i].value);
		CHECK_EQ(boot_info_option(&boot, row[i].name, NULL, 0),
		         row[i].found);
		value[0] = value[1] = 'x';
		boot_info_option(&boot, row[i].name, value, 1);
		CHECK_EQ(value[0], '\0');
		CHECK_EQ(value[1], 'x');
		value[0] = 'x';
		CHECK_EQ(boot_info_option(&boot, row[i].name, value, 0),
		         row[i].found);
		CHECK_EQ(value[0], 'x');
	}
}

/* The value may fill the line to its last byte. */
TEST(boot_info_option_stops_at_the_end_of_the_line)
{
	struct boot_info boot = with_line("");
	char             value[BOOT_TEXT_BYTES];

	memset(boot.command_line, 'v', BOOT_TEXT_BYTES - 1);
	memcpy(boot.command_line, "n=", 2);
	CHECK(boot_info_option(&boot, "n", value, sizeof(value)));
	CHECK_EQ(strlen(value), BOOT_TEXT_BYTES - 1 - 2);
	CHECK(!boot_info_option(&boot, "v", value, sizeof(value)));
}

/* What lies behind the line's NUL is no part of it. */
TEST(boot_info_option_does_not_look_behind_the_line)
{
	struct boot_info boot = with_line("a");

	memcpy(boot.command_line + 2, "test", 5);
	CHECK(!boot_info_option(&boot, "test", NULL, 0));
	boot.command_line[0] = '\0';
	CHECK(!boot_info_option(&boot, "test", NULL, 0));
}

static struct boot_info booted(void)
{
	struct boot_info boot;

	memset(&boot, 0, sizeof(boot));
	memcpy(boot.protocol, "multiboot2", 11);
	boot.kernel_base = MiB;
	boot.kernel_end = 0x14a123;
	boot.info_base = 0x14a128;
	boot.info_end = 0x14a8a0;
	boot.module_count = 2;
	boot.module[0] = (struct boot_module){ 0x200000, 0x201000, "font.psf" };
	boot.module[1] = (struct boot_module){ 0x90000, 0x91000, "" };
	return boot;
}

/*  firmware          0 |------------| 1M
 *  module        90000      |--|
 *  kernel           1M              |----| 14a123
 *  multiboot-info                         |--|           in its last page
 *  font.psf         2M                          |--|              */
TEST(boot_info_records_all_that_the_loader_placed)
{
	static const char *const name[] = { "firmware", "module", "kernel",
		                            "multiboot-info", "font.psf" };
	struct boot_info         boot = booted();
	struct occupants         table = { 0 };

	CHECK_EQ(boot_info_occupants(&boot, &table), OCCUPANTS_OK);
	CHECK(occupants_check(&table) == NULL);
	CHECK_EQ(table.count, 5);
	for (uint32_t i = 0; i < table.count; i++)
		CHECK_TEXT(table.entry[i].name, name[i]);
	CHECK_EQ(table.entry[0].kind, OCCUPANT_FIRMWARE);
	CHECK_EQ(table.entry[0].end, MiB);
	CHECK_EQ(table.entry[2].kind, OCCUPANT_LOADED);
	CHECK_EQ(table.entry[2].end, boot.kernel_end);
	CHECK_EQ(table.entry[3].base, boot.info_base);
}

TEST(boot_info_records_the_blocks_of_pvh)
{
	struct boot_info boot = booted();
	struct occupants table = { 0 };

	memcpy(boot.protocol, "pvh", 4);
	boot.block_count = 1;
	boot.block[0] = (struct boot_block){ 0x7000, 0x7048, "pvh-map" };
	boot.block[1] = (struct boot_block){ 0x8000, 0x8048, "no block" };
	boot.module[2] = (struct boot_module){ 0x300000, 0x301000, "none" };
	boot.module[1].name[0] = 'm'; /* one letter */
	CHECK_EQ(boot_info_occupants(&boot, &table), OCCUPANTS_OK);
	CHECK_EQ(table.count, 6);
	CHECK_EQ(table.entry[0].base, 0);
	CHECK_TEXT(table.entry[2].name, "m");
	CHECK_TEXT(table.entry[1].name, "pvh-map");
	CHECK_TEXT(table.entry[4].name, "pvh-info");
}

TEST(boot_info_records_nothing_that_is_empty)
{
	struct boot_info boot = with_line("");
	struct occupants table = { 0 };

	boot.module_count = 1;
	boot.module[0] = (struct boot_module){ 0x5000, 0x5000, "empty" };
	CHECK_EQ(boot_info_occupants(&boot, &table), OCCUPANTS_OK);
	CHECK_EQ(table.count, 1);
	CHECK_TEXT(table.entry[0].name, "firmware");
}

TEST(boot_info_records_all_or_nothing)
{
	struct boot_info boot = booted();
	struct occupants table = { 0 };

	boot.block_count = 2;
	boot.block[0] = (struct boot_block){ 0x7000, 0x7048, "a" };
	boot.block[1] = (struct boot_block){ 0x8000, 0x8048, "b" };
	for (uint32_t room = 0; room <= 7; room++) {
		table.count = 0;
		for (uint32_t i = 0; i < OCCUPANTS_MAX - room; i++)
			occupants_add(&table, i, i + 1, OCCUPANT_OWN, "full");
		CHECK_EQ(boot_info_occupants(&boot, &table),
		         room < 7 ? OCCUPANTS_FULL : OCCUPANTS_OK);
		CHECK_EQ(table.count,
		         room < 7 ? OCCUPANTS_MAX - room : OCCUPANTS_MAX);
		CHECK_EQ(table.entry[1].kind,
		         room < 7 ? OCCUPANT_OWN : OCCUPANT_FIRMWARE);
	}
}

TEST(boot_info_hits_the_kernel_where_a_byte_is_in_both)
{
	static const struct {
		paddr_t  kernel_end, base;
		uint64_t bytes;
		bool     hits;
	} row[] = {
		{ 0x3000, 0x1000, 0x1000, false }, /* ends where it begins */
		{ 0x3000, 0x1000, 0x1001, true },
		{ 0x3000, 0x1000, UINT64_MAX, true },
		{ 0x3000, 0x2000, 1, true },
		{ 0x3000, 0x2000, 0, false },
		{ 0x3000, 0x2fff, 1, true },
		{ 0x3000, 0x3000, 1, false },
		{ 0x2000, 0x1000, 0x2000, false }, /* a kernel of no bytes */
		{ 0x2000, 0x2000, 1, false },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct boot_info boot = booted();

		boot.kernel_base = 0x2000;
		boot.kernel_end = row[i].kernel_end;
		CHECK_EQ(boot_hits_kernel(&boot, row[i].base, row[i].bytes),
		         row[i].hits);
	}
}

/* Random small maps against the sentence itself, byte by byte. */
static bool byte_is_ram(const struct boot_range *row, uint32_t rows, paddr_t at)
{
	bool ram = false;

	for (uint32_t i = 0; i < rows; i++) {
		if (at < row[i].base || at - row[i].base >= row[i].bytes)
			continue;
		if (row[i].type != 1)
			return false;
		ram = true;
	}
	return ram;
}

TEST(boot_info_has_memory_agrees_with_each_byte)
{
	enum { ROWS = 6, TOP = 48, ENTRY = 24 };
	static unsigned char map[ROWS * ENTRY];
	struct boot_info     boot = booted();
	struct boot_notes    notes;
	struct boot_range    row[ROWS];
	uint64_t             seed = 27;

	boot.ranges = map;
	boot.range_count = ROWS;
	boot.range_stride = ENTRY;
	for (uint64_t round = 0; round < 500; round++) {
		uint64_t ram = 0;
		bool     sits = true;

		for (uint32_t i = 0; i < ROWS; i++) {
			row[i].base = test_random(&seed) % (TOP / 2);
			row[i].bytes = test_random(&seed) % (TOP / 2);
			row[i].type = test_random(&seed) % 4 == 0 ? 2 : 1;
			memcpy(map + i * ENTRY, &row[i].base, 8);
			memcpy(map + i * ENTRY + 8, &row[i].bytes, 8);
			memcpy(map + i * ENTRY + 16, &row[i].type, 4);
		}
		boot.kernel_base = test_random(&seed) % TOP;
		boot.kernel_end = boot.kernel_base + 1 + round % 4;
		for (paddr_t at = 0; at < 2 * TOP; at++) {
			bool is = byte_is_ram(row, ROWS, at);

			ram += is;
			if (at >= boot.kernel_base && at < boot.kernel_end)
				sits = sits && is;
		}
		CHECK_EQ(boot_info_has_memory(&boot, &notes, ram),
		         sits ? BOOT_OK : BOOT_NO_MEMORY);
		CHECK_EQ(boot_info_has_memory(&boot, &notes, ram + 1),
		         BOOT_NO_MEMORY);
	}
}

TEST(boot_range_ends_at_the_top_or_before)
{
	static const struct {
		struct boot_range range;
		paddr_t           end;
	} row[] = {
		{ { MiB, 0, BOOT_RAM }, MiB },
		{ { MiB, 1, BOOT_RAM }, MiB + 1 },
		{ { MiB, UINT64_MAX - MiB, BOOT_RAM }, UINT64_MAX },
		{ { MiB, 0 - MiB, BOOT_RAM }, UINT64_MAX },
		{ { MiB, 1 - MiB, BOOT_RAM }, MiB },
		{ { MiB, UINT64_MAX, BOOT_RAM }, MiB },
		{ { UINT64_MAX, 1, BOOT_RAM }, UINT64_MAX },
		{ { UINT64_MAX, 2, BOOT_RAM }, UINT64_MAX },
		{ { 0, UINT64_MAX, BOOT_RAM }, UINT64_MAX },
		{ { MiB, 0 - MiB, BOOT_RAM + 1 }, UINT64_MAX },
		{ { MiB, UINT64_MAX, BOOT_RAM + 1 }, UINT64_MAX },
		{ { MiB, MiB, BOOT_RAM + 1 }, 2 * MiB },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(boot_range_end(row[i].range), row[i].end);
}

/* RAM that ends at the very top counts; that goes past it does not. */
TEST(boot_info_has_memory_up_to_the_top)
{
	static unsigned char map[24];
	struct boot_info     boot = booted();
	struct boot_notes    notes;
	struct boot_range    row = { 0 - 16 * MiB, 16 * MiB - 1, 1 };

	boot.ranges = map;
	boot.range_count = 1;
	boot.range_stride = 24;
	boot.kernel_base = 0 - 16 * MiB;
	boot.kernel_end = 0 - 15 * MiB;
	notes.refusal[0] = 'x';
	memcpy(map, &row, 20);
	CHECK_EQ(boot_info_has_memory(&boot, &notes, 16 * MiB - 1), BOOT_OK);
	CHECK_TEXT(notes.refusal, "");
	CHECK_EQ(boot_info_has_memory(&boot, &notes, 16 * MiB), BOOT_NO_MEMORY);
	CHECK_TEXT(notes.refusal, "need 16384 KiB, have 16383 KiB");
	row.bytes++;
	memcpy(map, &row, 20);
	CHECK_EQ(boot_info_has_memory(&boot, &notes, MiB), BOOT_OK);
	row.bytes++;
	memcpy(map, &row, 20);
	CHECK_EQ(boot_info_has_memory(&boot, &notes, MiB), BOOT_NO_MEMORY);
	CHECK_TEXT(notes.refusal,
	           "kernel at 0xffffffffff000000..0xffffffffff100000 is not in "
	           "available memory: 0xffffffffff000000 is not; give the "
	           "machine more");
}
