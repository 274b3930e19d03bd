/**
 * @file
 * Blocks that no sound loader makes: each is refused, or survived with a
 * warning.  This half is about the block, its tags, texts and modules.
 */
#include "test_block.h"

/* The pointer, the magic and the stated size, with the block readable. */
static enum boot_status parse_at(struct boot_notes *notes, uint32_t magic,
                                 paddr_t info, uint32_t total)
{
	struct boot_info boot = block_known();
	struct block     b;

	block_begin(&b);
	block_sound_map(&b);
	block_end(&b);
	if (total != 0)
		put_u32(&b, 0, total);
	return multiboot2_parse(&boot, notes, magic, info, b.byte,
	                        sizeof(b.byte));
}

TEST(hostile_magic_is_refused)
{
	struct boot_notes notes;

	CHECK_EQ(parse_at(&notes, 0x2badb002, BLOCK_PADDR, 0), BOOT_BAD_MAGIC);
	CHECK_TEXT(notes.refusal,
	           "not started by a multiboot2 loader (EAX=0x2badb002); use "
	           "GRUB's command multiboot2");
	CHECK_EQ(parse_at(&notes, MULTIBOOT2_MAGIC, BLOCK_PADDR, 0), BOOT_OK);
	CHECK_TEXT(notes.refusal, "");
}

TEST(hostile_pointer_is_refused)
{
	static const paddr_t row[] = { 0, 0x150001, 0x150004, 4 * GiB,
		                       UINT64_MAX - 7 };
	struct boot_notes    notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(parse_at(&notes, MULTIBOOT2_MAGIC, row[i], 0),
		         BOOT_BAD_POINTER);
}

TEST(hostile_missing_block_is_refused)
{
	struct boot_info  boot = block_known();
	struct boot_notes notes;

	CHECK_EQ(multiboot2_parse(&boot, &notes, MULTIBOOT2_MAGIC, BLOCK_PADDR,
	                          NULL, 0),
	         BOOT_BAD_POINTER);
}

TEST(hostile_block_that_wraps_is_refused)
{
	struct boot_notes notes;

	/* The block has 200 bytes. */
	CHECK_EQ(parse_at(&notes, MULTIBOOT2_MAGIC, 4 * GiB - 200, 0), BOOT_OK);
	CHECK_EQ(parse_at(&notes, MULTIBOOT2_MAGIC, 4 * GiB - 192, 0),
	         BOOT_BAD_POINTER);
	CHECK(strstr(notes.refusal, "past 4 GiB") != NULL);
}

TEST(hostile_total_size_is_refused)
{
	static const uint32_t row[] = { 1, 8, 15, MiB + 1, UINT32_MAX };
	struct boot_notes     notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(
			parse_at(&notes, MULTIBOOT2_MAGIC, BLOCK_PADDR, row[i]),
			BOOT_BAD_SIZE);
	CHECK(strstr(notes.refusal, "4294967295") != NULL);
}

/* A sound block whose first tag, of unknown type 30, states this size. */
static enum boot_status parse_tag_size(struct boot_notes *notes, uint32_t bytes)
{
	struct boot_info boot;
	struct block     b;
	uint32_t         at;

	block_begin(&b);
	at = block_tag(&b, 30, 16);
	block_sound_map(&b);
	block_end(&b);
	put_u32(&b, at + 4, bytes);
	return block_parse(&b, &boot, notes);
}

TEST(hostile_tag_of_size_zero_is_refused)
{
	struct boot_notes notes;

	CHECK_EQ(parse_tag_size(&notes, 0), BOOT_BAD_TAG);
	CHECK_TEXT(notes.refusal, "tag type 30 at +8: size 0 < 8");
}

TEST(hostile_tag_below_its_head_is_refused)
{
	struct boot_notes notes;

	for (uint32_t bytes = 1; bytes < 8; bytes++)
		CHECK_EQ(parse_tag_size(&notes, bytes), BOOT_BAD_TAG);
	CHECK_TEXT(notes.refusal, "tag type 30 at +8: size 7 < 8");
}

