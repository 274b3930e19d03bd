/**
 * @file
 * What sound blocks say, as GRUB makes them on BIOS and on UEFI.
 */
#include "test_block.h"

/* An RGB picture of 32 bits a pixel. */
static uint32_t picture(struct block *b)
{
	static const unsigned char colours[6] = { 16, 8, 8, 8, 0, 8 };

	uint32_t at = block_tag(b, 8, 38);

	put_u64(b, at + 8, 0xfd000000);
	put_u32(b, at + 16, 4096);
	put_u32(b, at + 20, 1024);
	put_u32(b, at + 24, 768);
	b->byte[at + 28] = 32;
	b->byte[at + 29] = 1;
	memcpy(b->byte + at + 32, colours, sizeof(colours));
	return at;
}

/* The order is GRUB 2.06's. */
static void bios_block(struct block *b)
{
	uint32_t at;

	block_begin(b);
	block_text(b, 1, "test N=3 colour=off");
	block_text(b, 2, "GRUB 2.06-13+deb12u1");
	block_module(b, 0x14b000, 0x14c200, "font.psf from the image");
	block_tag(b, 10, 28);
	at = block_tag(b, 9, 20 + 2 * 64);
	put_u32(b, at + 8, 2);
	put_u32(b, at + 12, 64);
	put_u64(b, at + 20 + 64 + 16, 0xffffffff80100000);
	put_u64(b, at + 20 + 64 + 32, 0x4a123);
	block_sound_map(b);
	at = block_tag(b, 8, 31);
	put_u64(b, at + 8, 0xb8000);
	b->byte[at + 29] = 2;
	block_tag(b, 4, 16);
	block_tag(b, 5, 20);
	block_tag(b, 14, 28);
	block_end(b);
}

TEST(multiboot2_reads_a_bios_block)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	bios_block(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 0);
	CHECK_TEXT(boot.protocol, "multiboot2");
	CHECK_TEXT(boot.loader, "GRUB 2.06-13+deb12u1");
	CHECK_TEXT(boot.command_line, "test N=3 colour=off");
	CHECK_EQ(boot.range_count, 7);
	CHECK_EQ(boot.range_stride, 24);
	CHECK_EQ(boot_info_range(&boot, 3).base, MiB);
	CHECK_EQ(boot_info_range(&boot, 3).bytes, 0x7edf000);
	CHECK_EQ(boot_info_range(&boot, 6).type, 2);
	CHECK_EQ(boot.info_base, BLOCK_PADDR);
	CHECK_EQ(boot.info_end, BLOCK_PADDR + b.bytes);
	CHECK_EQ(boot.block_count, 0);
	CHECK_EQ(boot.kernel_end, TEST_KERNEL_END);
	CHECK_EQ(boot.phys_bits, 46);
	CHECK_EQ(boot.module_count, 1);
	CHECK_EQ(boot.module[0].base, 0x14b000);
	CHECK_EQ(boot.module[0].end, 0x14c200);
	CHECK_TEXT(boot.module[0].name, "font.psf");
	CHECK_EQ(boot.framebuffer.width, 0);
	CHECK_EQ(boot.rsdp, BLOCK_PADDR + b.bytes - 8 - 32 + 8);
	CHECK(!boot.uefi);
}

TEST(multiboot2_reads_a_uefi_block)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;
	uint32_t          at, rsdp;

	block_begin(&b);
	block_text(&b, 1, "");
	block_sound_map(&b);
	picture(&b);
	block_tag(&b, 12, 16);
	rsdp = block_tag(&b, 15, 44);
	block_tag(&b, 14, 28); /* the older one does not win by coming last */
	at = block_tag(&b, 17, 16 + 2 * 48);
	put_u32(&b, at + 8, 48);
	block_tag(&b, 21, 12);
	block_tag(&b, 77, 13); /* of a later version: passed over */
	block_end(&b);

	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 0);
	CHECK(boot.uefi);
	CHECK_TEXT(boot.command_line, "");
	CHECK_EQ(boot.rsdp, BLOCK_PADDR + rsdp + 8);
	CHECK_EQ(boot.framebuffer.base, 0xfd000000);
	CHECK_EQ(boot.framebuffer.pitch, 4096);
	CHECK_EQ(boot.framebuffer.width, 1024);
	CHECK_EQ(boot.framebuffer.height, 768);
	CHECK_EQ(boot.framebuffer.bits, 32);
	CHECK_EQ(boot.framebuffer.red_shift, 16);
	CHECK_EQ(boot.framebuffer.green_bits, 8);
}

