/**
 * @file
 * Lesson 6: the red zone, where a write past an object's end is seen.
 *
 * The idea: what lies between the bytes that were asked for and the end of
 * their place is filled with a pattern, and the last word of the place says
 * how many bytes that were.
 */
#include "kstring.h"
#include "obj_slab.h"

#define ZONE_FILL 0xa5

/* What was asked for, and again inverted, so that no overrun writes it by
 * chance. */
static uint64_t zone_word(uint64_t bytes)
{
	return bytes | ~bytes << 32;
}

void obj_zone_write(const struct obj_cache *cache, char *object, uint64_t bytes)
{
	uint64_t past = cache->stride - sizeof(uint64_t);
	uint64_t word = zone_word(bytes);

	memset(object + bytes, ZONE_FILL, past - bytes);
	memcpy(object + past, &word, sizeof(word));
}

bool obj_zone_holds(const struct obj_cache *cache, const char *object)
{
	uint64_t past = cache->stride - sizeof(uint64_t);
	uint64_t word, bytes;

	memcpy(&word, object + past, sizeof(word));
	bytes = word & UINT32_MAX;
	if (word != zone_word(bytes) || bytes > cache->bytes)
		return false;
	for (uint64_t i = bytes; i < past; i++)
		if ((unsigned char)object[i] != ZONE_FILL)
			return false;
	return true;
}
