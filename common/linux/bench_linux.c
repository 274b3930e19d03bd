/**
 * @file
 * The workloads of lesson 6 on Linux's own allocators, as a module: its
 * pages (alloc_pages) and its objects (kmalloc).
 *
 * It runs once, when it is loaded, with interrupts off where it counts, and
 * prints the rows that our kernel prints.  "All pages" are nine in ten of
 * those free: the last ones would cost it a search for more.
 *
 * Source: Linux Documentation/core-api, "Memory Management APIs".
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <asm/msr.h>

#define UINT64_C(number) number##ULL
#define kprintf          pr_alert
#undef pr_fmt
#define pr_fmt(text) text

#define BENCH_SEED   UINT64_C(88172645463325252)

/* No call here may wait, and none may search long. */
#define FLAGS (GFP_NOWAIT | __GFP_NOWARN)

#include "bench_spread.h"

static uint64_t frame; /* What two calls take by themselves. */

static noinline uint64_t bench_begin(void)
{
	local_irq_disable();
	return rdtsc();
}

static noinline uint64_t bench_end(uint64_t since)
{
	uint64_t ticks = rdtsc() - since - frame;

	local_irq_enable();
	return ticks;
}

static uint64_t bench_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

static void bench_row(const char *row, uint64_t operations, uint64_t ticks)
{
	kprintf("bench: %s %llu %llu\n", row, operations, ticks);
}

static void bench_row_of(const char *text, uint64_t number, uint64_t operations,
                         uint64_t ticks)
{
	kprintf("bench: %s%llu %llu %llu\n", text, number, operations, ticks);
}

static void bench_spread_row(const char *row, const struct bench_spread *spread)
{
	bench_row(row, spread->operations, spread->ticks);
	bench_spread_print(row, spread);
}

struct page_source {
	gfp_t flags;
};

struct object_source {
	gfp_t flags;
};

#include "obj_workload.h"
#include "page_workload.h"

static inline bool page_take(struct page_source *source, unsigned order,
                             uint64_t *first)
{
	struct page *page = alloc_pages(source->flags, order);

	*first = page_to_pfn(page);
	return page != NULL;
}

static inline bool page_give(struct page_source *source, uint64_t first,
                             unsigned order)
{
	__free_pages(pfn_to_page(first), order);
	return true;
}

static inline void *object_take(struct object_source *source, uint64_t bytes)
{
	return kmalloc(bytes, source->flags);
}

static inline bool object_give(struct object_source *source, void *object)
{
	kfree(object);
	return true;
}

static uint64_t object_bytes(struct object_source *source)
{
	return PAGE_SIZE *
	       (uint64_t)(global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) +
	                  global_node_page_state_pages(
				  NR_SLAB_UNRECLAIMABLE_B));
}

static void run_pages(uint32_t *bin)
{
	struct page_source   source = { FLAGS };
	struct page_workload w = { .source = &source, .seed = BENCH_SEED };

	bench_spread_init(&w.spread, bin);
	w.free_pages = global_zone_page_state(NR_FREE_PAGES) / 10 * 9;
	w.notes = vmalloc(w.free_pages * 8);
	if (w.notes == NULL)
		panic("no room for notes");
	memset(w.notes, 0, w.free_pages * 8);
	w.free_pages = global_zone_page_state(NR_FREE_PAGES) / 10 * 9;
	page_workload_pairs(&w, "A", false);
	page_workload_pairs(&w, "A1", true);
	page_workload_mixed(&w);
	page_workload_all(&w, true);
	page_workload_all(&w, false);
	vfree(w.notes);
}

static void run_objects(uint32_t *bin)
{
	struct object_source   source = { GFP_NOWAIT };
	struct object_workload w = { .source = &source, .seed = BENCH_SEED };
	uint64_t               bytes;

	bench_spread_init(&w.spread, bin);
	w.live = vmalloc(OBJ_WORKLOAD_OBJECTS * sizeof(*w.live));
	if (w.live == NULL)
		panic("no room for notes");
	for (bytes = 64; bytes <= 1024; bytes *= 4)
		object_workload_pairs(&w, "P", bytes);
	object_workload_mixed(&w);
	for (bytes = 64; bytes <= 1024; bytes *= 4)
		object_workload_pairs(&w, "H", bytes);
	object_workload_end(&w);
	vfree(w.live);
}

static int __init bench_init(void)
{
	uint32_t *bin = vmalloc(BENCH_BINS * sizeof(*bin));

	if (bin == NULL)
		return -ENOMEM;
	frame = bench_end(bench_begin());
	run_objects(bin);
	run_pages(bin);
	vfree(bin);
	return 0;
}

static void __exit bench_exit(void)
{
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Pagewise's workloads on Linux's allocators");