TEST(multiboot2_ignores_an_absurd_picture)
{
	static const struct {
		uint32_t at, value;
	} row[] = {
		{ 28, 0x00000110 }, /* 16 bits a pixel */
		{ 28, 0x00000020 }, /* colours from a table */
		{ 16, 4095 },       /* 1024 * 4 > 4095 */
		{ 20, 0 },          /* no width */
		{ 20, 0x40000001 }, /* width * 4 wraps in 32 bits */
		{ 24, 0 },          /* no height */
		{ 24, 0x80000000 }, /* more than 256 MiB */
		{ 12, 0xffffffff }, /* at the top: see below */
		{ 32, 0x0808081c }, /* red 8 bits at 28 */
		{ 36, 0x00000900 }, /* blue has 9 */
		{ 4, 37 },          /* the last byte is cut */
		{ 4, 8 },           /* all of it */
	};
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		uint32_t at;

		block_begin(&b);
		block_sound_map(&b);
		at = picture(&b);
		put_u32(&b, at + 8, 0xffd00001); /* +12 makes it wrap by 1 */
		put_u32(&b, at + row[i].at, row[i].value);
		/* A tag cut to 8 bytes leaves bytes that are no tags. */
		if (row[i].at == 4 && row[i].value == 8)
			b.bytes = at + 8;
		block_end(&b);
		CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
		CHECK_EQ(notes.warnings, 1);
		CHECK(strstr(notes.warning[0], "framebuffer at +") != NULL);
		CHECK_EQ(boot.framebuffer.width, 0);
	}
}

TEST(multiboot2_takes_pictures_of_24_bits_but_none_at_0)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;
	uint32_t          at;

	block_begin(&b);
	block_sound_map(&b);
	at = picture(&b);
	b.byte[at + 28] = 24;
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 0);
	CHECK_EQ(boot.framebuffer.width, 1024);
	CHECK_EQ(boot.framebuffer.bits, 24);

	put_u64(&b, at + 8, 0);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK(strstr(notes.warning[0], "its address, width or height is 0") !=
	      NULL);
	CHECK_EQ(boot.framebuffer.width, 0);
}

TEST(multiboot2_ignores_a_picture_over_the_kernel)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;
	uint32_t          at;

	block_begin(&b);
	block_sound_map(&b);
	at = picture(&b);
	put_u64(&b, at + 8, TEST_KERNEL_END - 1);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(boot.framebuffer.width, 0);

	put_u64(&b, at + 8, TEST_KERNEL_END);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(boot.framebuffer.width, 1024);
}

TEST(multiboot2_ignores_a_cut_acpi_table)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_sound_map(&b);
	block_tag(&b, 14, 8 + 19);
	block_tag(&b, 15, 8 + 35);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 2);
	CHECK_EQ(boot.rsdp, 0);
}

TEST(multiboot2_keeps_eight_warnings_and_counts_all)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	block_begin(&b);
	block_sound_map(&b);
	for (int i = 0; i < 20; i++)
		block_tag(&b, 8, 8);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(notes.warnings, 20);
	CHECK(strstr(notes.warning[BOOT_NOTES_MAX - 1], "tag type 8") != NULL);
}

/* Truncated at each byte it is refused: the size it states is not there. */
TEST(multiboot2_reads_no_byte_past_the_limit)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	bios_block(&b);
	for (uint32_t limit = 0; limit < b.bytes; limit++)
		CHECK(block_parse_part(&b, limit, &boot, &notes) != BOOT_OK);
}

/* The same, but the stated size is cut too, so that the tags decide. */
TEST(multiboot2_reads_no_byte_past_the_stated_size)
{
	struct block      b;
	struct boot_info  boot;
	struct boot_notes notes;

	bios_block(&b);
	for (uint32_t limit = 4; limit < b.bytes; limit++) {
		enum boot_status status;

		put_u32(&b, 0, limit);
		status = block_parse_part(&b, limit, &boot, &notes);
		CHECK(status != BOOT_OK || notes.warnings > 0);
	}
}

/* Whatever the status: block_parse() checks that no byte behind is read and
 * that a refusal changes nothing. */
static void flip_each_bit(struct block *b)
{
	struct boot_info  boot;
	struct boot_notes notes;

	for (uint32_t bit = 0; bit < b->bytes * 8; bit++) {
		unsigned char mask = (unsigned char)(1u << bit % 8);

		b->byte[bit / 8] ^= mask;
		if (block_parse(b, &boot, &notes) == BOOT_OK)
			CHECK(boot.range_count > 0);
		b->byte[bit / 8] ^= mask;
	}
}

TEST(multiboot2_survives_each_flipped_bit_of_a_bios_block)
{
	struct block b;

	bios_block(&b);
	flip_each_bit(&b);
}

TEST(multiboot2_survives_each_flipped_bit_of_a_uefi_block)
{
	struct block b;

	block_begin(&b);
	block_text(&b, 1, "test");
	block_module(&b, 0x200000, 0x201000, "");
	block_sound_map(&b);
	picture(&b);
	block_tag(&b, 12, 16);
	block_tag(&b, 15, 44);
	put_u32(&b, block_tag(&b, 17, 16 + 48) + 8, 48);
	block_end(&b);
	flip_each_bit(&b);
}
