/**
 * @file
 * Lesson 6: see obj_alloc.h.
 *
 * The idea: a table leads from the bytes asked for to the cache that serves
 * them, so that a request costs the same whatever its size.
 */
#include "kstring.h"
#include "obj_slab.h"

/* Neighbours differ by a sixteenth or so.  Among the sizes near each step
 * these are the largest of which as many still fit into their slab. */
/* clang-format off */
static const uint16_t class_bytes[OBJ_CLASSES] = {
	8, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224,
	240, 256, 272, 288, 304, 320, 336, 352, 368, 384, 400, 416, 432,
	448, 464, 480, 496, 512, 544, 576, 624, 672, 704, 736, 768, 800,
	848, 896, 960, 1008, 1088, 1152, 1248, 1344, 1408, 1472, 1552,
	1616, 1712, 1808, 1920, 2016, 2176, 2320, 2512, 2704, 2960, 3264,
	3616, 3984, 4384, 4672, 5248, 5856, 6496, 7184, 7920,
	OBJ_SLAB_BYTES,
};
/* clang-format on */

/* A place lent to a smaller size is at most a quarter too large.  Those whose
 * slabs have several words neither lend nor borrow. */
static void set_lenders(struct obj_alloc *objects)
{
	struct obj_cache *past = objects->class + OBJ_CLASSES;

	for (struct obj_cache *c = objects->class; c < past; c++) {
		uint64_t most = c->bytes + c->bytes / 4;

		while (!c->closely && c->last + 1 < past &&
		       c->last[1].bytes <= most)
			c->last++;
	}
}

/* Lead each step of @table to the smallest class that holds it.  Step i
 * serves up to (i + 1) * step bytes. */
static void fill(struct obj_alloc *objects, struct obj_cache **table,
                 uint64_t steps, uint64_t step)
{
	struct obj_cache *c = objects->class;

	for (uint64_t i = 0; i < steps; i++) {
		while (c->bytes < (i + 1) * step)
			c++;
		table[i] = c;
	}
}

void obj_alloc_init(struct obj_alloc *objects, struct page_alloc *pages,
                    enum memarea_kind kind, enum obj_checks checks)
{
	memset(objects, 0, sizeof(*objects)); /* Too large for the stack. */
	objects->page = pages->array->page;
	objects->frames = pages->array->pages;
	objects->pages = pages;
	objects->kind = kind;
	objects->recent = &objects->class[0];
	for (size_t i = 0; i < OBJ_CLASSES; i++) {
		uint64_t        bytes = class_bytes[i];
		char            name[OBJ_NAME_BYTES];
		enum obj_status status;

		ksnprintf(name, sizeof(name), "%llu",
		          (unsigned long long)bytes);
		status = obj_cache_new(objects, &objects->class[i], name, bytes,
		                       bytes == 8 ? 8 : 16, checks);
		ASSERT(status == OBJ_OK, "class of %llu bytes: status %d",
		       (unsigned long long)bytes, (int)status);
	}
	set_lenders(objects);
	fill(objects, objects->medium, OBJ_SLAB_BYTES / 128, 128);
	fill(objects, objects->small, OBJ_SMALL_BYTES / 8, 8);
}

enum obj_status obj_alloc_other(struct obj_alloc *objects, uint64_t bytes,
                                void **object)
{
	struct obj_cache *cache;

	if (bytes == 0)
		return OBJ_BAD_BYTES;
	if (bytes > OBJ_SLAB_BYTES)
		return obj_large_new(objects, bytes, object);
	cache = objects->medium[(bytes - 1) / 128];
	if (!obj_take(cache, object))
		return obj_take_slowly(cache, bytes, object);
	objects->recent = cache;
	return OBJ_OK;
}

enum obj_status obj_alloc_zeroed(struct obj_alloc *objects, uint64_t bytes,
                                 void **object)
{
	enum obj_status status = obj_alloc(objects, bytes, object);

	if (status == OBJ_OK)
		memset(*object, 0, bytes);
	return status;
}

uint64_t obj_alloc_trim(struct obj_alloc *objects)
{
	uint64_t pages = 0;

	for (struct obj_cache *c = objects->caches; c != NULL; c = c->next)
		pages += obj_cache_trim(c);
	return pages;
}
