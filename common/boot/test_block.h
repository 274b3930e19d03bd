/**
 * @file
 * For tests: multiboot2 blocks made from tags, sound or not.
 *
 *     block_begin(&b);
 *     block_map(&b, 24, 0, rows, 3);
 *     block_end(&b);
 *     CHECK_EQ(block_parse(&b, &boot, &notes), BOOT_OK);
 */
#ifndef TEST_BLOCK_H
#define TEST_BLOCK_H

#include "boot_info.h"
#include "kstring.h"
#include "test.h"

#define BLOCK_ROOM       1024
#define BLOCK_PADDR      UINT64_C(0x150000) /**< Where the tests say it lies. */

#define TEST_KERNEL_BASE MiB
#define TEST_KERNEL_END  UINT64_C(0x14a123)

struct block {
	uint32_t      bytes;
	unsigned char byte[BLOCK_ROOM];
};

static inline void put_u32(struct block *b, uint32_t at, uint32_t value)
{
	memcpy(b->byte + at, &value, sizeof(value));
}

static inline void put_u64(struct block *b, uint32_t at, uint64_t value)
{
	memcpy(b->byte + at, &value, sizeof(value));
}

static inline void block_begin(struct block *b)
{
	memset(b, 0, sizeof(*b));
	b->bytes = 8;
}

/** Append a tag of zeros. @return where its head is, for put_u32() */
static inline uint32_t block_tag(struct block *b, uint32_t type, uint32_t bytes)
{
	uint32_t at = b->bytes;

	put_u32(b, at, type);
	put_u32(b, at + 4, bytes);
	b->bytes += (bytes + 7) & ~UINT32_C(7);
	return at;
}

/** Append a tag whose content is @p text and its NUL. */
static inline uint32_t block_text(struct block *b, uint32_t type,
                                  const char *text)
{
	uint32_t chars = (uint32_t)strlen(text);
	uint32_t at = block_tag(b, type, 8 + chars + 1);

	memcpy(b->byte + at + 8, text, chars);
	return at;
}

static inline uint32_t block_module(struct block *b, uint32_t base,
                                    uint32_t end, const char *text)
{
	uint32_t chars = (uint32_t)strlen(text);
	uint32_t at = block_tag(b, 3, 16 + chars + 1);

	put_u32(b, at + 8, base);
	put_u32(b, at + 12, end);
	memcpy(b->byte + at + 16, text, chars);
	return at;
}

static inline uint32_t block_map(struct block *b, uint32_t stride,
                                 const struct boot_range *row, uint32_t rows)
{
	uint32_t at = block_tag(b, 6, 16 + stride * rows);

	put_u32(b, at + 8, stride);
	for (uint32_t i = 0; i < rows; i++) {
		put_u64(b, at + 16 + i * stride, row[i].base);
		put_u64(b, at + 24 + i * stride, row[i].bytes);
		put_u32(b, at + 32 + i * stride, row[i].type);
	}
	return at;
}

/** Set the block's size to what is there. */
static inline void block_close(struct block *b)
{
	put_u32(b, 0, b->bytes);
}

/** Append the end tag, and block_close(). @return where it is */
static inline uint32_t block_end(struct block *b)
{
	uint32_t at = block_tag(b, 0, 8);

	block_close(b);
	return at;
}

/** A map as QEMU gives it to a machine of 128 MiB. */
static inline uint32_t block_sound_map(struct block *b)
{
	/* clang-format off */
	static const struct boot_range row[] = {
		{ 0x0,          0x9fc00,     1 },
		{ 0x9fc00,      0x400,       2 },
		{ 0xf0000,      0x10000,     2 },
		{ 0x100000,     0x7edf000,   1 },
		{ 0x7fdf000,    0x21000,     2 },
		{ 0xfffc0000,   0x40000,     2 },
		{ 0xfd00000000, 0x300000000, 2 },
	};
	/* clang-format on */

	return block_map(b, 24, row, 7);
}

/** What the boot code knows before it parses. */
static inline struct boot_info block_known(void)
{
	struct boot_info boot;

	memset(&boot, 0, sizeof(boot));
	boot.kernel_base = TEST_KERNEL_BASE;
	boot.kernel_end = TEST_KERNEL_END;
	boot.phys_bits = 46;
	return boot;
}

/**
 * Parse the first @p limit bytes of the block, with nothing readable behind
 * them that the sanitizer would not see, and check what holds of any block:
 * what is refused says why and has changed nothing.
 */
static inline enum boot_status block_parse_part(const struct block *b,
                                                uint32_t            limit,
                                                struct boot_info   *boot,
                                                struct boot_notes  *notes)
{
	static unsigned char memory[BLOCK_ROOM];
	struct boot_info     before = block_known();
	unsigned char       *bytes = memory + sizeof(memory) - limit;
	enum boot_status     status;

	memcpy(bytes, b->byte, limit);
	memset(notes, 0x5a, sizeof(*notes));
	memcpy(boot, &before, sizeof(before));
	status = multiboot2_parse(boot, notes, MULTIBOOT2_MAGIC, BLOCK_PADDR,
	                          bytes, limit);
	CHECK((status == BOOT_OK) == (notes->refusal[0] == '\0'));
	CHECK(status == BOOT_OK || memcmp(boot, &before, sizeof(before)) == 0);
	return status;
}

/** block_parse_part() of all of it. */
static inline enum boot_status block_parse(const struct block *b,
                                           struct boot_info   *boot,
                                           struct boot_notes  *notes)
{
	return block_parse_part(b, b->bytes, boot, notes);
}

#endif
