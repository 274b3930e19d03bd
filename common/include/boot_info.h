/**
 * @file
 * What the loader says, checked: the same for every way to be started.
 *
 * The loader hands over a block of bytes that nobody has checked.  A parser
 * takes the address and a limit, never reads past the limit, steps by the
 * block's own sizes, and fills a boot_info.  It refuses with a status and a
 * sentence what no kernel can live with, and goes on with a warning where it
 * can.
 *
 * Source: "Multiboot2 Specification version 2.0"; Xen "docs/misc/pvh".
 */
#ifndef BOOT_INFO_H
#define BOOT_INFO_H

#include "occupants.h"

#define BOOT_TEXT_BYTES  256 /**< A command line is cut to fit, with its NUL. */
#define BOOT_MODULES_MAX 32  /**< More than that are refused. */
#define BOOT_BLOCKS_MAX  3   /**< What a PVH loader's block points at. */
#define BOOT_NOTES_MAX   8   /**< Warnings kept; the rest are counted. */
#define BOOT_NOTE_BYTES  128 /**< A sentence is cut to fit, with its NUL. */

/** EAX when a multiboot2 loader starts us. */
#define MULTIBOOT2_MAGIC UINT32_C(0x36d76289)

/** First field of the block that a PVH loader points EBX at. */
#define PVH_MAGIC UINT32_C(0x336ec578)

/** One entry of the firmware's map, as it lies in the loader's block. */
struct boot_range {
	uint64_t base;  /**< First byte. */
	uint64_t bytes; /**< Length; may be 0, and base + bytes may wrap. */
	uint32_t type;  /**< 1 is RAM; what else there is, lesson 1 knows. */
};

/** The type of a range that is RAM. */
#define BOOT_RAM 1

/** Where a range ends.  One that wraps says nothing if it claims RAM: it ends
 * where it begins.  If it takes RAM away, or ends at 2^64, it is all up to the
 * last byte of all, which is left out. */
static inline paddr_t boot_range_end(struct boot_range range)
{
	if (range.bytes <= UINT64_MAX - range.base)
		return range.base + range.bytes;
	if (range.type == BOOT_RAM && range.bytes - 1 > UINT64_MAX - range.base)
		return range.base;
	return UINT64_MAX;
}

/** A file that the loader put into memory for us. */
struct boot_module {
	paddr_t base;                   /**< Its first byte. */
	paddr_t end;                    /**< One past its last. */
	char name[OCCUPANT_NAME_BYTES]; /**< Its command line's first word. */
};

/** Bytes of the loader's besides its main block. */
struct boot_block {
	paddr_t base;                      /**< Its first byte. */
	paddr_t end;                       /**< One past its last. */
	char    name[OCCUPANT_NAME_BYTES]; /**< As an occupant. */
};

/**
 * A picture of width x height pixels in memory; width 0: there is none.
 *
 * One that is there has lines of at most pitch bytes, lies outside the kernel
 * and does not wrap; a colour has at most 8 bits, all of them in the pixel.
 */
struct boot_framebuffer {
	paddr_t  base;                /**< The first byte of the first line. */
	uint32_t pitch;               /**< Bytes from one line to the next. */
	uint32_t width, height;       /**< In pixels. */
	uint8_t  bits;                /**< Of a pixel: 24 or 32. */
	uint8_t  red_shift, red_bits; /**< Lowest bit, and how many. */
	uint8_t  green_shift, green_bits; /**< The same for green. */
	uint8_t  blue_shift, blue_bits;   /**< The same for blue. */
};

/** All that the loader told us. */
struct boot_info {
	char protocol[12];                  /**< "multiboot2" or "pvh". */
	char loader[64];                    /**< Its name, or "". */
	char command_line[BOOT_TEXT_BYTES]; /**< Printable, or "". */

	const unsigned char *ranges; /**< The map, in the loader's block. */
	uint32_t             range_count;  /**< Entries of the map. */
	uint32_t             range_stride; /**< Bytes from entry to entry. */

	paddr_t  info_base, info_end; /**< The loader's block itself. */
	uint32_t block_count;         /**< multiboot2 has one block: 0. */
	/** What else is the loader's. */
	struct boot_block block[BOOT_BLOCKS_MAX];
	paddr_t kernel_base, kernel_end; /**< Our image, .bss included. */

	uint32_t module_count; /**< Modules that are noted below. */
	/** In the loader's order. */
	struct boot_module module[BOOT_MODULES_MAX];
	/** Where a picture can be drawn. */
	struct boot_framebuffer framebuffer;

	/** Where ACPI's root pointer structure (RSDP) lies, or 0.  Under
	 *  multiboot2 that is the copy in the loader's block, ACPI 2.0's if
	 *  there are both; its checksum has not been looked at. */
	paddr_t  rsdp;
	bool     uefi;      /**< Started by UEFI firmware. */
	uint32_t phys_bits; /**< Width of the CPU's physical addresses. */
};

