/**
 * @file
 * See exhaust_boot.h.
 */
#include <string.h>
#include "check.h"
#include "exhaust_boot.h"

#define TAGS_MOST 1024

/* One tag; the list of them ends where the block's walk must end. */
struct seen {
	uint64_t type, at, bytes;
};

static struct seen seen[TAGS_MOST];
static unsigned    tags;

uint64_t handed_number(const struct handed *block, uint64_t at, unsigned bytes)
{
	uint64_t number = 0;

	ASSERT(at + bytes <= block->limit, "the judge reads at +%llu",
	       (unsigned long long)at);
	while (bytes-- > 0)
		number = number * 256 + block->byte[at + bytes];
	return number;
}

/* How the walk over the tags ends. */
enum ending { AT_END_TAG, AT_BAD_SIZE, AT_LAST_BYTE };

static enum ending list_tags(const struct handed *block, uint64_t total)
{
	uint64_t at = 8;

	for (tags = 0; at + 8 <= total; tags++) {
		struct seen *tag = &seen[tags];

		ASSERT(tags < TAGS_MOST, "%u tags", tags);
		tag->at = at;
		tag->type = handed_number(block, at, 4);
		tag->bytes = handed_number(block, at + 4, 4);
		if (tag->type == 0)
			return AT_END_TAG;
		if (tag->bytes < 8 || at + tag->bytes > total)
			return AT_BAD_SIZE;
		for (at += tag->bytes; at % 8 != 0; at++)
			;
	}
	return AT_LAST_BYTE;
}

/* The first tag of that type before tag @past, or NULL. */
static const struct seen *first_of(uint64_t type, unsigned past)
{
	for (unsigned i = 0; i < past; i++)
		if (seen[i].type == type)
			return &seen[i];
	return NULL;
}

static uint64_t field(const struct handed *block, const struct seen *tag,
                      unsigned at, unsigned bytes)
{
	return handed_number(block, tag->at + at, bytes);
}

/* --- What each kind of tag says ------------------------------------------ */

/* Copy a text's characters to its NUL or @past; returns how many it has. */
static uint64_t read_text(const struct handed *block, uint64_t at,
                          uint64_t past, char stop, char *text, size_t room)
{
	uint64_t chars = 0;

	memset(text, 0, room);
	for (; at < past; at++, chars++) {
		int c = block->byte[at];

		if (c == 0 || c == stop)
			break;
		if (chars + 1 < room)
			text[chars] = (char)(c < 32 || c > 126 ? '?' : c);
	}
	return chars;
}

static uint32_t warnings_of_text(const struct handed *block,
                                 const struct seen *tag, char *text,
                                 size_t room)
{
	uint64_t chars = read_text(block, tag->at + 8, tag->at + tag->bytes, 0,
	                           text, room);

	return 0U + (chars == tag->bytes - 8) + (chars >= room);
}

static enum boot_status read_map(const struct handed *block,
                                 const struct seen *tag, struct verdict *v)
{
	if (tag->bytes < 16)
		return BOOT_BAD_MAP;
	v->stride = (uint32_t)field(block, tag, 8, 4);
	v->map = (uint32_t)tag->at + 16;
	if (v->stride < 24 || v->stride % 8 != 0)
		return BOOT_BAD_MAP;
	if (tag->bytes == 16)
		return BOOT_EMPTY_MAP;
	if (16 + (uint64_t)v->stride > tag->bytes)
		return BOOT_BAD_MAP;
	v->count = 0;
	while (16 + (v->count + UINT64_C(1)) * v->stride <= tag->bytes)
		v->count++;
	v->warnings += field(block, tag, 12, 4) != 0;
	v->warnings += 16 + (uint64_t)v->count * v->stride != tag->bytes;
	return BOOT_OK;
}

static enum boot_status read_module(const struct handed *block,
                                    const struct seen *tag, struct verdict *v)
{
	struct boot_module m = { 0 };
	uint64_t           at = tag->at + 16, past = tag->at + tag->bytes;

	if (tag->bytes < 16)
		return BOOT_BAD_MODULE;
	m.base = field(block, tag, 8, 4);
	m.end = field(block, tag, 12, 4);
	if (m.base == m.end)
		return BOOT_OK;
	if (m.base > m.end ||
	    (m.base < block->kernel_end && m.end > block->kernel_base) ||
	    v->modules == BOOT_MODULES_MAX)
		return BOOT_BAD_MODULE;
	while (at < past && block->byte[at] == ' ')
		at++;
	read_text(block, at, past, ' ', m.name, sizeof(m.name));
	v->module[v->modules++] = m;
	return BOOT_OK;
}

static bool colour_fits(unsigned shift, unsigned bits, unsigned all)
{
	return bits <= 8 && shift + bits <= all;
}

static bool picture_is_sound(const struct handed           *block,
                             const struct boot_framebuffer *p)
{
	uint64_t end = p->base + (uint64_t)p->pitch * p->height;

	return (p->bits == 24 || p->bits == 32) && p->base > 0 &&
	       p->width > 0 && p->height > 0 &&
	       (uint64_t)p->width * p->bits <= (uint64_t)p->pitch * 8 &&
	       (uint64_t)p->pitch * p->height <= UINT64_C(0x10000000) &&
	       end > p->base &&
	       (end <= block->kernel_base || p->base >= block->kernel_end) &&
	       colour_fits(p->red_shift, p->red_bits, p->bits) &&
	       colour_fits(p->green_shift, p->green_bits, p->bits) &&
	       colour_fits(p->blue_shift, p->blue_bits, p->bits);
}

