/**
 * @file
 * Lesson 6: mistakes of those who use memory for processes: see mistakes.h.
 */
#include "memm_mistakes.h"

void memm_mistake_begin(struct memm_mistake *mistake, struct page_alloc *pages)
{
	struct memm     *memm = &mistake->memm;
	enum page_status status;
	enum memm_status made;

	mistake->pages = pages;
	status = pages_alloc_exact(pages, MEMAREA_USER, MEMM_MISTAKE_PAGES,
	                           &mistake->first);
	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
	made = memm_init(memm, mistake->first, MEMM_MISTAKE_PAGES, 0);
	ASSERT(made == MEMM_OK, "%s", memm_status_text(made));
}

void memm_mistake_end(struct memm_mistake *mistake)
{
	const char      *broken = memm_check(&mistake->memm);
	enum page_status status = pages_free_exact(
		mistake->pages, mistake->first, MEMM_MISTAKE_PAGES);

	ASSERT(broken == NULL, "%s", broken);
	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
}

/* The same, with a block of process 1. */
static char *begin(struct memm_mistake *mistake, struct page_alloc *pages)
{
	void            *block = NULL;
	enum memm_status status;

	memm_mistake_begin(mistake, pages);
	status = memm_user_allocate(&mistake->memm, 1, 100, &block);
	ASSERT(status == MEMM_OK, "%s", memm_status_text(status));
	return block;
}

static void end(struct memm_mistake *mistake, enum memm_status status)
{
	kprintf("%s\n", memm_status_text(status));
	memm_mistake_end(mistake);
}

static void twice(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);

	memm_free(&m.memm, block);
	end(&m, memm_free(&m.memm, block));
}

static void inside(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);

	end(&m, memm_free(&m.memm, block + 32));
}

static void misaligned(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);

	end(&m, memm_free(&m.memm, block + 1));
}

static void null(void *pages)
{
	struct memm_mistake m;

	begin(&m, pages);
	end(&m, memm_free(&m.memm, NULL));
}

static void past_end(void *pages)
{
	struct memm_mistake m;

	begin(&m, pages);
	end(&m, memm_free(&m.memm, m.memm.memory + m.memm.pages * PAGE_SIZE));
}

/* Before each block stands which allocator's it is. */
static void name(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);
	enum memm_status    status;

	block[-MEMM_NAME_BYTES] ^= 1;
	status = memm_free(&m.memm, block);
	block[-MEMM_NAME_BYTES] ^= 1;
	end(&m, status);
}

static void other_process(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);

	end(&m, memm_user_free(&m.memm, 2, block));
}

static void kernels_pid(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);

	end(&m, memm_user_free(&m.memm, 0, block));
}

/* What lies below the data is the allocator itself. */
static void allocator(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);

	end(&m, memm_free(&m.memm, memm_holder(&m.memm, block)));
}

static void destroyed(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);

	memm_allocator_destroy(&m.memm, memm_holder(&m.memm, block));
	end(&m, memm_free(&m.memm, block));
}

static void destroyed_twice(void *pages)
{
	struct memm_mistake    m;
	char                  *block = begin(&m, pages);
	struct memm_allocator *holder = memm_holder(&m.memm, block);

	memm_allocator_destroy(&m.memm, holder);
	end(&m, memm_allocator_destroy(&m.memm, holder));
}

static void not_held(void *pages)
{
	struct memm_mistake m;
	char               *last;

	begin(&m, pages);
	last = m.memm.memory + (m.memm.pages - 1) * PAGE_SIZE;
	end(&m, memm_free(&m.memm, last));
}

static void no_allocator(void *pages)
{
	struct memm_mistake m;
	char               *block = begin(&m, pages);

	end(&m, memm_allocator_destroy(&m.memm, (void *)block));
}

static void reclaimed_twice(void *pages)
{
	struct memm_mistake m;

	begin(&m, pages);
	memm_reclaim(&m.memm, 1);
	end(&m, memm_reclaim(&m.memm, 1));
}

static void no_bytes(void *pages)
{
	struct memm_mistake m;
	void               *block;

	begin(&m, pages);
	end(&m, memm_user_allocate(&m.memm, 1, 0, &block));
}

static void too_many(void *pages)
{
	struct memm_mistake m;
	void               *block;

	begin(&m, pages);
	end(&m, memm_user_allocate(&m.memm, 1, UINT64_MAX, &block));
}

static void align(void *pages)
{
	struct memm_mistake m;
	void               *block;

	begin(&m, pages);
	end(&m, memm_allocate(&m.memm, 1, 100, 24, &block));
}

static void no_tables(void *pages)
{
	struct memm_mistake m;
	void               *block;

	begin(&m, pages);
	end(&m, memm_user_pages(&m.memm, 1, 100, USER_EXECUTE, &block));
}

static void arena(void *pages)
{
	struct memm_mistake m;
	struct memm         other;

	begin(&m, pages);
	end(&m, memm_init(&other, 0, MEMM_MISTAKE_PAGES, 0));
}

static void held_twice(void *pages)
{
	struct memm_mistake    m;
	char                  *block = begin(&m, pages);
	struct memm_allocator *allocator_of = memm_holder(&m.memm, block);

	end(&m, memm_allocator_new(&m.memm, pfn_down(allocator_of->paddr), 1,
	                           &memm_raw, 1, &allocator_of));
}

const struct mistake memm_mistakes[] = {
	{ "memm_twice", twice, false },
	{ "memm_inside", inside, false },
	{ "memm_misaligned", misaligned, false },
	{ "memm_null", null, false },
	{ "memm_past_end", past_end, false },
	{ "memm_name", name, false },
	{ "memm_other_process", other_process, false },
	{ "memm_kernels_pid", kernels_pid, false },
	{ "memm_allocator", allocator, false },
	{ "memm_destroyed", destroyed, false },
	{ "memm_destroyed_twice", destroyed_twice, false },
	{ "memm_not_held", not_held, false },
	{ "memm_no_allocator", no_allocator, false },
	{ "memm_reclaimed_twice", reclaimed_twice, false },
	{ "memm_no_bytes", no_bytes, false },
	{ "memm_too_many", too_many, false },
	{ "memm_align", align, false },
	{ "memm_no_tables", no_tables, false },
	{ "memm_arena", arena, false },
	{ "memm_held_twice", held_twice, false },
	{ NULL, NULL, false },
};
