/**
 * @file
 * Lesson 6: where memm's new allocators go: see memm.h.
 *
 * The idea: pages of a destroyed allocator of the same process come first,
 * then the free runs: as many pages as are wished, or as few as will do.
 */
#include "memm_process.h"

/** An allocator that many blocks will share gets so many pages at least, so
 *  many at most, and in between a sixteenth of what its process has. */
#define SHARED_LEAST       4
#define SHARED_MOST        64

#define LARGE_PAGES        (2 * MiB / PAGE_SIZE)
#define HUGE_PAGES         (GiB / PAGE_SIZE)

#define TYPE_ADDRESS(name) &memm_##name,
static const struct memm_type *const types[] = { MEMM_TYPES(TYPE_ADDRESS) };

/* Where a new allocator may go, as a multiple of pages. */
static uint64_t align_for(const struct memm_request *request)
{
	return max_u64(1, request->align / PAGE_SIZE);
}

/* Where a new allocator would go. */
struct place {
	uint64_t least; /* pages */
	uint64_t pages;
	uint64_t align; /* pages */
	pfn_t    first;
};

const struct memm_type *memm_type_for(const struct memm_request *request)
{
	unsigned i = 0;

	/* The last one serves any. */
	while (types[i]->pages_for(request->bytes, request->align) == 0)
		i++;
	return types[i];
}

/* Blocks of 2 MiB and more start where large pages can. */
static struct place place_for(const struct memm_process *process,
                              const struct memm_request *request,
                              const struct memm_type    *type)
{
	struct place place = { .align = align_for(request) };

	place.least = type->pages_for(request->bytes, request->align);
	place.pages = place.least;
	if (type->shares)
		place.pages = max_u64(
			place.least,
			min_u64(SHARED_MOST,
		                max_u64(SHARED_LEAST,
		                        process->allocator_pages / 16)));
	if (request->bytes >= LARGE_PAGES * PAGE_SIZE)
		place.align = max_u64(place.align, LARGE_PAGES);
	if (request->bytes >= HUGE_PAGES * PAGE_SIZE)
		place.align = max_u64(place.align, HUGE_PAGES);
	return place;
}

/* The wish first, then what is needed. */
static bool find_place(struct memm *memm, const struct memm_request *request,
                       struct place *place)
{
	uint64_t needed = align_for(request);

	if (memm_pages_find(memm, place->pages, 1, place->align, &place->first))
		return true;
	place->pages = place->least;
	return memm_pages_find(memm, place->least, 1, needed, &place->first);
}

/* What a destroyed allocator of the process held is taken first; where it
 * must be aligned, it becomes free, and may be found. */
static bool recycle(struct memm *memm, struct memm_process *process,
                    struct place *place)
{
	struct memm_node *node =
		memm_tree_first_fit(process->destroyed, place->pages);
	struct memm_allocator *allocator;

	if (node == NULL)
		return false;
	allocator = MEMM_OF(node, struct memm_allocator, by_room);
	if (place->align != 1) {
		memm_allocator_release(memm, allocator);
		return false;
	}
	place->first = node->key;
	memm_allocator_recycle(memm, allocator, place->pages);
	return true;
}

static enum memm_status make_at(struct memm *memm, struct memm_process *process,
                                const struct memm_request *request,
                                const struct memm_type    *type,
                                struct place              *place,
                                struct memm_allocator    **made)
{
	if (!recycle(memm, process, place)) {
		if (!find_place(memm, request, place))
			return MEMM_NO_MEMORY;
		memm_pages_take(memm, place->first, place->pages,
		                MEMM_ALLOCATOR);
	}
	return memm_allocator_make(memm, process, place->first, place->pages,
	                           type, request->rights, made);
}

enum memm_status memm_make_for(struct memm *memm, struct memm_process *process,
                               const struct memm_request *request,
                               const struct memm_type    *type,
                               struct memm_allocator    **made)
{
	struct place     place = place_for(process, request, type);
	enum memm_status status =
		make_at(memm, process, request, type, &place, made);

	/* Tables take pages, too: a smaller wish leaves them some. */
	if (status == MEMM_NO_MEMORY) {
		place.pages = place.least;
		status = make_at(memm, process, request, type, &place, made);
	}
	ASSERT(status == MEMM_OK || status == MEMM_NO_MEMORY,
	       "%s on %llu pages: %s", type->name,
	       (unsigned long long)place.pages, memm_status_text(status));
	return status;
}