/* 1 for a picture that is passed over with a warning. */
static uint32_t read_picture(const struct handed *block, const struct seen *tag,
                             struct verdict *v)
{
	struct boot_framebuffer p = { 0 };
	uint64_t kind = tag->bytes >= 30 ? field(block, tag, 29, 1) : 0;

	if (kind == 2)
		return 0;
	if (kind != 1 || tag->bytes < 38)
		return 1;
	p.base = field(block, tag, 8, 8);
	p.pitch = (uint32_t)field(block, tag, 16, 4);
	p.width = (uint32_t)field(block, tag, 20, 4);
	p.height = (uint32_t)field(block, tag, 24, 4);
	p.bits = (uint8_t)field(block, tag, 28, 1);
	p.red_shift = (uint8_t)field(block, tag, 32, 1);
	p.red_bits = (uint8_t)field(block, tag, 33, 1);
	p.green_shift = (uint8_t)field(block, tag, 34, 1);
	p.green_bits = (uint8_t)field(block, tag, 35, 1);
	p.blue_shift = (uint8_t)field(block, tag, 36, 1);
	p.blue_bits = (uint8_t)field(block, tag, 37, 1);
	if (!picture_is_sound(block, &p))
		return 1;
	v->picture = p;
	return 0;
}

/* 1 for sections that are not all there, too short, or wrap. */
static uint32_t warnings_of_sections(const struct handed *block,
                                     const struct seen   *tag)
{
	uint64_t count, stride;

	if (tag->bytes < 20)
		return 1;
	count = field(block, tag, 8, 4);
	stride = field(block, tag, 12, 4);
	if (count > 0 && stride < 64)
		return 1;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = 20 + i * stride, base;

		if (at + stride > tag->bytes)
			return 1;
		base = field(block, tag, (unsigned)at + 16, 8);
		if (base + field(block, tag, (unsigned)at + 32, 8) < base)
			return 1;
	}
	return 0;
}

/* --- All of it ------------------------------------------------------------ */

static bool is_once(uint64_t type)
{
	return type == 1 || type == 2 || type == 6 || type == 8;
}

static bool is_of_uefi(uint64_t type)
{
	return type == 11 || type == 12 || (type >= 17 && type <= 20);
}

static enum boot_status read_tag(const struct handed *block,
                                 const struct seen *tag, struct verdict *v)
{
	v->uefi |= is_of_uefi(tag->type);
	if (is_once(tag->type) && first_of(tag->type, tags) != tag) {
		v->warnings++;
		return BOOT_OK;
	}
	if (tag->type == 1)
		v->warnings += warnings_of_text(block, tag, v->command_line,
		                                sizeof(v->command_line));
	if (tag->type == 2)
		v->warnings += warnings_of_text(block, tag, v->loader,
		                                sizeof(v->loader));
	if (tag->type == 3)
		return read_module(block, tag, v);
	if (tag->type == 6)
		return read_map(block, tag, v);
	if (tag->type == 8)
		v->warnings += read_picture(block, tag, v);
	if (tag->type == 9)
		v->warnings += warnings_of_sections(block, tag);
	if (tag->type == 14 || tag->type == 15)
		v->warnings += tag->bytes < (tag->type == 14 ? 28 : 44);
	if (tag->type == 17 &&
	    (tag->bytes < 16 || field(block, tag, 8, 4) < 40))
		return BOOT_BAD_EFI_MAP;
	return BOOT_OK;
}

/* The last of ACPI 2.0's that are whole, else the first of the old ones. */
static uint32_t find_rsdp(void)
{
	for (unsigned i = tags; i-- > 0;)
		if (seen[i].type == 15 && seen[i].bytes >= 44)
			return (uint32_t)seen[i].at + 8;
	for (unsigned i = 0; i < tags; i++)
		if (seen[i].type == 14 && seen[i].bytes >= 28)
			return (uint32_t)seen[i].at + 8;
	return 0;
}

static enum boot_status look_at_end(enum ending ending, struct verdict *v)
{
	bool has_map = first_of(6, tags) != NULL;

	if (ending == AT_BAD_SIZE)
		return BOOT_BAD_TAG;
	if (ending == AT_LAST_BYTE) {
		v->warnings++;
		return has_map ? BOOT_OK : BOOT_NO_END;
	}
	v->warnings += seen[tags].bytes != 8;
	v->warnings += seen[tags].at + 8 != v->total;
	return has_map ? BOOT_OK : BOOT_NO_MAP;
}

struct verdict handed_verdict(const struct handed *block)
{
	struct verdict v = { .status = BOOT_OK };
	enum ending    ending;

	if (block->limit < 16) {
		v.status = BOOT_BAD_POINTER;
		return v;
	}
	v.total = (uint32_t)handed_number(block, 0, 4);
	v.status = v.total < 16 || v.total > 1024 * 1024 ? BOOT_BAD_SIZE
	           : block->info + v.total > UINT64_C(0x100000000)
	                   ? BOOT_BAD_POINTER
	           : v.total > block->limit ? BOOT_BAD_SIZE
	                                    : BOOT_OK;
	if (v.status != BOOT_OK)
		return v;
	ending = list_tags(block, v.total);
	for (unsigned i = 0; i < tags && v.status == BOOT_OK; i++)
		v.status = read_tag(block, &seen[i], &v);
	if (v.status == BOOT_OK)
		v.status = look_at_end(ending, &v);
	v.rsdp = find_rsdp();
	return v;
}