TEST(hostile_tag_past_the_block_is_refused)
{
	struct boot_notes notes;

	CHECK_EQ(parse_tag_size(&notes, 209), BOOT_BAD_TAG);
	CHECK_TEXT(notes.refusal,
	           "tag type 30 at +8: size 209 > 208: truncated");
	/* One that fills the block to its last byte hides the map. */
	CHECK_EQ(parse_tag_size(&notes, 208), BOOT_NO_END);
}

TEST(hostile_tag_whose_rounding_wraps_is_refused)
{
	struct boot_notes notes;

	for (uint32_t bytes = 0xfffffff9; bytes != 0; bytes++)
		CHECK_EQ(parse_tag_size(&notes, bytes), BOOT_BAD_TAG);
}

TEST(hostile_block_without_end_is_refused_or_warned_of)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_text(&b, 1, "test");
	block_close(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_NO_END);

	block_sound_map(&b);
	block_close(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	CHECK_TEXT(notes.warning[0], "no end tag in 208 bytes");
	CHECK_EQ(boot.range_count, 7);
}

TEST(hostile_end_tag_of_another_size_ends_with_a_warning)
{
	static const uint32_t row[] = { 0, 7, 9, 16, UINT32_MAX };
	struct block          b;
	struct boot_info      boot;
	struct boot_notes     notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		block_begin(&b);
		block_sound_map(&b);
		put_u32(&b, block_end(&b) + 4, row[i]);
		CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
		CHECK_EQ(notes.warnings, 1);
	}
}

TEST(hostile_bytes_behind_the_end_are_not_read)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_sound_map(&b);
	block_end(&b);
	block_text(&b, 1, "behind");
	block_close(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	CHECK_TEXT(notes.warning[0],
	           "16 bytes behind the end tag at +192 ignored");
	CHECK_TEXT(boot.command_line, "");
}

TEST(hostile_second_command_line_does_not_count)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_text(&b, 1, "first");
	block_text(&b, 1, "second");
	block_sound_map(&b);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 1);
	CHECK_TEXT(boot.command_line, "first");
}

TEST(hostile_text_without_nul_is_cut_at_its_tag)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;
	uint32_t          line, loader;

	block_begin(&b);
	line = block_text(&b, 1, "1234567"); /* the tag is full */
	loader = block_text(&b, 2, "GRUB");
	block_sound_map(&b);
	block_end(&b);
	put_u32(&b, line + 4, 8 + 7);
	put_u32(&b, loader + 4, 8 + 2);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 2);
	CHECK_TEXT(boot.command_line, "1234567");
	CHECK_TEXT(boot.loader, "GR");
}

/* The block ends with the tag, so the sanitizer sees what reads on. */
TEST(hostile_module_name_of_blanks_is_empty)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_sound_map(&b);
	put_u32(&b, block_module(&b, 0x200000, 0x200001, "       ") + 4, 23);
	b.bytes--;
	block_close(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_TEXT(boot.module[0].name, "");
}

TEST(hostile_text_becomes_printable)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_text(&b, 1, "a\x1b[2Jb\tc\n\x7f\xc3\xa4 ~");
	block_module(&b, 0x200000, 0x200001, "  \x01\xff  rest");
	block_sound_map(&b);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_TEXT(boot.command_line, "a?[2Jb?c???? ~");
	CHECK_TEXT(boot.module[0].name, "??");
}

