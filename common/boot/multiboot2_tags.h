/**
 * @file
 * The tags of a multiboot2 block: their types, and what each one tells.
 */
#ifndef MULTIBOOT2_TAGS_H
#define MULTIBOOT2_TAGS_H

#include "boot_info_parse.h"

/** Those that we look at; all others are passed over. */
enum tag_type {
	TAG_END,
	TAG_COMMAND_LINE,
	TAG_LOADER,
	TAG_MODULE,
	TAG_MAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_ELF = 9,
	TAG_EFI32 = 11,
	TAG_EFI64 = 12,
	TAG_RSDP_OLD = 14,
	TAG_RSDP_NEW = 15,
	TAG_EFI_MAP = 17,
	TAG_EFI_RUNS = 18, /**< Boot services not terminated. */
	TAG_EFI32_IMAGE = 19,
	TAG_EFI64_IMAGE = 20,
};

#define TAG_HEAD 8 /**< Bytes of type and size. */

/** A tag type below 32 in a set of them. */
#define TAG_BIT(tag) (UINT32_C(1) << (tag))

/** One tag, all of whose bytes are in the block. */
struct tag {
	uint32_t             type; /**< One of the TAG_ values, or any other. */
	uint32_t             bytes; /**< With its head; at least TAG_HEAD. */
	uint32_t             at;    /**< From the start of the block. */
	const unsigned char *data;  /**< Its head. */
};

/** What the tags before this one have told. */
struct reading {
	struct boot_info   boot;  /**< Built aside, given out at the end. */
	struct boot_notes *notes; /**< Gets what there is to say. */
	uint32_t           seen;  /**< A TAG_BIT() for each type below 32. */
};

/** Take over what @p tag tells. @return BOOT_OK, or why it is refused */
enum boot_status multiboot2_read_tag(struct reading *r, const struct tag *tag);

#endif
