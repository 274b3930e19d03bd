/**
 * @file
 * A fuzzer for lesson 1: any row of ranges becomes a sound map, in which each
 * byte has the type that the rule gives it.
 *
 * An entry is 8 bytes: type, kind of number, and two numbers that are small
 * around some interesting place, so that ranges collide.  The judge asks for
 * the bytes at and beside each edge: between two edges nothing can change.
 *
 * Source: LLVM, "libFuzzer - a library for coverage-guided fuzz testing".
 */
#include "check.h"
#include "e820.h"
#include "kstring.h"

#define ENTRY 8
#define MOST  64 /* entries */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* A range as it was given; it does not wrap and is not empty. */
static struct range {
	uint64_t base, last;
	uint32_t type;
} given[MOST];

static unsigned        count;
static struct e820_map firmware, map, again;

static const uint64_t places[] = {
	0,
	MiB,
	4 * GiB - 8 * PAGE_SIZE,
	TiB - 8 * PAGE_SIZE,
	0 - 16 * PAGE_SIZE,
	0 - UINT64_C(256),
	UINT64_C(1) << 63,
	0x1234567,
};

static void add(const uint8_t *entry)
{
	uint64_t base = places[entry[1] % 8] +
	                (uint64_t)entry[2] * (entry[1] & 8 ? 1 : 512);
	uint64_t bytes = (uint64_t)(entry[3] | entry[4] << 8) *
	                 (entry[1] & 16 ? 512 : 1);
	uint32_t         type = entry[0] < 250 ? entry[0] % 9
	                                       : entry[5] | (uint32_t)entry[6] << 24;
	bool             wraps = bytes != 0 && base + (bytes - 1) < base;
	uint64_t         last = wraps ? UINT64_MAX : base + (bytes - 1);
	uint32_t         before = firmware.count;
	enum e820_status status = e820_add(&firmware, base, bytes, type);

	ASSERT((status == E820_WRAP) == (wraps && type == E820_RAM) &&
	               status != E820_FULL,
	       "status %d", (int)status);
	if (status == E820_OK && bytes != 0)
		given[count++] = (struct range){ base, last, type };
	ASSERT(firmware.count == count, "%u entries were %u", firmware.count,
	       before);
}

/* The highest type that claims the byte, or -1. */
static int64_t type_given(uint64_t pa)
{
	int64_t type = -1;

	for (unsigned i = 0; i < count; i++)
		if (pa >= given[i].base && pa <= given[i].last &&
		    given[i].type > type)
			type = given[i].type;
	return type;
}

static int64_t type_in_map(uint64_t pa)
{
	for (uint32_t i = 0; i < map.count; i++)
		if (pa >= map.range[i].base && pa <= e820_last(&map.range[i]))
			return map.range[i].type;
	return -1;
}

static void compare(uint64_t pa)
{
	ASSERT(type_in_map(pa) == type_given(pa), "byte 0x%llx",
	       (unsigned long long)pa);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const char *broken;

	firmware.count = 0;
	count = 0;
	for (size_t i = 0; i + ENTRY <= bytes && i / ENTRY < MOST; i += ENTRY)
		add(data + i);
	e820_normalize(&firmware, &map);
	broken = e820_check(&map);
	ASSERT(broken == NULL, "%s", broken);
	for (unsigned i = 0; i < count; i++) {
		compare(given[i].base);
		compare(given[i].base - 1);
		compare(given[i].last);
		compare(given[i].last + 1);
	}
	e820_normalize(&map, &again);
	ASSERT(again.count == map.count &&
	               memcmp(again.range, map.range,
	                      map.count * sizeof(map.range[0])) == 0,
	       "%u ranges became %u", map.count, again.count);
	return 0;
}
