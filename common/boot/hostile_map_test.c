/**
 * @file
 * Blocks that no sound loader makes, the other half: the memory map, UEFI's
 * map, the ELF sections, and a map that has no room for the kernel.
 */
#include "test_block.h"

TEST(hostile_block_without_map_is_refused)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_tag(&b, 4, 16);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_NO_MAP);
	CHECK_TEXT(notes.refusal, "no memory map in the loader's information");

	block_begin(&b);
	block_tag(&b, 18, 8);
	put_u32(&b, block_tag(&b, 17, 16 + 48) + 8, 48);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_NO_MAP);
	CHECK_TEXT(notes.refusal,
	           "no memory map; boot services not terminated");
}

TEST(hostile_second_map_does_not_count)
{
	static const struct boot_range other = { 0, 1, 1 };
	struct block                   b;
	struct boot_info               boot;
	struct boot_notes              notes;

	block_begin(&b);
	block_sound_map(&b);
	block_map(&b, 24, &other, 1);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	CHECK_TEXT(notes.warning[0],
	           "tag type 6 at +192 ignored: the first one counts");
	CHECK_EQ(boot.range_count, 7);
}

TEST(hostile_map_tag_without_its_fields_is_refused)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	for (uint32_t bytes = 8; bytes < 16; bytes++) {
		block_begin(&b);
		block_tag(&b, 6, bytes);
		block_end(&b);
		CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_BAD_MAP);
	}
	CHECK_TEXT(notes.refusal, "memory map at +8: size 15 < 16");
}

/* The sound map of 7 * 24 bytes, with another entry size stated. */
static enum boot_status parse_stride(struct boot_info  *boot,
                                     struct boot_notes *notes, uint32_t stride)
{
	struct block b;

	block_begin(&b);
	put_u32(&b, block_sound_map(&b) + 8, stride);
	block_end(&b);
	return block_parse(&b, boot, notes);
}

TEST(hostile_entry_size_is_refused)
{
	static const uint32_t row[] = {
		0,  1,   8,   16,         23,         25,
		28, 176, 184, 0x7ffffff8, 0xfffffff8, UINT32_MAX
	};
	struct boot_info  boot;
	struct boot_notes notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(parse_stride(&boot, &notes, row[i]), BOOT_BAD_MAP);
	CHECK_EQ(parse_stride(&boot, &notes, 168), BOOT_OK);
	CHECK_EQ(boot.range_count, 1);
}

TEST(hostile_larger_entries_are_stepped_over)
{
	static const struct boot_range row[] = { { 0, 0x9f000, 1 },
		                                 { MiB, 64 * MiB, 1 } };
	struct block                   b;
	struct boot_info               boot;
	struct boot_notes              notes;

	for (uint32_t stride = 32; stride <= 48; stride += 8) {
		block_begin(&b);
		block_map(&b, stride, row, 2);
		block_end(&b);
		CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
		CHECK_EQ(notes.warnings, 0);
		CHECK_EQ(boot.range_stride, stride);
		CHECK_EQ(boot_info_range(&boot, 1).base, MiB);
		CHECK_EQ(boot_info_range(&boot, 1).bytes, 64 * MiB);
	}
}

TEST(hostile_entry_version_is_warned_of)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	put_u32(&b, block_sound_map(&b) + 12, 7);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	CHECK(strstr(notes.warning[0], "entry version 7") != NULL);
}

TEST(hostile_tail_of_the_map_is_warned_of)
{
	struct boot_info  boot;
	struct boot_notes notes;

	CHECK_EQ(parse_stride(&boot, &notes, 32), BOOT_OK);
	CHECK_EQ(boot.range_count, 5);
	CHECK_EQ(notes.warnings, 1);
	CHECK_TEXT(notes.warning[0], "memory map at +8: 8 bytes behind the "
	                             "last entry of 32 ignored");
}

TEST(hostile_map_without_entries_is_refused)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_map(&b, 24, NULL, 0);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_EMPTY_MAP);
	CHECK_TEXT(notes.refusal, "memory map is empty");
}

/* What an entry says is lesson 1's business: it gets all of them, raw. */
TEST(hostile_entries_are_handed_over_as_they_are)
{
	static const struct boot_range row[] = {
		{ UINT64_MAX, 0, 1 },
		{ UINT64_MAX - 4095, 8192, 2954887168 },
		{ 0, UINT64_MAX, UINT32_MAX },
		{ 5, 0, 0 },
	};
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;
	uint32_t          at;

	block_begin(&b);
	at = block_map(&b, 24, row, 4);
	put_u32(&b, at + 16 + 20, 0xdeadbeef); /* reserved */
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 0);
	CHECK_EQ(boot.range_count, 4);
	for (uint32_t i = 0; i < 4; i++) {
		struct boot_range range = boot_info_range(&boot, i);

		CHECK_EQ(range.base, row[i].base);
		CHECK_EQ(range.bytes, row[i].bytes);
		CHECK_EQ(range.type, row[i].type);
	}
}

