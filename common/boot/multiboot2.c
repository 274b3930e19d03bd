/**
 * @file
 * The block of a multiboot2 loader; contracts in boot_info.h.
 *
 * The block is its own size, and then tags, each of which begins with its
 * type and its size:
 *
 *      0      4      8      12     16           +size, up to 8   total
 *     +------+------+------+------+------------+---+-----     -----+
 *     | total|  0   | type | size |  content   |pad| type ...  end |
 *     +------+------+------+------+------------+---+-----     -----+
 *
 * The invariant of the walk: [at, total) is what has not been looked at, and
 * total is below the limit.  A size is compared with total - at before it is
 * added to anything, so no size can wrap, stand still or lead out.
 *
 * Source: "Multiboot2 Specification version 2.0", "Boot information format".
 */
#include "multiboot2_tags.h"

#define BLOCK_LEAST 16 /* its size and an end tag */

#define TAGS_OF_UEFI                                                           \
	(TAG_BIT(TAG_EFI32) | TAG_BIT(TAG_EFI64) | TAG_BIT(TAG_EFI_MAP) |      \
	 TAG_BIT(TAG_EFI_RUNS) | TAG_BIT(TAG_EFI32_IMAGE) |                    \
	 TAG_BIT(TAG_EFI64_IMAGE))

static void check_end(struct boot_notes *notes, const struct tag *tag,
                      uint32_t total)
{
	uint32_t behind = total - tag->at - TAG_HEAD;

	if (tag->bytes != TAG_HEAD)
		boot_warn(notes, "end tag at +%u: size %u is not %d", tag->at,
		          tag->bytes, TAG_HEAD);
	if (behind != 0)
		boot_warn(notes, "%u bytes behind the end tag at +%u ignored",
		          behind, tag->at);
}

static enum boot_status check_size(struct boot_notes *notes,
                                   const struct tag *tag, uint32_t total)
{
	if (tag->bytes < TAG_HEAD)
		return boot_refuse(notes, BOOT_BAD_TAG,
		                   "tag type %u at +%u: size %u < %d",
		                   tag->type, tag->at, tag->bytes, TAG_HEAD);
	if (tag->bytes > total - tag->at)
		return boot_refuse(notes, BOOT_BAD_TAG,
		                   "tag type %u at +%u: size %u > %u: "
		                   "truncated",
		                   tag->type, tag->at, tag->bytes,
		                   total - tag->at);
	return BOOT_OK;
}

static enum boot_status read_tags(struct reading *r, const unsigned char *block,
                                  uint32_t total)
{
	uint32_t at = TAG_HEAD; /* at <= total */

	while (total - at >= TAG_HEAD) {
		struct tag       tag = { load_u32(block + at),
			                 load_u32(block + at + 4), at, block + at };
		enum boot_status status;

		if (tag.type == TAG_END) {
			check_end(r->notes, &tag, total);
			return BOOT_OK;
		}
		status = check_size(r->notes, &tag, total);
		if (status == BOOT_OK)
			status = multiboot2_read_tag(r, &tag);
		if (status != BOOT_OK)
			return status;
		/* No sum here is above 1 MiB and a few bytes. */
		at = (uint32_t)min_u64((at + tag.bytes + 7) & ~UINT32_C(7),
		                       total);
	}
	if (!(r->seen & TAG_BIT(TAG_MAP)))
		return boot_refuse(r->notes, BOOT_NO_END,
		                   "neither an end tag nor a memory map in "
		                   "%u bytes",
		                   total);
	boot_warn(r->notes, "no end tag in %u bytes", total);
	return BOOT_OK;
}

/* Whether there is a block at all: nothing of it is read before. */
static enum boot_status check_pointer(struct boot_notes *notes, uint32_t magic,
                                      paddr_t info, const void *bytes,
                                      uint64_t limit)
{
	if (magic != MULTIBOOT2_MAGIC)
		return boot_refuse(notes, BOOT_BAD_MAGIC,
		                   "not started by a multiboot2 loader "
		                   "(EAX=0x%x); use GRUB's command multiboot2",
		                   magic);
	if (info == 0 || info % 8 != 0 || info > UINT32_MAX)
		return boot_refuse(notes, BOOT_BAD_POINTER,
		                   "multiboot2 information at 0x%llx: not a "
		                   "multiple of 8 between 0 and 4 GiB",
		                   (unsigned long long)info);
	if (bytes == NULL || limit < BLOCK_LEAST)
		return boot_refuse(notes, BOOT_BAD_POINTER,
		                   "multiboot2 information at 0x%llx: only "
		                   "%llu bytes can be read",
		                   (unsigned long long)info,
		                   (unsigned long long)limit);
	return BOOT_OK;
}

static enum boot_status check_total(struct boot_notes *notes, paddr_t info,
                                    uint32_t total, uint64_t limit)
{
	if (total < BLOCK_LEAST || total > BOOT_BLOCK_MOST)
		return boot_refuse(notes, BOOT_BAD_SIZE,
		                   "multiboot2 information: size %u is not "
		                   "between %d bytes and 1 MiB",
		                   total, BLOCK_LEAST);
	if (total > 4 * GiB - info)
		return boot_refuse(notes, BOOT_BAD_POINTER,
		                   "multiboot2 information at 0x%llx: size %u "
		                   "reaches past 4 GiB",
		                   (unsigned long long)info, total);
	if (total > limit)
		return boot_refuse(notes, BOOT_BAD_SIZE,
		                   "multiboot2 information: size %u, but only "
		                   "%llu bytes can be read",
		                   total, (unsigned long long)limit);
	return BOOT_OK;
}

enum boot_status multiboot2_parse(struct boot_info  *boot,
                                  struct boot_notes *notes, uint32_t magic,
                                  paddr_t info, const void *bytes,
                                  uint64_t limit)
{
	struct reading   r = { .boot = boot_begin(boot, "multiboot2"),
		               .notes = notes };
	enum boot_status status;
	uint32_t         total;

	memset(notes, 0, sizeof(*notes));
	status = check_pointer(notes, magic, info, bytes, limit);
	if (status != BOOT_OK)
		return status;
	total = load_u32(bytes);
	status = check_total(notes, info, total, limit);
	if (status != BOOT_OK)
		return status;

	r.boot.info_base = info;
	r.boot.info_end = info + total;
	status = read_tags(&r, bytes, total);
	if (status != BOOT_OK)
		return status;
	if (!(r.seen & TAG_BIT(TAG_MAP)))
		return boot_refuse(notes, BOOT_NO_MAP, "no memory map%s",
		                   r.seen & TAG_BIT(TAG_EFI_RUNS)
		                           ? "; boot services not terminated"
		                           : " in the loader's information");
	r.boot.uefi = (r.seen & TAGS_OF_UEFI) != 0;
	*boot = r.boot;
	return BOOT_OK;
}
