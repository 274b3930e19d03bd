/**
 * @file
 * See random.h: objects, without and with red zones.
 *
 * The model is a list of who owns which bytes, and each owner has filled its
 * own with a byte of its own.
 */
#include <stdio.h>
#include <string.h>
#include "obj_arena_test.h"
#include "obj_slab.h"
#include "random.h"

#define OWNERS 48

/* Somebody who has an object. */
static struct owner { /* object NULL: nobody */
	unsigned char *object;
	uint64_t       bytes;
	unsigned char  pattern;
	bool           large; /* whole pages */
	bool           own;   /* of the cache below */
} owner[OWNERS];

static unsigned         owners; /* that there are */
static unsigned char   *gone;   /* the object that was freed last */
static struct obj_cache own;

static struct {
	struct obj_alloc  heap;
	struct obj_cache  own;
	struct msadsc     page[OBJ_ARENA_PAST];
	struct memareas   areas;
	struct page_alloc pages;
} kept;

static void keep(void)
{
	memcpy(&kept.heap, heap, sizeof(kept.heap));
	memcpy(&kept.own, &own, sizeof(own));
	memcpy(kept.page, arena.array.page, sizeof(kept.page));
	memcpy(&kept.areas, &arena.areas, sizeof(kept.areas));
	memcpy(&kept.pages, &arena.pages, sizeof(kept.pages));
}

static bool is_as_kept(void)
{
	return memcmp(&kept.heap, heap, sizeof(kept.heap)) == 0 &&
	       memcmp(&kept.own, &own, sizeof(own)) == 0 &&
	       memcmp(kept.page, arena.array.page, sizeof(kept.page)) == 0 &&
	       memcmp(&kept.areas, &arena.areas, sizeof(kept.areas)) == 0 &&
	       memcmp(&kept.pages, &arena.pages, sizeof(kept.pages)) == 0;
}

static void start(enum obj_checks checks)
{
	obj_arena_make(checks);
	obj_cache_new(heap, &own, "own", 40, 8, checks);
	owners = 0;
	memset(owner, 0, sizeof(owner));
	gone = NULL;
}

static void start_objects(void)
{
	start(OBJ_UNCHECKED);
}

static void start_zones(void)
{
	start(OBJ_CHECKED);
}

/* --- What must come of a call -------------------------------------------- */

static bool is_free(pfn_t pfn)
{
	pfn_t             first = msadsc_find(&arena.array, pfn);
	enum msadsc_state state = msadsc_state(arena.array.page[first]);

	return state == MSADSC_FREE || state == MSADSC_CACHED ||
	       state == MSADSC_GROUPED;
}

static bool has_block(uint64_t pages)
{
	for (pfn_t pfn = 0; pfn + pages <= OBJ_ARENA_PAST; pfn += pages) {
		uint64_t free = 0;

		while (free < pages && is_free(pfn + free))
			free++;
		if (free == pages)
			return true;
	}
	return false;
}

/* Whether a request can be refused: no block of pages is free for it. */
static bool may_refuse(uint64_t bytes, bool of_own)
{
	uint64_t block = 1;

	if (of_own)
		return !has_block(UINT64_C(1) << own.order);
	for (unsigned i = 0; i < OBJ_CLASSES; i++)
		if (heap->class[i].bytes >= bytes)
			return !has_block(UINT64_C(1) << heap->class[i].order);
	while (block * PAGE_SIZE < bytes)
		block *= 2;
	return !has_block(block);
}

/* No owner has a byte of it. */
static bool is_alone(const struct owner *o)
{
	for (unsigned i = 0; i < OWNERS; i++)
		if (owner[i].object != NULL &&
		    owner[i].object < o->object + o->bytes &&
		    o->object < owner[i].object + owner[i].bytes)
			return false;
	return true;
}

static bool holds(const struct owner *o, uint64_t bytes)
{
	uint64_t wrong = 0;

	for (uint64_t i = 0; i < bytes; i++)
		wrong += o->object[i] != o->pattern;
	return wrong == 0;
}

/* The first from @from on, in a circle, who has an object or has none.  When a
 * move is left out, most others still mean the same. */
static struct owner *next_owner(unsigned from, bool has)
{
	for (unsigned i = 0; i < OWNERS; i++) {
		struct owner *o = &owner[(from + i) % OWNERS];

		if ((o->object != NULL) == has)
			return o;
	}
	return NULL;
}

/* --- The moves ----------------------------------------------------------- */

static const char *take(uint32_t move, char *text)
{
	uint64_t     most = UINT64_C(8) << RANDOM_BYTE(move, 3) % 12;
	uint64_t     number = RANDOM_BYTE(move, 1) | RANDOM_BYTE(move, 2) << 8;
	struct owner o = { .own = RANDOM_BYTE(move, 3) >= 240,
		           .bytes = 1 + number % most,
		           .pattern = (unsigned char)(move >> 3) };
	void        *object = NULL;
	uint64_t     large = heap->large_pages;
	enum obj_status status;

	if (owners == OWNERS)
		return NULL;
	if (o.own)
		o.bytes = own.bytes;
	status = o.own ? obj_new(&own, &object)
	               : obj_alloc(heap, o.bytes, &object);
	if (random_has_bug("twice") && owners == 2 && object != NULL)
		object = next_owner(0, true)->object;
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "%s(%llu bytes): %p",
		         o.own ? "obj_new" : "obj_alloc",
		         (unsigned long long)o.bytes, object);
	if (status == OBJ_NO_MEMORY)
		return may_refuse(o.bytes, o.own)
		               ? NULL
		               : "an object is given out where pages are";
	if (status != OBJ_OK)
		return "no other reason is there to refuse";
	o.object = object;
	o.large = heap->large_pages != large;
	if (!is_alone(&o) || (uintptr_t)object % (o.bytes > 8 ? 8 : 1) != 0)
		return "an object is given to one";
	memset(object, o.pattern, o.bytes);
	*next_owner(RANDOM_BYTE(move, 1), false) = o;
	owners++;
	return NULL;
}

