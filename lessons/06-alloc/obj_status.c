/**
 * @file
 * Lesson 6: what the statuses of objects say.
 */
#include "obj_alloc.h"

const char *obj_status_text(enum obj_status status)
{
	switch (status) {
	case OBJ_OK:
		return "done";
	case OBJ_NO_MEMORY:
		return "no memory: the pages have no block left that is large "
		       "enough";
	case OBJ_BAD_BYTES:
		return "no such size: 0 bytes, or more than a cache can hold";
	case OBJ_BAD_ALIGN:
		return "no such alignment: a power of two up to a page";
	case OBJ_FOREIGN:
		return "not an object: this memory was not given out here";
	case OBJ_IS_FREE:
		return "free already: freed twice, or never given out";
	case OBJ_INSIDE:
		return "inside an object: give the pointer to its first byte";
	case OBJ_WRONG_CACHE:
		return "an object of another cache";
	case OBJ_OVERRUN:
		return "overrun: somebody wrote past the end of this object";
	case OBJ_BUSY:
		return "the cache has live objects: free them first";
	}
	return "no status of obj_alloc.h";
}