TEST(hostile_text_of_64_kib_is_cut_to_fit)
{
	static struct block b[1];
	unsigned char      *bytes = test_memory(); /* to its last byte */
	struct boot_info    boot = block_known();
	struct boot_notes   notes;
	uint32_t            map, total;

	block_begin(b);
	map = block_sound_map(b);
	put_u32(b, b->bytes, 1);
	put_u32(b, b->bytes + 4, 8 + 64 * KiB);
	total = (uint32_t)(b->bytes + 8 + 64 * KiB);
	put_u32(b, 0, total);
	memset(bytes, 'x', TEST_MEMORY_BYTES);
	memcpy(bytes + TEST_MEMORY_BYTES - total, b->byte, b->bytes + 8);

	CHECK_EQ(multiboot2_parse(&boot, &notes, MULTIBOOT2_MAGIC, BLOCK_PADDR,
	                          bytes + TEST_MEMORY_BYTES - total, total),
	         BOOT_OK);
	CHECK_EQ(map, 8);
	CHECK_EQ(notes.warnings, 3); /* no NUL, cut, no end tag */
	CHECK_EQ(strlen(boot.command_line), BOOT_TEXT_BYTES - 1);
}

static enum boot_status parse_module(struct boot_info  *boot,
                                     struct boot_notes *notes, uint32_t base,
                                     uint32_t end)
{
	struct block b;

	block_begin(&b);
	block_module(&b, base, end, "initrd");
	block_sound_map(&b);
	block_end(&b);
	return block_parse(&b, boot, notes);
}

TEST(hostile_empty_module_is_left_out)
{
	struct boot_info  boot;
	struct boot_notes notes;

	CHECK_EQ(parse_module(&boot, &notes, 0, 0), BOOT_OK);
	CHECK_EQ(boot.module_count, 0);
	/* Inside the kernel too: it has no byte there. */
	CHECK_EQ(parse_module(&boot, &notes, 0x120000, 0x120000), BOOT_OK);
	CHECK_EQ(boot.module_count, 0);
	CHECK_EQ(notes.warnings, 0);
}

TEST(hostile_inverted_module_is_refused)
{
	struct boot_info  boot;
	struct boot_notes notes;

	CHECK_EQ(parse_module(&boot, &notes, 0x201000, 0x200fff),
	         BOOT_BAD_MODULE);
	CHECK_TEXT(notes.refusal, "module initrd ends at 0x200fff, before its "
	                          "start at 0x201000");
}

/*  kernel   100000 |--------------| 14a123          */
TEST(hostile_module_on_the_kernel_is_refused)
{
	static const struct {
		uint32_t         base, end;
		enum boot_status status;
	} row[] = {
		{ 0xff000, 0x100000, BOOT_OK }, /* touches */
		{ 0xff000, 0x100001, BOOT_BAD_MODULE },
		{ 0x120000, 0x120001, BOOT_BAD_MODULE }, /* inside */
		{ 0, UINT32_MAX, BOOT_BAD_MODULE },      /* around */
		{ 0x14a122, 0x14b000, BOOT_BAD_MODULE },
		{ 0x14a123, 0x14b000, BOOT_OK },     /* shares a page */
		{ 0xff000000, 0xff000001, BOOT_OK }, /* past RAM */
	};
	struct boot_info  boot;
	struct boot_notes notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK_EQ(parse_module(&boot, &notes, row[i].base, row[i].end),
		         row[i].status);
}

TEST(hostile_modules_that_share_a_page_are_both_kept)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_module(&b, 0x200000, 0x200800, "one");
	block_module(&b, 0x200800, 0x201000, "two");
	block_sound_map(&b);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(boot.module_count, 2);
	CHECK_TEXT(boot.module[1].name, "two");
}

TEST(hostile_module_tag_without_its_fields_is_refused)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	for (uint32_t bytes = 8; bytes < 16; bytes++) {
		block_begin(&b);
		block_tag(&b, 3, bytes);
		block_sound_map(&b);
		block_end(&b);
		CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_BAD_MODULE);
	}
}

TEST(hostile_crowd_of_modules_is_refused)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_sound_map(&b);
	for (uint32_t i = 0; i < BOOT_MODULES_MAX; i++)
		block_module(&b, 0x200000, 0x200001, "");
	block_module(&b, 0, 0, "");
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(boot.module_count, BOOT_MODULES_MAX);

	b.bytes -= 8;
	block_module(&b, 0x200000, 0x200001, "");
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_BAD_MODULE);
}
