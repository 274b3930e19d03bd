/**
 * @file
 * multiboot2's tags at the edges of what is sound: the last size that is, the
 * first that is not, and the sentence that says so.
 */
#include "boot_info_parse.h"
#include "multiboot2_tags.h"
#include "test_block.h"

/* A block with the firmware's map, and room for the tag that is tried. */
#define TRIED 192 /* the tag's place */

static struct block      b;
static struct boot_info  boot;
static struct boot_notes notes;

static void begin(void)
{
	block_begin(&b);
	block_sound_map(&b);
	CHECK_EQ(b.bytes, TRIED);
}

static void ends(enum boot_status status, uint32_t warnings, const char *text)
{
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), status);
	CHECK_EQ(notes.warnings, warnings);
	CHECK_TEXT(status == BOOT_OK ? notes.warning[0] : notes.refusal,
	           text == NULL ? "" : text);
}

/* Its colours: shift and bits of red, green and blue. */
static void picture(uint64_t base, uint32_t pitch, uint32_t height,
                    uint8_t bits, const unsigned char colours[6])
{
	uint32_t at;

	begin();
	at = block_tag(&b, 8, 38);
	put_u64(&b, at + 8, base);
	put_u32(&b, at + 16, pitch);
	put_u32(&b, at + 20, 1024);
	put_u32(&b, at + 24, height);
	b.byte[at + 28] = bits;
	b.byte[at + 29] = 1;
	memcpy(b.byte + at + 32, colours, 6);
}

TEST(multiboot2_reads_each_field_of_a_picture)
{
	static const unsigned char     colours[6] = { 16, 7, 11, 5, 3, 6 };
	const struct boot_framebuffer *f = &boot.framebuffer;

	picture(0xfd000000, 4096, 768, 32, colours);
	ends(BOOT_OK, 0, NULL);
	CHECK_EQ(f->base, 0xfd000000);
	CHECK_EQ(f->pitch, 4096);
	CHECK_EQ(f->width, 1024);
	CHECK_EQ(f->height, 768);
	CHECK_EQ(f->bits, 32);
	CHECK_EQ(f->red_shift, 16);
	CHECK_EQ(f->red_bits, 7);
	CHECK_EQ(f->green_shift, 11);
	CHECK_EQ(f->green_bits, 5);
	CHECK_EQ(f->blue_shift, 3);
	CHECK_EQ(f->blue_bits, 6);
}

TEST(multiboot2_takes_a_picture_up_to_each_edge)
{
#define IGNORED "framebuffer at +192 ignored: "
	static const char colour[] =
		IGNORED "its colours do not fit into a pixel";
	static const char much[] = IGNORED "it has more than 256 MiB, or wraps";
	static const char depth[] =
		IGNORED "its pixels have neither 24 nor 32 bits";
	static const struct {
		uint64_t      base;
		uint32_t      pitch, height;
		uint8_t       bits;
		unsigned char colours[6];
		const char   *text;
	} row[] = {
		{ GiB, 4096, 65536, 32, { 16, 8, 8, 8, 0, 8 }, NULL },
		{ GiB, 4096, 65537, 32, { 16, 8, 8, 8, 0, 8 }, much },
		{ 0 - 3 * MiB, 4096, 767, 32, { 16, 8, 8, 8, 0, 8 }, NULL },
		{ UINT64_MAX - 3 * MiB, 4096, 768, 32, { 0 }, NULL },
		{ UINT64_MAX - 3 * MiB + 1, 4096, 768, 32, { 0 }, much },
		{ 1, 4096, 1, 32, { 16, 8, 8, 8, 0, 8 }, NULL },
		{ GiB,
		  4095,
		  1,
		  32,
		  { 0 },
		  IGNORED "its lines are longer than its pitch" },
		{ 0,
		  4096,
		  1,
		  32,
		  { 0 },
		  IGNORED "its address, width or height is 0" },
		{ GiB,
		  4096,
		  0,
		  32,
		  { 0 },
		  IGNORED "its address, width or height is 0" },
		{ MiB, 4096, 1, 32, { 0 }, IGNORED "it overlaps the kernel" },
		{ GiB, 4096, 768, 24, { 16, 8, 8, 8, 0, 8 }, NULL },
		{ GiB, 4096, 768, 23, { 0 }, depth },
		{ GiB, 4096, 768, 25, { 0 }, depth },
		{ GiB, 4096, 768, 16, { 0 }, depth },
		{ GiB, 4096, 768, 32, { 24, 8, 24, 8, 24, 8 }, NULL },
		{ GiB, 4096, 768, 32, { 25, 8, 0, 8, 0, 8 }, colour },
		{ GiB, 4096, 768, 32, { 0, 9, 0, 8, 0, 8 }, colour },
		{ GiB, 4096, 768, 32, { 0, 8, 25, 8, 0, 8 }, colour },
		{ GiB, 4096, 768, 32, { 0, 8, 0, 9, 0, 8 }, colour },
		{ GiB, 4096, 768, 32, { 0, 8, 0, 8, 25, 8 }, colour },
		{ GiB, 4096, 768, 32, { 0, 8, 0, 8, 0, 9 }, colour },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		picture(row[i].base, row[i].pitch, row[i].height, row[i].bits,
		        row[i].colours);
		ends(BOOT_OK, row[i].text != NULL, row[i].text);
		CHECK_EQ(boot.framebuffer.width,
		         row[i].text == NULL ? 1024 : 0);
	}
}