static const char *give(uint32_t move, char *text)
{
	struct owner   *o;
	enum obj_status status;

	if (owners == 0)
		return NULL;
	o = next_owner(RANDOM_BYTE(move, 1), true);
	if (!holds(o, o->bytes))
		return "nobody else writes to an object";
	if (random_has_bug("leak") && owners == 3)
		status = OBJ_OK;
	else
		status = o->own ? obj_delete(&own, o->object)
		                : obj_free(heap, o->object);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "%s(%p): %s",
		         o->own ? "obj_delete" : "obj_free", (void *)o->object,
		         obj_status_text(status));
	if (status != OBJ_OK)
		return "a live object is taken back";
	gone = o->object;
	o->object = NULL;
	owners--;
	return NULL;
}

/* The owner of the byte, or NULL. */
static const struct owner *owner_of(const unsigned char *byte)
{
	for (unsigned i = 0; i < OWNERS; i++)
		if (owner[i].object != NULL && byte >= owner[i].object &&
		    byte < owner[i].object + owner[i].bytes)
			return &owner[i];
	return NULL;
}

/* An address that is none to be freed, in or near the arena. */
static unsigned char *wrong_address(uint32_t move)
{
	uint64_t offset = RANDOM_BYTE(move, 2) | RANDOM_BYTE(move, 3) << 8;
	uint64_t ram = heap->distance + pfn_to_paddr(OBJ_ARENA_FIRST);

	if (RANDOM_BYTE(move, 1) % 4 == 0)
		return gone;
	if (RANDOM_BYTE(move, 1) % 4 == 1 && owners > 0)
		return next_owner((unsigned)(offset % OWNERS), true)->object +
		       offset / OWNERS;
	return (unsigned char *)(uintptr_t)(ram + offset * 2);
}

static const char *give_wrong(uint32_t move, char *text)
{
	unsigned char      *address = wrong_address(move);
	const struct owner *o = owner_of(address);
	enum obj_status     status;

	if (o != NULL && o->object == address)
		return NULL;
	keep();
	status = obj_free(heap, address);
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "obj_free(%p): %s",
		         (void *)address, obj_status_text(status));
	if (status == OBJ_OK || (o != NULL && status != OBJ_INSIDE))
		return "what is no live object is refused with the reason";
	return is_as_kept() ? NULL : "a call that is refused changes nothing";
}

static const char *trim(uint32_t move, char *text)
{
	uint64_t pages = obj_alloc_trim(heap);

	(void)move;
	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES,
		         "obj_alloc_trim(): %llu pages",
		         (unsigned long long)pages);
	return NULL;
}

/* --- What must hold after each ------------------------------------------- */

static const char *compare(void)
{
	const char *broken = obj_alloc_check(heap);
	uint64_t    live = obj_cache_live(&own), large = 0;

	if (broken == NULL)
		broken = page_alloc_check(&arena.pages);
	if (broken != NULL)
		return broken;
	for (unsigned i = 0; i < OBJ_CLASSES; i++)
		if (heap->class[i].slabs != 0)
			live += obj_cache_live(&heap->class[i]);
	for (unsigned i = 0; i < OWNERS; i++) {
		if (owner[i].object == NULL)
			continue;
		if (!holds(&owner[i], min_u64(owner[i].bytes, 8)))
			return "nobody else writes to an object";
		if (owner[i].large)
			large += pfn_up(owner[i].bytes);
		else
			live--;
	}
	if (live != 0)
		return "as many objects are live as were given out";
	if (heap->large_pages != large)
		return "large objects have their pages";
	return NULL;
}

static const char *play(uint32_t move, char *text)
{
	typedef const char *(*deed)(uint32_t, char *);
	/* Even: takes; odd: gives back. */
	static const deed deeds[] = { take, give, take, give,       take, give,
		                      take, give, take, give_wrong, take, give,
		                      take, give, take, give_wrong };
	unsigned          number = RANDOM_BYTE(move, 0) % 16;
	const char       *broken;

	if (text != NULL)
		snprintf(text, RANDOM_TEXT_BYTES, "nothing to do");
	broken = RANDOM_BYTE(move, 0) == 255 ? trim(move, text)
	                                     : deeds[number](move, text);
	return broken != NULL ? broken : compare();
}

const struct random_game random_objects = {
	"objects",
	"twice (the third object is the first again), leak (of three, one is "
	"not freed)",
	start_objects,
	play,
};

const struct random_game random_zones = {
	"zones",
	"as objects",
	start_zones,
	play,
};