TEST(hostile_uefi_map_below_its_least_entry_is_refused)
{
	static const struct {
		uint32_t         entry;
		enum boot_status status;
	} row[] = {
		{ 0, BOOT_BAD_EFI_MAP }, { 39, BOOT_BAD_EFI_MAP },
		{ 40, BOOT_OK },         { 48, BOOT_OK }, /* real */
		{ UINT32_MAX, BOOT_OK }, /* not one fits: no matter */
	};
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		block_begin(&b);
		block_sound_map(&b);
		put_u32(&b, block_tag(&b, 17, 16 + 96) + 8, row[i].entry);
		block_end(&b);
		CHECK_EQ(block_parse(&b, &boot, &notes), row[i].status);
	}
	block_begin(&b);
	block_sound_map(&b);
	put_u32(&b, block_tag(&b, 17, 15) + 8, 48);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_BAD_EFI_MAP);
}

TEST(hostile_elf_sections_are_ignored_with_a_warning)
{
	static const struct {
		uint32_t count, stride, bytes, warnings;
		uint64_t base;
	} row[] = {
		{ 2, 64, 20 + 128, 0, 0 },
		{ 3, 64, 20 + 128, 1, 0 },
		{ 2, 64, 20 + 127, 1, 0 },
		{ 0x10000, 0x10000, 20 + 128, 1, 0 }, /* 2^32 wraps to 0 */
		{ UINT32_MAX, UINT32_MAX, 20 + 128, 1, 0 },
		{ UINT32_MAX, 0, 20 + 128, 1, 0 },
		{ 0, 0, 20, 0, 0 },
		{ 0, 0, 19, 1, 0 },
		{ 2, 64, 20 + 128, 1, UINT64_MAX }, /* wraps */
	};
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		uint32_t at;

		block_begin(&b);
		block_sound_map(&b);
		at = block_tag(&b, 9, row[i].bytes);
		put_u32(&b, at + 8, row[i].count);
		put_u32(&b, at + 12, row[i].stride);
		if (row[i].bytes >= 20 + 64) {
			put_u64(&b, at + 20 + 16, row[i].base);
			put_u64(&b, at + 20 + 32, 16);
		}
		block_end(&b);
		CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
		CHECK_EQ(notes.warnings, row[i].warnings);
	}
}

static enum boot_status has_memory(struct boot_notes       *notes,
                                   const struct boot_range *row, uint32_t rows)
{
	struct block     b;
	struct boot_info boot;

	block_begin(&b);
	block_map(&b, 24, row, rows);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, notes), BOOT_OK);
	return boot_info_has_memory(&boot, notes, 2 * MiB);
}

TEST(hostile_map_without_room_for_the_kernel_is_refused)
{
	static const struct {
		struct boot_range range[3];
		enum boot_status  status;
	} row[] = {
		{ { { 0, MiB, 1 } }, BOOT_NO_MEMORY }, /* only low memory */
		{ { { 0, 8 * MiB, 1 } }, BOOT_OK },
		{ { { MiB, 2 * MiB, 1 } }, BOOT_OK },
		/* The last byte, and one in the middle, are missing. */
		{ { { 0, 0x14a122, 1 }, { 8 * MiB, 8 * MiB, 1 } },
		  BOOT_NO_MEMORY },
		{ { { 0, 8 * MiB, 1 }, { 0x120000, 1, 2 } }, BOOT_NO_MEMORY },
		{ { { 0, 8 * MiB, 1 }, { 0x14a123, 1, 20 } }, BOOT_OK },
		/* Unsorted pieces that only together hold it. */
		{ { { 0x120000, 8 * MiB, 1 }, { 0, 0x120000, 1 } }, BOOT_OK },
		{ { { 0x120000, 8 * MiB, 1 }, { 0, 0x11ffff, 1 } },
		  BOOT_NO_MEMORY },
		/* Reserved from far below, wrapping: clipped at the top. */
		{ { { 0, 8 * MiB, 1 }, { 4096, UINT64_MAX, 2 } },
		  BOOT_NO_MEMORY },
		/* RAM that wraps says nothing, so it helps nobody. */
		{ { { 4096, UINT64_MAX, 1 } }, BOOT_NO_MEMORY },
		/* Empty ranges, at both ends of the world. */
		{ { { MiB + 1, 0, 2 }, { UINT64_MAX, 0, 2 }, { 0, GiB, 1 } },
		  BOOT_OK },
	};
	struct boot_notes notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(has_memory(&notes, row[i].range, 3), row[i].status);

	has_memory(&notes, row[4].range, 3);
	CHECK_TEXT(notes.refusal, "kernel at 0x100000..0x14a123 is not in "
	                          "available memory: 0x120000 is not; give the "
	                          "machine more");
}

TEST(hostile_map_of_too_little_ram_is_refused)
{
	static const struct boot_range row[][3] = {
		{ { MiB, MiB, 1 }, { MiB, MiB, 1 }, { MiB, MiB, 1 } },
		{ { MiB, 4 * MiB, 1 }, { 2 * MiB, 5 * MiB, 7 } },
		{ { MiB, MiB, 1 }, { MiB + 1, MiB - 1, 1 } },
	};
	struct boot_notes notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CHECK_EQ(has_memory(&notes, row[i], 3), BOOT_NO_MEMORY);
		CHECK_TEXT(notes.refusal, "need 2048 KiB, have 1024 KiB");
	}
}