/* 30 bytes say that it is text; of 29 the last is behind the tag. */
TEST(multiboot2_knows_a_text_screen_by_its_thirtieth_byte)
{
	for (uint32_t bytes = 29; bytes <= 30; bytes++) {
		begin();
		b.byte[block_tag(&b, 8, bytes) + 29] = 2;
		ends(BOOT_OK, bytes == 29,
		     bytes == 29 ? IGNORED "it has no RGB pixels" : NULL);
	}
	begin();
	block_tag(&b, 8, 37);
	b.byte[TRIED + 29] = 1;
	ends(BOOT_OK, 1, IGNORED "it has no RGB pixels");
}

TEST(multiboot2_text_is_cut_where_room_ends)
{
	char text[66];

	memset(text, 'x', sizeof(text));
	for (uint32_t chars = 63; chars <= 65; chars++) {
		text[chars] = '\0';
		begin();
		block_text(&b, 2, text);
		text[chars] = 'x';
		ends(BOOT_OK, chars > 63,
		     chars == 63   ? NULL
		     : chars == 64 ? "tag type 2 at +192: text of 64 "
		                     "characters, cut to 63"
		                   : "tag type 2 at +192: text of 65 "
		                     "characters, cut to 63");
		CHECK_EQ(strlen(boot.loader), 63);
	}
}

TEST(multiboot2_module_may_have_no_text_and_no_end_of_it)
{
	uint32_t at;

	begin();
	at = block_tag(&b, 3, 16);
	put_u32(&b, at + 8, 0x200000);
	put_u32(&b, at + 12, 0x201000);
	ends(BOOT_OK, 0, NULL);
	CHECK_EQ(boot.module_count, 1);
	CHECK_TEXT(boot.module[0].name, "");

	begin();
	at = block_tag(&b, 3, 24);
	put_u32(&b, at + 8, 0x200000);
	put_u32(&b, at + 12, 0x201000);
	memcpy(b.byte + at + 16, "abcdefgh", 8);
	block_tag(&b, 0x31313131, 8);
	ends(BOOT_OK, 0, NULL);
	CHECK_TEXT(boot.module[0].name, "abcdefgh");

	begin();
	block_tag(&b, 3, 15);
	ends(BOOT_BAD_MODULE, 0, "module at +192: size 15 < 16");
}

TEST(multiboot2_uefi_map_is_held_against_its_least)
{
	static const struct {
		uint32_t         bytes, stride;
		enum boot_status status;
		const char      *text;
	} row[] = {
		{ 16, 40, BOOT_OK, NULL },
		{ 15, 40, BOOT_BAD_EFI_MAP, "UEFI map at +192: size 15 < 16" },
		{ 16, 39, BOOT_BAD_EFI_MAP,
		  "UEFI map at +192: descriptor size 39 < 40" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		begin();
		put_u32(&b, block_tag(&b, 17, row[i].bytes) + 8, row[i].stride);
		ends(row[i].status, 0, row[i].text);
	}
}

/* Two entries of 64 bytes: address and bytes at +16 and +32. */
TEST(multiboot2_elf_sections_may_end_at_the_top_and_not_past_it)
{
	static const char wraps[] =
		"ELF sections at +192 ignored: one of them wraps";
	static const struct {
		uint32_t    count, stride;
		uint64_t    bytes[2]; /* from 0xffffffffffff0000 on */
		const char *text;
	} row[] = {
		{ 2, 64, { 0xffff, 0xffff }, NULL },
		{ 2, 64, { 0x10000, 0 }, wraps },
		{ 2, 64, { 0, 0x10000 }, wraps },
		{ 1, 64, { 0, 0x10000 }, NULL },
		{ 0, 64, { 0x10000, 0 }, NULL },
		{ 2,
		  63,
		  { 0, 0 },
		  "ELF sections at +192 ignored: they are not those of ELF64" },
		{ 3,
		  64,
		  { 0, 0 },
		  "ELF sections at +192 ignored: they run past the tag" },
		{ 0, 63, { 0, 0 }, NULL },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		uint32_t at;

		begin();
		at = block_tag(&b, 9, 20 + 2 * 64);
		put_u32(&b, at + 8, row[i].count);
		put_u32(&b, at + 12, row[i].stride);
		for (uint32_t k = 0; k < 2; k++) {
			put_u64(&b, at + 20 + 64 * k + 16, 0 - 0x10000ULL);
			put_u64(&b, at + 20 + 64 * k + 32, row[i].bytes[k]);
		}
		ends(BOOT_OK, row[i].text != NULL, row[i].text);
	}
}

TEST(multiboot2_acpi_tables_have_a_least_size_each)
{
	static const struct {
		uint32_t    type, bytes;
		const char *text;
	} row[] = {
		{ 14, 28, NULL },
		{ 14, 27, "ACPI table at +192 ignored: size 27 < 28" },
		{ 15, 44, NULL },
		{ 15, 43, "ACPI table at +192 ignored: size 43 < 44" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		begin();
		block_tag(&b, row[i].type, row[i].bytes);
		ends(BOOT_OK, row[i].text != NULL, row[i].text);
		CHECK_EQ(boot.rsdp,
		         row[i].text == NULL ? BLOCK_PADDR + TRIED + 8 : 0);
	}
}

TEST(multiboot2_map_entries_have_24_bytes_at_least)
{
	static const struct boot_range one = { 0, MiB, 1 };
	uint32_t                       at;

	block_begin(&b);
	at = block_map(&b, 24, &one, 1);
	put_u32(&b, at + 8, 23);
	block_end(&b);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_BAD_MAP);
	put_u32(&b, at + 8, 24);
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
	CHECK_EQ(boot.range_count, 1);
	put_u32(&b, at + 8, 25); /* more than there is */
	CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_BAD_MAP);
}

