/**
 * @file
 * Objects beside a model: a list of who owns which bytes, and what they wrote.
 */
#include "obj_arena_test.h"
#include "test.h"

#define OWNERS 128
#define STEPS  6000

/* An object that the model believes to be live. */
struct owner {
	unsigned char *object;
	uint64_t       bytes;
	unsigned char  pattern;
};

static struct owner owner[OWNERS];
static unsigned     owners;
static uint64_t     seed;

static void fill(const struct owner *o)
{
	for (uint64_t i = 0; i < o->bytes; i++)
		o->object[i] = (unsigned char)(o->pattern + i);
}

static bool holds(const struct owner *o)
{
	for (uint64_t i = 0; i < o->bytes; i++)
		if (o->object[i] != (unsigned char)(o->pattern + i))
			return false;
	return true;
}

/* No two owners have a byte in common. */
static bool alone(const struct owner *o)
{
	for (unsigned i = 0; i < owners; i++)
		if (owner[i].object < o->object + o->bytes &&
		    o->object < owner[i].object + owner[i].bytes)
			return false;
	return true;
}

/* Many small ones, some of a page or more. */
static uint64_t random_bytes(void)
{
	uint64_t most = UINT64_C(8) << test_random(&seed) % 11;

	return 1 + test_random(&seed) % most;
}

static void step_alloc(void)
{
	struct owner o = { .bytes = random_bytes() };
	void        *object = NULL;

	if (obj_alloc(heap, o.bytes, &object) != OBJ_OK) {
		CHECK(obj_arena_pages() * 2 > OBJ_ARENA_PAGES);
		return;
	}
	o.object = object;
	o.pattern = (unsigned char)test_random(&seed);
	CHECK(alone(&o));
	fill(&o);
	owner[owners++] = o;
}

static void step_free(void)
{
	unsigned     i = (unsigned)(test_random(&seed) % owners);
	struct owner o = owner[i];
	uint64_t     inside = 1 + test_random(&seed) % o.bytes;

	CHECK(holds(&o));
	if (inside < o.bytes)
		CHECK_EQ(obj_free(heap, o.object + inside), OBJ_INSIDE);
	CHECK_EQ(obj_free(heap, o.object), OBJ_OK);
	CHECK_EQ(obj_free(heap, o.object), OBJ_IS_FREE);
	owner[i] = owner[--owners];
}

/* Any address of the machine's memory: only an owner's first byte is taken. */
static void step_wrong(void)
{
	const paddr_t ram = pfn_to_paddr(OBJ_ARENA_FIRST);
	uint64_t      offset =
		test_random(&seed) % (pfn_to_paddr(OBJ_ARENA_PAST) - ram);
	unsigned char *anywhere =
		(unsigned char *)(uintptr_t)(heap->distance + ram + offset);
	uint64_t before = obj_arena_sum();

	for (unsigned i = 0; i < owners; i++)
		if (owner[i].object == anywhere)
			return;
	CHECK(obj_free(heap, anywhere) != OBJ_OK);
	CHECK_EQ(obj_arena_sum(), before);
}

static void compare(enum obj_checks checks)
{
	obj_arena_make(checks);
	seed = 1 + checks;
	owners = 0;
	for (unsigned i = 0; i < STEPS; i++) {
		/* Fill up and empty, by turns. */
		uint64_t odds = i / 1000 % 2 == 0 ? 6 : 2;

		if (owners == 0 ||
		    (owners < OWNERS && test_random(&seed) % 8 < odds))
			step_alloc();
		else
			step_free();
		if (i % 16 == 0 && owners > 0)
			step_wrong();
		if (i % 64 == 0)
			CHECK_TEXT(obj_alloc_check(heap), NULL);
	}
	while (owners > 0)
		step_free();
	obj_arena_end();
}

TEST(obj_alloc_agrees_with_a_model)
{
	compare(OBJ_UNCHECKED);
}

TEST(obj_alloc_with_red_zones_agrees_with_a_model)
{
	compare(OBJ_CHECKED);
}
