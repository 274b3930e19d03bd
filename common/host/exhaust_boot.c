/**
 * @file
 * Blocks of multiboot2 loaders, changed in every small way.
 *
 * Real ones, as recorded from machines (common/host/infos/list.txt): cut at
 * each byte, with each bit flipped, with each byte set to each value; and all
 * blocks of three tags, of 14 types and 17 sizes each: 238^3 = 13,481,272.  Each lies in memory
 * between two pages that nobody may touch, once against either of them: the
 * program dies where a byte beside the block is read.  What the parser makes
 * of a block must be what exhaust_boot.h's slow reader makes of it.
 *
 *     exhaust_boot [SHARE]      each SHARE-th block of three tags (1); above 1
 *                               no other values of bytes than flipped bits
 *     exhaust_boot --bug NAME   with a mistake built in: must fail
 *
 * The mistakes: behind (the byte behind the block is read), accept (a tag of
 * impossible size is taken), touch (a refusal writes).
 */
#define _DEFAULT_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "check.h"
#include "exhaust_boot.h"
#include "host.h"

#define INFOS     "common/host/infos/"
#define ROOM      (UINT64_C(4) * PAGE_SIZE) /* the largest block recorded */
#define TAG_KINDS 14
#define TAG_SIZES 17
#define TAGS      (TAG_KINDS * TAG_SIZES)
#define TAG_ROOM  88 /* of the largest that is all there */

static unsigned char *room; /* ROOM bytes, a guard page on either side */
static const char    *bug = "";
static char           what[128]; /* is tried now */
static uint64_t       share = 1;
static uint64_t       tried, accepted, warned, refused;

static bool has_bug(const char *name)
{
	return strcmp(bug, name) == 0;
}

static _Noreturn void fail(const char *why)
{
	printf("1..1\nnot ok 1 %s: %s\n", what, why);
	fflush(stdout);
	_exit(1);
}

static void caught(int number)
{
	(void)number;
	fail("a byte beside the block is read");
}

