/**
 * @file
 * Lesson 1: how the firmware's entries come in: see e820.h.
 *
 * The idea: firmware can list anything, and a kernel has room for so much.
 * What must not happen is that a reserved range is lost: then its bytes could
 * look like RAM.  So where room ends, reserved ranges come first and may grow,
 * and RAM may be left out.
 */
#include "e820.h"
#include "kstring.h"

/* The range, cut at 2^64; false where it is RAM that nobody can address. */
static bool cut_at_top(struct e820_range *r, paddr_t base, uint64_t bytes,
                       uint32_t type)
{
	bool past_top = bytes - 1 > UINT64_MAX - base;

	if (past_top && type == E820_RAM)
		return false;
	*r = (struct e820_range){ .base = base, .type = type };
	r->end = past_top ? 0 : base + bytes;
	return true;
}

enum e820_status e820_add(struct e820_map *map, paddr_t base, uint64_t bytes,
                          uint32_t type)
{
	struct e820_range r;

	if (bytes == 0)
		return E820_OK;
	if (!cut_at_top(&r, base, bytes, type))
		return E820_WRAP;
	if (map->count >= E820_MAX)
		return E820_FULL;
	map->range[map->count++] = r;
	return E820_OK;
}

/* Bytes between two ranges; 0 where they touch or overlap. */
static uint64_t gap(const struct e820_range *a, const struct e820_range *b)
{
	if (a->base > b->base)
		return gap(b, a);
	return b->base - a->base > e820_last(a) - a->base
	               ? b->base - e820_last(a) - 1
	               : 0;
}

static void remove_range(struct e820_map *map, uint32_t i)
{
	map->range[i] = map->range[--map->count];
}

/* Make @r cover @other too. */
static void widen(struct e820_range *r, const struct e820_range *other)
{
	paddr_t last = max_u64(e820_last(r), e820_last(other));

	r->base = min_u64(r->base, other->base);
	r->end = last + 1;
	r->type = r->type > other->type ? r->type : other->type;
}

/* Take into @r all ranges of its type that touch it; what it has grown to
 * may touch more, so look again until none does. */
static void absorb(struct e820_map *map, struct e820_range *r)
{
	uint32_t i = 0;

	while (i < map->count) {
		if (map->range[i].type != r->type || gap(&map->range[i], r)) {
			i++;
			continue;
		}
		widen(r, &map->range[i]);
		remove_range(map, i);
		i = 0;
	}
}

static struct e820_range *nearest(struct e820_map         *map,
                                  const struct e820_range *r)
{
	struct e820_range *best = &map->range[0];

	for (uint32_t i = 1; i < map->count; i++)
		if (gap(&map->range[i], r) < gap(best, r))
			best = &map->range[i];
	return best;
}

/* e820_add() where there may be no room. */
static void squeeze_in(struct e820_map *map, struct e820_range r)
{
	absorb(map, &r);
	if (map->count < E820_MAX)
		map->range[map->count++] = r;
	else if (r.type == E820_RAM)
		map->crowded++;
	else
		widen(nearest(map, &r), &r);
}

/* Entry @i as it lies in memory, at any alignment. */
static void load_entry(const void *entries, uint32_t i, uint32_t stride,
                       paddr_t *base, uint64_t *bytes, uint32_t *type)
{
	const char *entry = (const char *)entries + (uint64_t)i * stride;

	memcpy(base, entry, 8);
	memcpy(bytes, entry + 8, 8);
	memcpy(type, entry + 16, 4);
}

/* Read the entries that are RAM, or those that are not. */
static void squeeze_all(struct e820_map *map, const void *entries,
                        uint32_t count, uint32_t stride, bool ram)
{
	for (uint32_t i = 0; i < count; i++) {
		struct e820_range r;
		uint64_t          bytes;
		paddr_t           base;
		uint32_t          type;

		load_entry(entries, i, stride, &base, &bytes, &type);
		if ((type == E820_RAM) != ram)
			continue;
		if (bytes == 0)
			map->empty++;
		else if (!cut_at_top(&r, base, bytes, type))
			map->wrapped++;
		else
			squeeze_in(map, r);
	}
}

void e820_read(struct e820_map *map, const void *entries, uint32_t count,
               uint32_t stride)
{
	*map = (struct e820_map){ .given = count };
	if (count > E820_MAX) {
		squeeze_all(map, entries, count, stride, false);
		squeeze_all(map, entries, count, stride, true);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint64_t bytes;
		paddr_t  base;
		uint32_t type;

		load_entry(entries, i, stride, &base, &bytes, &type);
		if (e820_add(map, base, bytes, type) == E820_WRAP)
			map->wrapped++;
		map->empty += bytes == 0;
	}
}
