/**
 * @file
 * See multiboot2_tags.h.
 *
 * A reader gets a tag whose bytes are all there, so it looks only at
 * tag->bytes before it looks at a field.
 *
 * Source: "Multiboot2 Specification version 2.0", "Boot information format";
 * where GRUB differs from its text (the framebuffer's colours, the numbers of
 * the ELF tag), what GRUB does.
 */
#include "multiboot2_tags.h"

enum {
	MODULE_HEAD = 16,
	MAP_HEAD = 16,
	MAP_ENTRY = 24,
	EFI_MAP_HEAD = 16,
	EFI_ENTRY = 40, /* UEFI's EFI_MEMORY_DESCRIPTOR; may grow */
	ELF_HEAD = 20,
	ELF64_ENTRY = 64,
	COLOURS_END = 38, /* of a framebuffer tag */
	RSDP_OLD = 20,
	RSDP_NEW = 36,
};

/* Of these the first counts, and a second one draws a warning. */
#define TAGS_ONCE                                                              \
	(TAG_BIT(TAG_COMMAND_LINE) | TAG_BIT(TAG_LOADER) | TAG_BIT(TAG_MAP) |  \
	 TAG_BIT(TAG_FRAMEBUFFER))

static void read_text(struct reading *r, const struct tag *tag, char *text,
                      size_t room)
{
	uint64_t bytes = tag->bytes - TAG_HEAD;
	uint64_t chars =
		boot_copy_text(text, room, tag->data + TAG_HEAD, bytes);

	if (chars == bytes)
		boot_warn(r->notes,
		          "tag type %u at +%u: text without NUL, cut at the "
		          "tag's end",
		          tag->type, tag->at);
	if (chars >= room)
		boot_warn(r->notes,
		          "tag type %u at +%u: text of %llu characters, "
		          "cut to %zu",
		          tag->type, tag->at, (unsigned long long)chars,
		          room - 1);
}

static enum boot_status read_module(struct reading *r, const struct tag *tag)
{
	if (tag->bytes < MODULE_HEAD)
		return boot_refuse(r->notes, BOOT_BAD_MODULE,
		                   "module at +%u: size %u < %d", tag->at,
		                   tag->bytes, MODULE_HEAD);
	return boot_add_module(&r->boot, r->notes, load_u32(tag->data + 8),
	                       load_u32(tag->data + 12),
	                       tag->data + MODULE_HEAD,
	                       tag->bytes - MODULE_HEAD);
}

static void warn_of_map(struct boot_notes *notes, const struct tag *tag,
                        uint32_t stride, uint32_t version)
{
	uint32_t tail = (tag->bytes - MAP_HEAD) % stride;

	if (version != 0)
		boot_warn(notes,
		          "memory map at +%u: entry version %u, read as "
		          "version 0",
		          tag->at, version);
	if (tail != 0)
		boot_warn(notes,
		          "memory map at +%u: %u bytes behind the last entry "
		          "of %u ignored",
		          tag->at, tail, stride);
}

static enum boot_status read_map(struct reading *r, const struct tag *tag)
{
	uint32_t stride, room;

	if (tag->bytes < MAP_HEAD)
		return boot_refuse(r->notes, BOOT_BAD_MAP,
		                   "memory map at +%u: size %u < %d", tag->at,
		                   tag->bytes, MAP_HEAD);
	stride = load_u32(tag->data + 8);
	room = tag->bytes - MAP_HEAD;
	if (stride < MAP_ENTRY || stride % 8 != 0)
		return boot_refuse(r->notes, BOOT_BAD_MAP,
		                   "memory map at +%u: entry size %u is not "
		                   "24, 32, 40...",
		                   tag->at, stride);
	if (room == 0)
		return boot_refuse(r->notes, BOOT_EMPTY_MAP,
		                   "memory map is empty");
	if (stride > room)
		return boot_refuse(r->notes, BOOT_BAD_MAP,
		                   "memory map at +%u: entry size %u > %u "
		                   "bytes of entries",
		                   tag->at, stride, room);

	warn_of_map(r->notes, tag, stride, load_u32(tag->data + 12));
	r->boot.ranges = tag->data + MAP_HEAD;
	r->boot.range_count = room / stride;
	r->boot.range_stride = stride;
	return BOOT_OK;
}

/* The loader gives the same in a multiboot2 map, which is what we use: this
 * one is only held against the least that its readers will ever step by. */
static enum boot_status check_efi_map(struct reading *r, const struct tag *tag)
{
	if (tag->bytes < EFI_MAP_HEAD)
		return boot_refuse(r->notes, BOOT_BAD_EFI_MAP,
		                   "UEFI map at +%u: size %u < %d", tag->at,
		                   tag->bytes, EFI_MAP_HEAD);
	if (load_u32(tag->data + 8) < EFI_ENTRY)
		return boot_refuse(r->notes, BOOT_BAD_EFI_MAP,
		                   "UEFI map at +%u: descriptor size %u < %d",
		                   tag->at, load_u32(tag->data + 8), EFI_ENTRY);
	return BOOT_OK;
}

/* NULL, or what is wrong with a picture of RGB pixels.  Colours of more than
 * 8 bits are left alone: no console shifts a byte up. */
