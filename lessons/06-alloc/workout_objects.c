/**
 * @file
 * Lesson 6: objects come and go: see workout.h.
 *
 * The idea: a table of slots.  Each step picks one by chance; a full slot's
 * object is read and goes, an empty one gets an object of a size by chance,
 * filled with its own address.  The table is an object too.
 */
#include "workout.h"

#define SLOTS      2048
#define BYTES_MOST (8 * KiB)

struct slot {
	uint64_t *object; /* or NULL */
	uint64_t  words;
};

struct play {
	struct obj_alloc *objects;
	struct slot      *slot;
	uint64_t          seed, live, live_bytes;
};

/* xorshift64 of Marsaglia, "Xorshift RNGs". */
static uint64_t chance(struct play *play, uint64_t below)
{
	play->seed ^= play->seed << 13;
	play->seed ^= play->seed >> 7;
	play->seed ^= play->seed << 17;
	return play->seed % below;
}

static const char *come(struct play *play, struct slot *slot)
{
	/* Small ones are asked for more often: a power of two is drawn first. */
	uint64_t most = BYTES_MOST >> chance(play, 10);
	void    *object;

	slot->words = 1 + chance(play, most / 8);
	if (obj_alloc(play->objects, slot->words * 8, &object) != OBJ_OK)
		return NULL;
	slot->object = object;
	for (uint64_t i = 0; i < slot->words; i++)
		slot->object[i] = (uintptr_t)&slot->object[i];
	play->live++;
	play->live_bytes += slot->words * 8;
	return NULL;
}

static const char *go(struct play *play, struct slot *slot)
{
	for (uint64_t i = 0; i < slot->words; i++)
		if (slot->object[i] != (uintptr_t)&slot->object[i])
			return "an object holds what its owner wrote";
	if (obj_free(play->objects, slot->object) != OBJ_OK)
		return "an object that was given out is taken back";
	slot->object = NULL;
	play->live--;
	play->live_bytes -= slot->words * 8;
	return NULL;
}

static void show(const struct play *play)
{
	uint64_t pages = play->objects->slab_pages + play->objects->large_pages;
	char     live[BYTES_TEXT_BYTES], held[BYTES_TEXT_BYTES];

	kprintf("workout: %4llu objects live, %9s in %9s of pages\n",
	        (unsigned long long)play->live,
	        bytes_text(live, play->live_bytes),
	        bytes_text(held, pfn_to_paddr(pages)));
}

static const char *run(struct play *play, uint64_t steps)
{
	const char *broken = NULL;

	for (uint64_t i = 1; broken == NULL && i <= steps; i++) {
		struct slot *slot = &play->slot[chance(play, SLOTS)];

		broken = slot->object == NULL ? come(play, slot)
		                              : go(play, slot);
		if (i % (steps / 4) == 0)
			show(play);
	}
	for (uint64_t i = 0; broken == NULL && i < SLOTS; i++)
		if (play->slot[i].object != NULL)
			broken = go(play, &play->slot[i]);
	return broken;
}

const char *workout_objects(struct obj_alloc *objects, uint64_t steps)
{
	struct play play = { .objects = objects,
		             .seed = UINT64_C(88172645463325252) };
	uint64_t    before;
	const char *broken;
	void       *table;

	obj_alloc_trim(objects);
	before = objects->slab_pages + objects->large_pages;
	if (obj_alloc_zeroed(objects, SLOTS * sizeof(struct slot), &table) !=
	    OBJ_OK) {
		kprintf("workout: no room for objects here\n");
		return NULL;
	}
	play.slot = table;
	broken = run(&play, steps);
	if (broken == NULL)
		broken = obj_alloc_check(objects);
	if (broken != NULL)
		return broken;
	if (obj_free(objects, table) != OBJ_OK)
		return "the table of objects is taken back";
	obj_alloc_trim(objects);
	show(&play);
	return objects->slab_pages + objects->large_pages == before
	               ? NULL
	               : "all pages come back from objects";
}
