/**
 * @file
 * Lesson 6: mistakes of those who use objects, see mistakes.h.
 */
#include "mistakes.h"
#include "obj_alloc.h"

static unsigned char *get(struct obj_alloc *objects, uint64_t bytes)
{
	void           *object = NULL;
	enum obj_status status = obj_alloc(objects, bytes, &object);

	ASSERT(status == OBJ_OK, "%s", obj_status_text(status));
	return object;
}

static void put(struct obj_alloc *objects, void *object)
{
	enum obj_status status = obj_free(objects, object);

	ASSERT(status == OBJ_OK, "%s", obj_status_text(status));
}

static void must_hold(const struct obj_alloc *objects)
{
	const char *broken = obj_alloc_check(objects);

	ASSERT(broken == NULL, "%s", broken);
}

/* What a call said.  All must hold, as nothing has changed. */
static void tell(const struct obj_alloc *objects, enum obj_status status)
{
	kprintf("%s\n", obj_status_text(status));
	must_hold(objects);
}

static void twice(void *objects)
{
	void *object = get(objects, 100);

	put(objects, object);
	tell(objects, obj_free(objects, object));
}

static void large_twice(void *objects)
{
	void *object = get(objects, 3 * PAGE_SIZE);

	put(objects, object);
	tell(objects, obj_free(objects, object));
}

static void inside(void *objects)
{
	unsigned char *object = get(objects, 100);

	tell(objects, obj_free(objects, object + 16));
	put(objects, object);
}

static void large_inside(void *objects)
{
	unsigned char *object = get(objects, 3 * PAGE_SIZE);

	tell(objects, obj_free(objects, object + PAGE_SIZE));
	put(objects, object);
}

static void null(void *objects)
{
	tell(objects, obj_free(objects, NULL));
}

static void stack(void *objects)
{
	uint64_t variable;

	tell(objects, obj_free(objects, &variable));
}

/* No address at all. */
static void wild(void *objects)
{
	tell(objects, obj_free(objects, (void *)0xdeadbeefdeadbeef));
}

/* The begin of the page that the object lies in is its slab's header. */
static void header(void *objects)
{
	unsigned char *object = get(objects, 8);

	tell(objects,
	     obj_free(objects, object - (uintptr_t)object % PAGE_SIZE));
	put(objects, object);
}

/* A page that somebody has got as a page. */
static void page(void *objects)
{
	struct obj_alloc *o = objects;
	pfn_t             first = 0;
	enum page_status  status = page_alloc(o->pages, o->kind, 0, &first);

	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
	tell(objects,
	     obj_free(objects,
	              (void *)(uintptr_t)(o->distance + pfn_to_paddr(first))));
	status = page_free(o->pages, first, 0);
	ASSERT(status == PAGE_OK, "%s", page_status_text(status));
}

static void nothing(void *objects)
{
	void *object;

	tell(objects, obj_alloc(objects, 0, &object));
}

static void too_large(void *objects)
{
	void *object;

	tell(objects, obj_alloc(objects, UINT64_MAX, &object));
}

/* One byte past what was asked for is in the red zone. */
static void overrun(void *objects)
{
	unsigned char *object = get(objects, 100);

	object[100] ^= 1;
	kprintf("%s\n", obj_status_text(obj_free(objects, object)));
	object[100] ^= 1;
	put(objects, object);
	must_hold(objects);
}

/* The same, found before the object is freed. */
static void overrun_check(void *objects)
{
	unsigned char *object = get(objects, 100);
	const char    *broken;

	object[115] ^= 1;
	broken = obj_alloc_check(objects);
	kprintf("it is not true that %s\n", broken != NULL ? broken : "...");
	object[115] ^= 1;
	put(objects, object);
	must_hold(objects);
}

static void begin(struct obj_alloc *objects, struct obj_cache *cache)
{
	enum obj_status status =
		obj_cache_new(objects, cache, "mistake", 64, 8, OBJ_UNCHECKED);

	ASSERT(status == OBJ_OK, "%s", obj_status_text(status));
}

static void end(struct obj_cache *cache)
{
	enum obj_status status = obj_cache_end(cache);

	ASSERT(status == OBJ_OK, "%s", obj_status_text(status));
}

static void other_cache(void *objects)
{
	struct obj_cache cache;
	void            *object = get(objects, 64);

	begin(objects, &cache);
	tell(objects, obj_delete(&cache, object));
	end(&cache);
	put(objects, object);
}

static void busy(void *objects)
{
	struct obj_cache cache;
	void            *object = NULL;
	enum obj_status  status;

	begin(objects, &cache);
	status = obj_new(&cache, &object);
	ASSERT(status == OBJ_OK, "%s", obj_status_text(status));
	tell(objects, obj_cache_end(&cache));
	put(objects, object);
	end(&cache);
}

static void align(void *objects)
{
	struct obj_cache cache;

	tell(objects,
	     obj_cache_new(objects, &cache, "mistake", 64, 24, OBJ_UNCHECKED));
}

static void cache_bytes(void *objects)
{
	struct obj_cache cache;

	tell(objects, obj_cache_new(objects, &cache, "mistake",
	                            OBJ_CACHE_BYTES + 1, 8, OBJ_UNCHECKED));
}

const struct mistake obj_mistakes[] = {
	{ "obj_twice", twice, false },
	{ "obj_large_twice", large_twice, false },
	{ "obj_inside", inside, false },
	{ "obj_large_inside", large_inside, false },
	{ "obj_null", null, false },
	{ "obj_stack", stack, false },
	{ "obj_wild", wild, false },
	{ "obj_header", header, false },
	{ "obj_page", page, false },
	{ "obj_nothing", nothing, false },
	{ "obj_too_large", too_large, false },
	{ "obj_overrun", overrun, false },
	{ "obj_overrun_check", overrun_check, false },
	{ "obj_other_cache", other_cache, false },
	{ "obj_busy", busy, false },
	{ "obj_align", align, false },
	{ "obj_cache_bytes", cache_bytes, false },
	{ NULL, NULL, false },
};
