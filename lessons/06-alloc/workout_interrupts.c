/**
 * @file
 * Lesson 6: interrupts that allocate: see workout.h.
 *
 * The idea: two play the same game, each with slots of its own that it fills
 * and empties by chance.  One is the kernel, the other the timer's handler,
 * which comes in between wherever the kernel just is.
 */
#include "kalloc.h"
#include "phys.h"
#include "workout.h"

#define SLOTS      64 /* every second one is for pages */
#define STEPS      8  /* of the handler's, at each interrupt */
#define STEPS_MOST 20000000

struct player {
	struct obj_alloc *objects;
	uint64_t          seed;
	uint64_t         *memory[SLOTS]; /* or NULL */
	pfn_t             page[SLOTS];
	const char       *broken; /* what went wrong, or NULL */
};

struct match {
	struct player kernel, handler;
	uint64_t      interrupts, most;
};

/* xorshift64 of Marsaglia, "Xorshift RNGs". */
static uint64_t chance(struct player *player, uint64_t below)
{
	player->seed ^= player->seed << 13;
	player->seed ^= player->seed >> 7;
	player->seed ^= player->seed << 17;
	return player->seed % below;
}

static void *take_page(struct player *player, pfn_t *page)
{
	if (kpage_alloc(player->objects->pages, MEMAREA_USER, 0, page) !=
	    PAGE_OK)
		return NULL;
	return phys_to_virt(pfn_to_paddr(*page), PAGE_SIZE);
}

static void *take_object(struct player *player)
{
	void *object = NULL;

	kmalloc(player->objects, 8 + chance(player, 1000), &object);
	return object;
}

static void come(struct player *player, unsigned i)
{
	uint64_t *memory = i % 2 == 0 ? take_page(player, &player->page[i])
	                              : take_object(player);

	if (memory != NULL)
		*memory = (uintptr_t)&player->memory[i];
	player->memory[i] = memory;
}

static bool give_back(struct player *player, unsigned i)
{
	struct obj_alloc *objects = player->objects;

	return i % 2 == 0 ? kpage_free(objects->pages, player->page[i], 0) ==
	                            PAGE_OK
	                  : kfree(objects, player->memory[i]) == OBJ_OK;
}

static void go(struct player *player, unsigned i)
{
	if (*player->memory[i] != (uintptr_t)&player->memory[i])
		player->broken = "memory holds what its owner wrote";
	else if (!give_back(player, i))
		player->broken = "what was given out is taken back";
	player->memory[i] = NULL;
}

static void step(struct player *player)
{
	unsigned i = (unsigned)chance(player, SLOTS);

	if (player->memory[i] == NULL)
		come(player, i);
	else
		go(player, i);
}

static void interrupt(void *argument)
{
	struct match *match = argument;

	if (match->interrupts == match->most)
		return;
	match->interrupts++;
	for (unsigned i = 0; i < STEPS; i++)
		step(&match->handler);
}

static const char *end(struct player *player)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (player->memory[i] != NULL)
			go(player, i);
	return player->broken;
}

const char *workout_interrupts(struct obj_alloc *objects, uint64_t interrupts)
{
	struct match match = { .kernel = { .objects = objects, .seed = 1 },
		               .handler = { .objects = objects, .seed = 2 },
		               .most = interrupts };
	const char  *broken;

	if (!interrupts_begin(interrupt, &match)) {
		kprintf("workout: no timer here that could interrupt\n");
		return NULL;
	}
	for (unsigned i = 0; i < STEPS_MOST; i++) {
		if (match.interrupts == interrupts)
			break;
		step(&match.kernel);
	}
	interrupts_end();
	if (match.interrupts < interrupts)
		return "the timer interrupts";
	broken = end(&match.kernel);
	if (broken == NULL)
		broken = end(&match.handler);
	if (broken == NULL)
		broken = obj_alloc_check(objects);
	if (broken != NULL)
		return broken;
	kprintf("workout: %llu interrupts took memory and gave it back, "
	        "between the kernel's calls\n",
	        (unsigned long long)match.interrupts);
	obj_alloc_trim(objects);
	return page_alloc_check(objects->pages);
}
