/**
 * @file
 * The tags of a multiboot2 block: their types, and what each one tells.
 */
#ifndef MULTIBOOT2_TAGS_H
#define MULTIBOOT2_TAGS_H

#include "boot_info_parse.h"

/** Those that we look at; all others are passed over. */
enum tag_type {
	TAG_END,              /**< Nothing follows. */
	TAG_COMMAND_LINE,     /**< Words for the kernel. */
	TAG_LOADER,           /**< The loader's name. */
	TAG_MODULE,           /**< A file that it has put into memory. */
	TAG_MAP = 6,          /**< The firmware's map. */
	TAG_FRAMEBUFFER = 8,  /**< The picture that it has set up. */
	TAG_ELF = 9,          /**< Sections of the kernel's file. */
	TAG_EFI32 = 11,       /**< UEFI's table, of 32 bits. */
	TAG_EFI64 = 12,       /**< UEFI's table, of 64 bits. */
	TAG_RSDP_OLD = 14,    /**< Where ACPI begins, version 1. */
	TAG_RSDP_NEW = 15,    /**< Where ACPI begins, later ones. */
	TAG_EFI_MAP = 17,     /**< UEFI's map. */
	TAG_EFI_RUNS = 18,    /**< Boot services not terminated. */
	TAG_EFI32_IMAGE = 19, /**< UEFI's handle of the loader, 32 bits. */
	TAG_EFI64_IMAGE = 20, /**< UEFI's handle of the loader, 64 bits. */
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