static enum boot_status parse_at(uint64_t info, const void *bytes,
                                 uint64_t limit)
{
	boot = block_known();
	return multiboot2_parse(&boot, &notes, MULTIBOOT2_MAGIC, info, bytes,
	                        limit);
}

/* An end tag alone is a block of 16 bytes: sound, but for the map. */
TEST(multiboot2_blocks_have_16_bytes_at_least)
{
	block_begin(&b);
	block_end(&b);
	CHECK_EQ(b.bytes, 16);
	CHECK_EQ(parse_at(BLOCK_PADDR, b.byte, 16), BOOT_NO_MAP);
	CHECK_EQ(parse_at(BLOCK_PADDR, b.byte, 15), BOOT_BAD_POINTER);
	CHECK_EQ(parse_at(BLOCK_PADDR, NULL, 16), BOOT_BAD_POINTER);
	put_u32(&b, 0, MiB);
	CHECK_EQ(parse_at(BLOCK_PADDR, b.byte, 16), BOOT_BAD_SIZE);
	CHECK_TEXT(notes.refusal, "multiboot2 information: size 1048576, but "
	                          "only 16 bytes can be read");
	put_u32(&b, 0, MiB + 1);
	CHECK_EQ(parse_at(BLOCK_PADDR, b.byte, 16), BOOT_BAD_SIZE);
	CHECK_TEXT(notes.refusal, "multiboot2 information: size 1048577 is not "
	                          "between 16 bytes and 1 MiB");
	put_u32(&b, 0, 16);
	CHECK_EQ(parse_at(4 * GiB - 16, b.byte, 16), BOOT_NO_MAP);
	CHECK_EQ(parse_at(4 * GiB - 8, b.byte, 16), BOOT_BAD_POINTER);
}

/* --- What the parsers share ----------------------------------------------- */

TEST(boot_text_is_cleared_behind_its_end)
{
	char text[8];

	memset(text, 'z', sizeof(text));
	CHECK_EQ(boot_copy_text(text, 8, (const unsigned char *)"ab", 3), 2);
	for (int i = 2; i < 8; i++)
		CHECK_EQ(text[i], 0);
	CHECK_EQ(boot_copy_text(text, 3, (const unsigned char *)"abc", 3), 3);
	CHECK_TEXT(text, "ab");
	CHECK_EQ(
		boot_copy_text(text, 8, (const unsigned char *)" ~\x7f\x1f", 4),
		4);
	CHECK_TEXT(text, " ~??");
}

/* What follows the text's bytes is none of it. */
TEST(boot_module_is_named_by_its_first_word)
{
	static const struct {
		const char *text;
		uint64_t    bytes;
		const char *name;
	} row[] = {
		{ "  ab cd", 7, "ab" }, { "  ab", 3, "a" }, { "  ab", 2, "" },
		{ "ab", 2, "ab" },      { " a", 1, "" },    { "a", 0, "" },
		{ " a", 2, "a" },       { "a b", 2, "a" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		boot = block_known();
		CHECK_EQ(boot_add_module(&boot, &notes, 0x200000, 0x201000,
		                         (const unsigned char *)row[i].text,
		                         row[i].bytes),
		         BOOT_OK);
		CHECK_EQ(boot.module_count, 1);
		CHECK_TEXT(boot.module[0].name, row[i].name);
	}
}

/* Types up to 31 have a bit each, all others none. */
TEST(boot_tags_leave_their_bit_and_no_other)
{
	static const unsigned char head[8];
	static const struct {
		uint32_t type, seen;
	} row[] = {
		{ 20, 1u << 20 }, { 31, 1u << 31 }, { 32, 0 }, { UINT32_MAX, 0 }
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		static struct reading r;
		struct tag tag = { row[i].type, sizeof(head), 8, head };

		r.notes = &notes;
		r.seen = 0;
		CHECK_EQ(multiboot2_read_tag(&r, &tag), BOOT_OK);
		CHECK_EQ(r.seen, row[i].seen);
	}
}