/** Why a block cannot be used.  The numbers are stable. */
enum boot_status {
	BOOT_OK,          /**< All of it is read. */
	BOOT_BAD_MAGIC,   /**< Nobody we know has started us. */
	BOOT_BAD_POINTER, /**< NULL, misaligned, or it wraps. */
	BOOT_BAD_SIZE,    /**< The block's own size cannot be. */
	BOOT_BAD_TAG,     /**< A tag's size is below 8, wraps or overruns. */
	BOOT_NO_END,      /**< Neither an end tag nor a map. */
	BOOT_NO_MAP,      /**< No memory map. */
	BOOT_BAD_MAP,     /**< A map whose entries cannot be read. */
	BOOT_EMPTY_MAP,   /**< A map without entries. */
	BOOT_BAD_MODULE,  /**< Inverted, overlapping the kernel, too many. */
	BOOT_BAD_EFI_MAP, /**< Entries of UEFI's map below 40 bytes. */
	BOOT_NO_MEMORY,   /**< No RAM where the kernel lies, or too little. */
};

/** The parsers' sentences: the warnings, and why a block was refused. */
struct boot_notes {
	uint32_t warnings; /**< How many there were; BOOT_NOTES_MAX are kept. */
	/** The first of them. */
	char warning[BOOT_NOTES_MAX][BOOT_NOTE_BYTES];
	char refusal[BOOT_NOTE_BYTES]; /**< "" where the status is OK. */
};

/**
 * Read the block of a multiboot2 loader.
 *
 * @param boot   filled; unchanged unless BOOT_OK is returned.  kernel_base,
 *               kernel_end and phys_bits must be set before: modules are held
 *               against the kernel
 * @param notes  emptied first, then what there is to say is appended
 * @param magic  what EAX held
 * @param info   physical address of the block, as EBX held it: below 4 GiB
 * @param bytes  the block's first byte, readable
 * @param limit  how many bytes may be read from there
 * @return BOOT_OK or the reason; notes->refusal says it with the values.
 *         Takes O(limit) time, each tag and each module once.
 */
enum boot_status multiboot2_parse(struct boot_info  *boot,
                                  struct boot_notes *notes, uint32_t magic,
                                  paddr_t info, const void *bytes,
                                  uint64_t limit);

/**
 * Read the block of a PVH loader (QEMU's -kernel), the same way.  It points
 * at further blocks by physical address, which are listed in boot->block.
 *
 * @param boot   as for multiboot2_parse()
 * @param notes  as for multiboot2_parse()
 * @param info   physical address of the block, as EBX held it
 * @param lend   gives a pointer to bytes of physical memory, or NULL where
 *               one of them is out of bounds; is never asked for a range that
 *               wraps
 * @return BOOT_OK or the reason.  Takes time by the number of modules.
 */
enum boot_status pvh_parse(struct boot_info *boot, struct boot_notes *notes,
                           paddr_t info,
                           const void *(*lend)(paddr_t base, uint64_t bytes));

/** Entry @p index of the map, below range_count, as firmware wrote it.  Takes
 * constant time. */
struct boot_range boot_info_range(const struct boot_info *boot, uint32_t index);

/**
 * Whether RAM holds the whole kernel and there is at least @p least bytes of
 * RAM in all.  Entries may be unsorted and overlap: those of any other type
 * take RAM away, and no byte counts twice.
 *
 * @param boot   is not changed
 * @param notes  its refusal is set; warnings stay
 * @param least  bytes
 * @return BOOT_OK or BOOT_NO_MEMORY, with the sentence in notes->refusal.
 *         Counts only up to @p least, in O(n) time for each run of RAM: of n
 *         entries there are at most n, and a real map has some dozens.
 */
enum boot_status boot_info_has_memory(const struct boot_info *boot,
                                      struct boot_notes *notes, uint64_t least);

/**
 * Whether the command line holds the word @p name, or name=value.
 *
 * @param boot   is not changed
 * @param name   not empty
 * @param value  room for @p bytes characters, or NULL: gets the value of the
 *               first such word, cut to fit, and "" where there is none
 * @param bytes  may be 0
 *
 * Takes time by the characters of the command line.
 */
bool boot_info_option(const struct boot_info *boot, const char *name,
                      char *value, size_t bytes);

/**
 * Record low memory, the kernel, the loader's blocks and the modules.
 *
 * @param boot   is not changed
 * @param table  unchanged unless OCCUPANTS_OK is returned
 * @return OCCUPANTS_OK or OCCUPANTS_FULL.  Takes O(n^2) time for n entries
 *         of the table, of which there are OCCUPANTS_MAX at most.
 */
enum occupants_status boot_info_occupants(const struct boot_info *boot,
                                          struct occupants       *table);

#endif