static void make_room(void)
{
	unsigned char *memory = mmap(NULL, ROOM + 2 * PAGE_SIZE, PROT_NONE,
	                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	room = memory + PAGE_SIZE;
	ASSERT(memory != MAP_FAILED &&
	               mprotect(room, ROOM, PROT_READ | PROT_WRITE) == 0,
	       "this system gives no %llu bytes", (unsigned long long)ROOM);
	signal(SIGSEGV, caught);
	signal(SIGBUS, caught);
}

/* --- One block ------------------------------------------------------------ */

static void compare_lists(const struct handed *block, const struct verdict *v,
                          const struct boot_info *boot)
{
	if (boot->ranges != block->byte + v->map ||
	    boot->range_count != v->count || boot->range_stride != v->stride)
		fail("the map is where the block has it");
	for (uint32_t i = 0; i < v->count; i++) {
		struct boot_range range = boot_info_range(boot, i);
		uint64_t          at = v->map + (uint64_t)i * v->stride;

		if (range.base != handed_number(block, at, 8) ||
		    range.bytes != handed_number(block, at + 8, 8) ||
		    range.type != handed_number(block, at + 16, 4))
			fail("the map has the block's ranges");
	}
	if (boot->module_count != v->modules)
		fail("all modules are noted");
	for (uint32_t i = 0; i < v->modules; i++)
		if (boot->module[i].base != v->module[i].base ||
		    boot->module[i].end != v->module[i].end ||
		    memcmp(boot->module[i].name, v->module[i].name,
		           sizeof(v->module[i].name)) != 0)
			fail("modules are the block's");
}

static void compare(const struct handed *block, const struct verdict *v,
                    const struct boot_info *boot)
{
	const struct boot_framebuffer *a = &boot->framebuffer, *b = &v->picture;

	compare_lists(block, v, boot);
	if (memcmp(boot->loader, v->loader, sizeof(v->loader)) != 0 ||
	    memcmp(boot->command_line, v->command_line,
	           sizeof(v->command_line)) != 0)
		fail("texts are the block's, printable");
	if (boot->rsdp != (v->rsdp == 0 ? 0 : block->info + v->rsdp) ||
	    boot->uefi != v->uefi || boot->info_base != block->info ||
	    boot->info_end != block->info + v->total)
		fail("ACPI's pointer, UEFI and the block itself are noted");
	if (a->base != b->base || a->pitch != b->pitch ||
	    a->width != b->width || a->height != b->height ||
	    a->bits != b->bits || a->red_shift != b->red_shift ||
	    a->red_bits != b->red_bits || a->green_shift != b->green_shift ||
	    a->green_bits != b->green_bits || a->blue_shift != b->blue_shift ||
	    a->blue_bits != b->blue_bits)
		fail("the picture is the block's");
}

/* Parse a block that lies in the room, and judge. */
static void try_there(const struct handed *block)
{
	static struct boot_info  boot, before;
	static struct boot_notes notes;
	struct verdict           v = handed_verdict(block);
	enum boot_status         status;

	before.kernel_base = block->kernel_base;
	before.kernel_end = block->kernel_end;
	memcpy(&boot, &before, sizeof(boot));
	status = multiboot2_parse(&boot, &notes, MULTIBOOT2_MAGIC, block->info,
	                          block->byte, block->limit);
	if (has_bug("behind"))
		*(const volatile unsigned char *)(block->byte + block->limit);
	if (has_bug("accept") && status == BOOT_BAD_TAG)
		status = BOOT_OK;
	if (has_bug("touch") && status != BOOT_OK)
		boot.module_count++;
	tried++;
	if (status != v.status)
		fail("the status is the slow reader's");
	if ((status == BOOT_OK) != (notes.refusal[0] == '\0'))
		fail("what is refused, and only that, says why");
	if (status != BOOT_OK) {
		refused++;
		if (memcmp(&boot, &before, sizeof(boot)) != 0)
			fail("a refused block changes nothing");
		return;
	}
	accepted++;
	warned += v.warnings > 0;
	if (notes.warnings != v.warnings)
		fail("there is a warning for each oddity");
	compare(block, &v, &boot);
}

/* The block's bytes against the page behind, then against the page before. */
static void try_block(struct handed block)
{
	const unsigned char *from = block.byte;

	block.byte = room + ROOM - block.limit;
	memcpy(room + ROOM - block.limit, from, block.limit);
	try_there(&block);
	block.byte = room;
	memcpy(room, from, block.limit);
	try_there(&block);
}

static void put(unsigned char *byte, uint64_t number, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		byte[i] = (unsigned char)(number >> 8 * i);
}

/* --- Real blocks ---------------------------------------------------------- */

static void cut(struct handed block, unsigned char *byte, const char *name)
{
	uint64_t all = block.limit;

	for (block.limit = 0; block.limit <= all; block.limit++) {
		snprintf(what, sizeof(what), "%s, %llu bytes of it", name,
		         (unsigned long long)block.limit);
		put(byte, all, 4);
		try_block(block);
		put(byte, block.limit, 4); /* and the block says so */
		try_block(block);
	}
	put(byte, all, 4);
}

static void set_byte(struct handed block, unsigned char *byte, uint64_t i,
                     unsigned value, const char *name)
{
	unsigned was = byte[i];

	snprintf(what, sizeof(what), "%s, byte %llu is 0x%x", name,
	         (unsigned long long)i, value);
	byte[i] = (unsigned char)value;
	try_block(block);
	byte[i] = (unsigned char)was;
}

static void change(struct handed block, unsigned char *byte, const char *name)
{
	for (uint64_t i = 0; i < block.limit; i++)
		for (unsigned flip = 1; flip < 256; flip++)
			if (share == 1 || (flip & (flip - 1)) == 0)
				set_byte(block, byte, i, byte[i] ^ flip, name);
}

static void try_recorded(const char *name, struct handed block)
{
	static unsigned char byte[ROOM];
	char                 path[128];
	FILE                *file;

	snprintf(path, sizeof(path), INFOS "%s.bin", name);
	file = fopen(path, "rb");
	if (file == NULL)
		host_refuse("%s is not there", path);
	block.byte = byte;
	block.limit = fread(byte, 1, sizeof(byte), file);
	fclose(file);
	ASSERT(block.limit < sizeof(byte), "%s is longer than that", path);
	snprintf(what, sizeof(what), "%s", name);
	if (handed_verdict(&block).status != BOOT_OK ||
	    handed_verdict(&block).total != block.limit)
		fail("what was recorded is sound");
	cut(block, byte, name);
	change(block, byte, name);
}

static void try_all_recorded(void)
{
	FILE              *list = fopen(INFOS "list.txt", "r");
	char               line[256], name[64];
	unsigned long long info, base, end;
	unsigned           blocks = 0;

	if (list == NULL)
		host_refuse("%slist.txt is not there", INFOS);
	while (fgets(line, sizeof(line), list) != NULL) {
		if (sscanf(line, "%63s 0x%llx 0x%llx 0x%llx", name, &info,
		           &base, &end) != 4)
			continue;
		try_recorded(name, (struct handed){ .info = info,
		                                    .kernel_base = base,
		                                    .kernel_end = end });
		blocks++;
	}
	fclose(list);
	printf("# %u recorded blocks: %llu tried, %llu accepted (%llu with "
	       "warnings), %llu refused\n",
	       blocks, (unsigned long long)tried, (unsigned long long)accepted,
	       (unsigned long long)warned, (unsigned long long)refused);
}

/* --- Three tags ----------------------------------------------------------- */

static const uint32_t type_of[TAG_KINDS] = {
	0, 1, 2, 3, 4, 6, 8, 9, 12, 14, 15, 17, 18, UINT32_MAX
};

/* Up to 84 they are true.  The last three depend on where the block ends. */
enum { TO_THE_END = 14, PAST_THE_END, FAR_PAST };
static const uint32_t size_of[TAG_SIZES] = { 0,  7,  8,  9,  15, 16, 20, 28, 30,
	                                     37, 38, 40, 44, 84, 16, 16, 16 };

/* A tag's content, as a loader would fill it. */
static void fill_tag(unsigned char byte[TAG_ROOM], uint32_t type)
{
	memset(byte, 0, TAG_ROOM);
	put(byte, type, 4);
	switch (type) {
	case 3: /* a module behind the kernel, with a name */
		put(byte + 8, 0x200000, 4);
		put(byte + 12, 0x201000, 4);
		memcpy(byte + 16, "one two", 8);
		break;
	case 6: /* a map of RAM */
		put(byte + 8, 24, 4);
		put(byte + 24, 0x8000000, 8);
		put(byte + 32, 1, 4);
		break;
	case 8: /* 1024 x 768 pixels of 32 bits */
		put(byte + 8, 0xfd000000, 8);
		put(byte + 16, 4096, 4);
		put(byte + 20, 1024, 4);
		put(byte + 24, 768, 4);
		memcpy(byte + 28, "\x20\x01\x00\x00\x10\x08\x08\x08\x00\x08",
		       10);
		break;
	case 9: /* one section */
		put(byte + 8, 1, 4);
		put(byte + 12, 64, 4);
		break;
	default: /* a text, or the head of a table of UEFI or ACPI */
		put(byte + 8, 48, 4);
		put(byte + 12, 0x65646362, 4);
	}
}

/* Three tags by their numbers below TAGS; the last one ends the block, with
 * no byte to round it up. */
static void try_three(const unsigned number[3])
{
	unsigned char byte[8 + 3 * TAG_ROOM] = { 0 };
	uint32_t      at = 8, past = 8, place[3];
	struct handed block = { byte, 0, 0x150000, 0x100000, 0x14a123 };

	for (int i = 0; i < 3; i++) {
		uint32_t bytes = size_of[number[i] % TAG_SIZES];

		bytes = bytes < 8 ? 8 : bytes;
		fill_tag(byte + at, type_of[number[i] / TAG_SIZES]);
		put(byte + at + 4, size_of[number[i] % TAG_SIZES], 4);
		place[i] = at;
		past = at + bytes;
		at = (past + 7) & ~7U;
	}
	for (int i = 0; i < 3; i++)
		switch (number[i] % TAG_SIZES) {
		case TO_THE_END:
			put(byte + place[i] + 4, past - place[i], 4);
			break;
		case PAST_THE_END:
			put(byte + place[i] + 4, past - place[i] + 1, 4);
			break;
		case FAR_PAST: /* rounding up would wrap */
			put(byte + place[i] + 4, 0xfffffff9, 4);
		}
	put(byte, past, 4);
	block.limit = past;
	snprintf(what, sizeof(what), "tags %u %u %u", number[0], number[1],
	         number[2]);
	try_block(block);
}

static void try_all_threes(void)
{
	uint64_t sum = UINT64_C(1) * TAGS * TAGS * TAGS, blocks = 0;

	tried = accepted = warned = refused = 0;
	for (uint64_t i = 0; i < sum; i += share, blocks++) {
		unsigned number[3] = { (unsigned)(i % TAGS),
			               (unsigned)(i / TAGS % TAGS),
			               (unsigned)(i / TAGS / TAGS) };

		try_three(number);
	}
	printf("# %llu blocks of three tags: %llu tried, %llu accepted (%llu "
	       "with warnings), %llu refused\n",
	       (unsigned long long)blocks, (unsigned long long)tried,
	       (unsigned long long)accepted, (unsigned long long)warned,
	       (unsigned long long)refused);
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "--bug") == 0)
		bug = argv[2];
	else if (argc > 1)
		share = strtoull(argv[1], NULL, 10);
	ASSERT(share > 0, "SHARE is a number from 1 on");
	make_room();
	try_all_recorded();
	try_all_threes();
	printf("1..1\nok 1 each block is read as the slow reader reads it\n");
	return 0;
}