static const char *picture_fault(const struct boot_info        *boot,
                                 const struct boot_framebuffer *f)
{
	uint64_t bytes = (uint64_t)f->pitch * f->height;

	if (f->bits != 24 && f->bits != 32)
		return "its pixels have neither 24 nor 32 bits";
	if (f->base == 0 || f->width == 0 || f->height == 0)
		return "its address, width or height is 0";
	if (f->pitch < (uint64_t)f->width * (f->bits / 8))
		return "its lines are longer than its pitch";
	if (bytes > 256 * MiB || bytes > UINT64_MAX - f->base)
		return "it has more than 256 MiB, or wraps";
	if (boot_hits_kernel(boot, f->base, bytes))
		return "it overlaps the kernel";
	if (f->red_shift + f->red_bits > f->bits || f->red_bits > 8 ||
	    f->green_shift + f->green_bits > f->bits || f->green_bits > 8 ||
	    f->blue_shift + f->blue_bits > f->bits || f->blue_bits > 8)
		return "its colours do not fit into a pixel";
	return NULL;
}

/* The specification's text puts the colours at +31, its C header and every
 * loader at +32. */
static struct boot_framebuffer load_picture(const unsigned char *data)
{
	return (struct boot_framebuffer){
		.base = load_u64(data + 8),
		.pitch = load_u32(data + 16),
		.width = load_u32(data + 20),
		.height = load_u32(data + 24),
		.bits = data[28],
		.red_shift = data[32],
		.red_bits = data[33],
		.green_shift = data[34],
		.green_bits = data[35],
		.blue_shift = data[36],
		.blue_bits = data[37],
	};
}

static void read_framebuffer(struct reading *r, const struct tag *tag)
{
	enum { INDEXED, RGB, TEXT };
	struct boot_framebuffer picture;
	const char             *fault;

	if (tag->bytes >= 30 && tag->data[29] == TEXT)
		return;
	if (tag->bytes < COLOURS_END || tag->data[29] != RGB) {
		fault = "it has no RGB pixels";
	} else {
		picture = load_picture(tag->data);
		fault = picture_fault(&r->boot, &picture);
	}
	if (fault != NULL) {
		boot_warn(r->notes, "framebuffer at +%u ignored: %s", tag->at,
		          fault);
		return;
	}
	r->boot.framebuffer = picture;
}

/* NULL, or why the sections cannot be what they say.  Nothing here uses
 * them; a kernel that does finds out first whether it may. */
static const char *sections_fault(const struct tag *tag)
{
	uint64_t count, stride;

	if (tag->bytes < ELF_HEAD)
		return "its head is cut";
	count = load_u32(tag->data + 8);
	stride = load_u32(tag->data + 12);
	if (count * stride > tag->bytes - ELF_HEAD)
		return "they run past the tag";
	if (stride < ELF64_ENTRY)
		return count == 0 ? NULL : "they are not those of ELF64";
	for (uint64_t i = 0; i < count; i++) {
		const unsigned char *entry = tag->data + ELF_HEAD + i * stride;

		if (load_u64(entry + 32) > UINT64_MAX - load_u64(entry + 16))
			return "one of them wraps";
	}
	return NULL;
}

static void check_sections(struct reading *r, const struct tag *tag)
{
	const char *fault = sections_fault(tag);

	if (fault != NULL)
		boot_warn(r->notes, "ELF sections at +%u ignored: %s", tag->at,
		          fault);
}

/* ACPI 2.0's structure is the better one, in whichever order they come. */
static void read_rsdp(struct reading *r, const struct tag *tag, uint32_t least)
{
	if (tag->bytes - TAG_HEAD < least)
		boot_warn(r->notes, "ACPI table at +%u ignored: size %u < %u",
		          tag->at, tag->bytes, TAG_HEAD + least);
	else if (tag->type == TAG_RSDP_NEW || r->boot.rsdp == 0)
		r->boot.rsdp = r->boot.info_base + tag->at + TAG_HEAD;
}

enum boot_status multiboot2_read_tag(struct reading *r, const struct tag *tag)
{
	uint32_t bit = tag->type < 32 ? TAG_BIT(tag->type) : 0;

	if (r->seen & bit & TAGS_ONCE) {
		boot_warn(r->notes,
		          "tag type %u at +%u ignored: the first one counts",
		          tag->type, tag->at);
		return BOOT_OK;
	}
	r->seen |= bit;

	switch (tag->type) {
	case TAG_COMMAND_LINE:
		read_text(r, tag, r->boot.command_line,
		          sizeof(r->boot.command_line));
		break;
	case TAG_LOADER:
		read_text(r, tag, r->boot.loader, sizeof(r->boot.loader));
		break;
	case TAG_MODULE:
		return read_module(r, tag);
	case TAG_MAP:
		return read_map(r, tag);
	case TAG_FRAMEBUFFER:
		read_framebuffer(r, tag);
		break;
	case TAG_ELF:
		check_sections(r, tag);
		break;
	case TAG_RSDP_OLD:
		read_rsdp(r, tag, RSDP_OLD);
		break;
	case TAG_RSDP_NEW:
		read_rsdp(r, tag, RSDP_NEW);
		break;
	case TAG_EFI_MAP:
		return check_efi_map(r, tag);
	default:
		break;
	}
	return BOOT_OK;
}
