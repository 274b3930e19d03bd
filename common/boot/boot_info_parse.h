/**
 * @file
 * What the parsers of loaders' blocks share: reading numbers and text that
 * nobody has checked, and saying what was wrong with them.
 */
#ifndef BOOT_INFO_PARSE_H
#define BOOT_INFO_PARSE_H

#include "boot_info.h"
#include "console.h"
#include "kstring.h"

/** GRUB's block has some kilobytes; one of more than this is a mistake. */
#define BOOT_BLOCK_MOST MiB

/** The number at @p bytes, which need not be aligned.  One instruction: in a
 * freestanding program memcpy() is a call, and a map can have many entries. */
static inline uint32_t load_u32(const unsigned char *bytes)
{
	uint32_t value;

	__builtin_memcpy(&value, bytes, sizeof(value));
	return value;
}

/** The number at @p bytes, which need not be aligned. */
static inline uint64_t load_u64(const unsigned char *bytes)
{
	uint64_t value;

	__builtin_memcpy(&value, bytes, sizeof(value));
	return value;
}

/** Add one line to the warnings, or only count it where they are full. */
void boot_warn(struct boot_notes *notes, const char *format, ...)
	PRINTF_LIKE(2, 3);

/** Say why a block is refused. @return @p status, to be returned at once */
enum boot_status boot_refuse(struct boot_notes *notes, enum boot_status status,
                             const char *format, ...) PRINTF_LIKE(3, 4);

/** A boot_info with nothing in it but what the caller knew before. */
struct boot_info boot_begin(const struct boot_info *known,
                            const char             *protocol);

/**
 * Copy text up to its NUL or the end of @p from, cut to fit.  What is not
 * printable ASCII becomes '?'.
 *
 * @param[out] text  gets at most @p room - 1 characters, then only NULs
 * @param room       at least 1
 * @param from       @p bytes readable bytes
 * @param bytes      how many may be read
 * @return characters before the NUL, cut or not; @p bytes where there is none
 */
uint64_t boot_copy_text(char *text, size_t room, const unsigned char *from,
                        uint64_t bytes);

/** Whether [base, base + bytes) and the kernel have a byte in common. */
bool boot_hits_kernel(const struct boot_info *boot, paddr_t base,
                      uint64_t bytes);

/**
 * Note the module at [base, end), named by the first word of @p text.  An
 * empty one is left out.
 *
 * @param boot        gets the module, if BOOT_OK is returned
 * @param notes       gets the reason where it is not
 * @param base        its first byte
 * @param end         one past its last
 * @param text        what the loader says of it, not trusted
 * @param text_bytes  how many bytes that are
 * @return BOOT_OK, or BOOT_BAD_MODULE: inverted, on the kernel, too many
 */
enum boot_status boot_add_module(struct boot_info  *boot,
                                 struct boot_notes *notes, paddr_t base,
                                 paddr_t end, const unsigned char *text,
                                 uint64_t text_bytes);

#endif
