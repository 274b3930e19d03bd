/**
 * @file
 * Lesson 1: see e820.h.
 *
 * The idea: walk the addresses from low to high, and keep the ranges that
 * cover the present address in a queue whose head has the highest type.  The
 * head decides until it ends or another range starts.  The ranges that have
 * not started wait in a second queue, whose head has the lowest base.
 */
#include "check.h"
#include "e820.h"

/* A queue of ranges with the first at entry[0]: a binary heap, so that
 * neither entry 2i + 1 nor entry 2i + 2 comes before entry i. */
struct queue {
	bool (*before)(const struct e820_range *a, const struct e820_range *b);
	uint32_t                 count;
	const struct e820_range *entry[E820_MAX];
};

static bool lower_base(const struct e820_range *a, const struct e820_range *b)
{
	return a->base < b->base;
}

static bool higher_type(const struct e820_range *a, const struct e820_range *b)
{
	return a->type > b->type;
}

static void queue_push(struct queue *queue, const struct e820_range *r)
{
	uint32_t i = queue->count++;

	while (i > 0 && queue->before(r, queue->entry[(i - 1) / 2])) {
		queue->entry[i] = queue->entry[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	queue->entry[i] = r;
}

static const struct e820_range *queue_pop(struct queue *queue)
{
	const struct e820_range *first = queue->entry[0];
	const struct e820_range *r = queue->entry[--queue->count];
	uint32_t                 i = 0, child;

	while ((child = 2 * i + 1) < queue->count) {
		if (child + 1 < queue->count &&
		    queue->before(queue->entry[child + 1], queue->entry[child]))
			child++;
		if (!queue->before(queue->entry[child], r))
			break;
		queue->entry[i] = queue->entry[child];
		i = child;
	}
	queue->entry[i] = r;
	return first;
}

/* Append [base, last] to the map, or to its last range if they are one. */
static void append_piece(struct e820_map *map, paddr_t base, paddr_t last,
                         uint32_t type)
{
	struct e820_range *r = &map->range[map->count];

	if (map->count > 0 && r[-1].end == base && r[-1].type == type) {
		r[-1].end = last + 1;
		return;
	}
	ASSERT(map->count < E820_ROOM, "%u pieces", map->count);
	*r = (struct e820_range){ .base = base, .end = last + 1, .type = type };
	map->count++;
}

/* The last byte up to which the head of @covering decides. */
static paddr_t piece_last(const struct queue *covering,
                          const struct queue *waiting)
{
	paddr_t last = e820_last(covering->entry[0]);

	if (waiting->count > 0)
		last = min_u64(last, waiting->entry[0]->base - 1);
	return last;
}

void e820_normalize(const struct e820_map *firmware, struct e820_map *map)
{
	struct queue waiting, covering;
	paddr_t      at = 0, last = 0;

	ASSERT(map != firmware, "map %p", (void *)map);
	map->given = firmware->given;
	map->count = map->empty = map->wrapped = map->crowded = 0;
	waiting.before = lower_base;
	covering.before = higher_type;
	waiting.count = covering.count = 0;
	for (uint32_t i = 0; i < firmware->count; i++)
		queue_push(&waiting, &firmware->range[i]);

	while (waiting.count > 0 || covering.count > 0) {
		if (covering.count == 0)
			at = waiting.entry[0]->base;
		while (waiting.count > 0 && waiting.entry[0]->base == at)
			queue_push(&covering, queue_pop(&waiting));

		last = piece_last(&covering, &waiting);
		append_piece(map, at, last, covering.entry[0]->type);

		while (covering.count > 0 &&
		       e820_last(covering.entry[0]) <= last)
			queue_pop(&covering);
		at = last + 1;
	}
}

const char *e820_check(const struct e820_map *map)
{
	if (map->count > E820_ROOM)
		return "the map has room for its ranges";
	for (uint32_t i = 0; i < map->count; i++) {
		const struct e820_range *r = &map->range[i];

		if (e820_last(r) < r->base)
			return "no range is empty";
		if (i == 0)
			continue;
		if (e820_last(&r[-1]) >= r->base)
			return "ranges ascend and do not overlap";
		if (r[-1].end == r->base && r[-1].type == r->type)
			return "neighbours of one type are one range";
	}
	return NULL;
}

struct e820_totals e820_total(const struct e820_map *map)
{
	struct e820_totals totals = { 0 };

	for (uint32_t i = 0; i < map->count; i++) {
		const struct e820_range *r = &map->range[i];
		pfn_t first = e820_first_page(r), past = e820_past_page(r);

		if (r->type != E820_RAM)
			continue;
		totals.usable_bytes += r->end - r->base;
		totals.usable_pages += past - first;
		totals.pages_below_1m += min_u64(past, pfn_down(MiB)) -
		                         min_u64(first, pfn_down(MiB));
	}
	return totals;
}

bool e820_is_usable(const struct e820_map *map, paddr_t base, paddr_t end)
{
	/* Neighbours of one type are joined: one range holds all or none. */
	for (uint32_t i = 0; i < map->count; i++) {
		const struct e820_range *r = &map->range[i];

		if (r->type == E820_RAM && r->base <= base &&
		    e820_last(r) >= end - 1)
			return true;
	}
	return false;
}
