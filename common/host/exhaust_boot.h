/**
 * @file
 * What a multiboot2 block says, by a reader that is slow and plain.
 *
 * It shares no code with the parser: it puts numbers together byte by byte,
 * steps to the next tag one byte at a time, and answers each question by
 * another walk over the list of all tags.
 */
#ifndef EXHAUST_BOOT_H
#define EXHAUST_BOOT_H

#include "boot_info.h"

/** A block that somebody handed over, and where. */
struct handed {
	const unsigned char *byte;
	uint64_t             limit; /**< Bytes that can be read. */
	paddr_t              info;  /**< Where the machine has the block. */
	paddr_t              kernel_base, kernel_end;
};

/** What the parser must make of it; all but the status only for BOOT_OK. */
struct verdict {
	enum boot_status        status;
	uint32_t                total;         /**< Bytes of the block. */
	uint32_t                warnings;      /**< How many. */
	uint32_t                map;           /**< Where its entries begin. */
	uint32_t                count, stride; /**< Of the entries. */
	uint32_t                rsdp;          /**< Where, or 0. */
	bool                    uefi;
	struct boot_framebuffer picture;
	uint32_t                modules;
	struct boot_module      module[BOOT_MODULES_MAX];
	char                    loader[64];
	char                    command_line[BOOT_TEXT_BYTES];
};

/** The number in @p bytes bytes at @p at, lowest first; stops the program if
 * one of them is not the block's. */
uint64_t handed_number(const struct handed *block, uint64_t at, unsigned bytes);

/** What is to be said of @p block. */
struct verdict handed_verdict(const struct handed *block);

#endif
