/**
 * @file
 * Lesson 6: the type for large blocks: one block takes all pages of its
 * allocator but the first, on which the object stands.
 *
 * So a block of 2 MiB can be a 2 MiB page, and an address in it needs no
 * table to be looked up.
 */
#include "memm_type.h"

static uint64_t data_bytes(const struct memm_allocator *allocator)
{
	return allocator->bytes - PAGE_SIZE;
}

static uint64_t whole_pages_for(uint64_t bytes, uint64_t align)
{
	(void)align; /* the manager sees to it that `data` is aligned */
	return 1 + bytes_to_pages(bytes);
}

static bool whole_init(struct memm_allocator *allocator)
{
	allocator->data = (char *)allocator + PAGE_SIZE;
	return allocator->bytes > PAGE_SIZE;
}

static void *whole_allocate(struct memm_allocator *allocator, uint64_t bytes,
                            uint64_t align)
{
	paddr_t paddr = memm_paddr_in(allocator, allocator->data);

	if (allocator->blocks != 0 || bytes > data_bytes(allocator))
		return NULL;
	if (align != 0 && paddr % align != 0)
		return NULL;
	if (bytes != 0) {
		allocator->blocks = 1;
		allocator->used_bytes = data_bytes(allocator);
	}
	return allocator->data;
}

static enum memm_status whole_free(struct memm_allocator *allocator,
                                   void                  *block)
{
	if (block != allocator->data)
		return MEMM_NOT_BLOCK;
	if (allocator->blocks == 0)
		return MEMM_IS_FREE;
	allocator->blocks = 0;
	allocator->used_bytes = 0;
	return MEMM_OK;
}

static uint64_t whole_room(const struct memm_allocator *allocator)
{
	return allocator->blocks == 0 ? data_bytes(allocator) : 0;
}

static const char *whole_check(const struct memm_allocator *allocator)
{
	uint64_t used = allocator->blocks != 0 ? data_bytes(allocator) : 0;

	if (allocator->data != (const char *)allocator + PAGE_SIZE)
		return "a whole allocator's data begins with its second page";
	if (allocator->blocks > 1)
		return "a whole allocator has one block at most";
	if (allocator->used_bytes != used)
		return "a whole allocator's block takes all of its data";
	return NULL;
}

const struct memm_type memm_whole = {
	.name = "whole",
	.pages_for = whole_pages_for,
	.init = whole_init,
	.allocate = whole_allocate,
	.free = whole_free,
	.room = whole_room,
	.check = whole_check,
};
