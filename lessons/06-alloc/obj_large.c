/**
 * @file
 * Lesson 6: objects of whole pages, and pointers that are none.
 *
 * The idea: an exact count of pages is a few blocks side by side.  The first
 * is marked as the object's, the others as more of the same.  So the marks
 * tell where an object ends, and no header is needed.
 */
#include "obj_slab.h"

/* One past the pages of the block that starts at @pfn. */
static pfn_t block_end(const struct obj_alloc *objects, pfn_t pfn)
{
	return pfn + msadsc_pages(objects->page[pfn]);
}

/* One past the pages of the large object that starts at @first. */
static pfn_t large_end(const struct obj_alloc *objects, pfn_t first)
{
	pfn_t end = block_end(objects, first);

	while (end < objects->frames &&
	       page_owner(objects->pages, end) == OBJ_OWNER_MORE)
		end = block_end(objects, end);
	return end;
}

enum obj_status obj_large_new(struct obj_alloc *objects, uint64_t bytes,
                              void **object)
{
	uint64_t         count = bytes_to_pages(bytes);
	enum page_status status;
	pfn_t            first;

	status =
		pages_alloc_exact(objects->pages, objects->kind, count, &first);
	if (status != PAGE_OK && obj_alloc_trim(objects) != 0)
		status = pages_alloc_exact(objects->pages, objects->kind, count,
		                           &first);
	if (status != PAGE_OK)
		return OBJ_NO_MEMORY;
	page_set_owner(objects->pages, first, OBJ_OWNER_LARGE);
	for (pfn_t pfn = block_end(objects, first); pfn < first + count;
	     pfn = block_end(objects, pfn))
		page_set_owner(objects->pages, pfn, OBJ_OWNER_MORE);
	*object = obj_reach(objects, first, count);
	objects->large_pages += count;
	return OBJ_OK;
}

enum obj_status obj_large_look(const struct obj_alloc *objects, pfn_t head,
                               const void *object)
{
	uint64_t paddr = (uintptr_t)object - objects->distance;

	if (pfn_down(paddr) >= block_end(objects, head))
		return OBJ_FOREIGN;
	switch (msadsc_state(objects->page[head])) {
	case MSADSC_FREE:
	case MSADSC_CACHED:
	case MSADSC_GROUPED:
		return OBJ_IS_FREE;
	default:
		break;
	}
	switch (page_owner(objects->pages, head)) {
	case OBJ_OWNER_LARGE:
		return paddr == pfn_to_paddr(head) ? OBJ_OK : OBJ_INSIDE;
	case OBJ_OWNER_MORE:
		return OBJ_INSIDE;
	default:
		return OBJ_FOREIGN;
	}
}

enum obj_status obj_large_free(struct obj_alloc *objects, pfn_t head,
                               const void *object)
{
	enum obj_status  status = obj_large_look(objects, head, object);
	enum page_status freed;
	uint64_t         count;

	if (status != OBJ_OK)
		return status;
	count = large_end(objects, head) - head;
	freed = pages_free_exact(objects->pages, head, count);
	ASSERT(freed == PAGE_OK, "%llu pages at %llx: status %d",
	       (unsigned long long)count, (unsigned long long)head, (int)freed);
	objects->large_pages -= count;
	return OBJ_OK;
}
