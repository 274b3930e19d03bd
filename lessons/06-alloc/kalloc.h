/**
 * @file
 * Lesson 6: the kernel's entry points: what a driver and its interrupt handler
 * call.
 *
 * The allocators do not lock: in the middle of a call their state is not
 * sound, and a handler that calls them there would break it.  So each of
 * these holds interrupts back for the time of one call.  All else is as the
 * call's own header says: arguments, statuses, what stays as it was; the cost
 * is 15 instructions more.
 *
 * Who may call: anyone on the one CPU, at any time, if all who share the
 * allocator call it by these.  What has no entry here (page_set_owner(),
 * page_empty_caches(), all checks and reports) is called between
 * interrupts_hold() and interrupts_restore().  More CPUs would need a lock too.
 */
#ifndef KALLOC_H
#define KALLOC_H

#include "interrupts.h"
#include "kstring.h"
#include "obj_alloc.h"
#include "page_alloc.h"

/** page_alloc() */
static inline enum page_status kpage_alloc(struct page_alloc *pages,
                                           enum memarea_kind  kind,
                                           unsigned order, pfn_t *first)
{
	bool             on = interrupts_hold();
	enum page_status status = page_alloc(pages, kind, order, first);

	interrupts_restore(on);
	return status;
}

/** page_free() */
static inline enum page_status kpage_free(struct page_alloc *pages, pfn_t first,
                                          unsigned order)
{
	bool             on = interrupts_hold();
	enum page_status status = page_free(pages, first, order);

	interrupts_restore(on);
	return status;
}

/** page_share() */
static inline enum page_status kpage_share(struct page_alloc *pages,
                                           pfn_t              first)
{
	bool             on = interrupts_hold();
	enum page_status status = page_share(pages, first);

	interrupts_restore(on);
	return status;
}

/** pages_alloc_exact() */
static inline enum page_status kpages_alloc_exact(struct page_alloc *pages,
                                                  enum memarea_kind  kind,
                                                  uint64_t count, pfn_t *first)
{
	bool             on = interrupts_hold();
	enum page_status status = pages_alloc_exact(pages, kind, count, first);

	interrupts_restore(on);
	return status;
}

/** pages_free_exact() */
static inline enum page_status kpages_free_exact(struct page_alloc *pages,
                                                 pfn_t first, uint64_t count)
{
	bool             on = interrupts_hold();
	enum page_status status = pages_free_exact(pages, first, count);

	interrupts_restore(on);
	return status;
}

/** obj_alloc() */
static inline enum obj_status kmalloc(struct obj_alloc *objects, uint64_t bytes,
                                      void **object)
{
	bool            on = interrupts_hold();
	enum obj_status status = obj_alloc(objects, bytes, object);

	interrupts_restore(on);
	return status;
}

/** obj_alloc_zeroed(), where the zeros are written with interrupts as they
 *  were. */
static inline enum obj_status kzalloc(struct obj_alloc *objects, uint64_t bytes,
                                      void **object)
{
	enum obj_status status = kmalloc(objects, bytes, object);

	if (status == OBJ_OK)
		memset(*object, 0, bytes);
	return status;
}

/** obj_free() */
static inline enum obj_status kfree(struct obj_alloc *objects, void *object)
{
	bool            on = interrupts_hold();
	enum obj_status status = obj_free(objects, object);

	interrupts_restore(on);
	return status;
}

#endif
