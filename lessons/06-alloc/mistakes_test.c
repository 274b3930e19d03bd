/**
 * @file
 * Tests of lesson 6: the mistakes of mistakes.h are refused, on a small
 * machine, and when all is given back no page is missing.
 */
#include "mistakes.h"
#include "obj_arena_test.h"
#include "test.h"
#include "user_mode.h"

/* All of a table that are refused. */
static void make(const struct mistake *m, void *stage)
{
	for (; m->name != NULL; m++) {
		if (m->ends)
			continue;
		kprintf("# %s: ", m->name);
		m->make(stage);
		CHECK_TEXT(obj_alloc_check(heap), NULL);
		obj_alloc_trim(heap);
		page_empty_caches(&arena.pages);
		CHECK_TEXT(page_alloc_check(&arena.pages), NULL);
		CHECK(arena_lists_are_as_kept());
	}
}

TEST(mistakes_with_pages_leave_all_as_it_was)
{
	obj_arena_make(OBJ_CHECKED);
	make(page_mistakes, &arena.pages);
	make(page_damage, &arena.pages);
	obj_arena_end();
}

TEST(mistakes_with_objects_leave_all_as_it_was)
{
	obj_arena_make(OBJ_CHECKED);
	make(obj_mistakes, heap);
	obj_arena_end();
}

TEST(mistakes_with_memory_of_processes_leave_all_as_it_was)
{
	obj_arena_make(OBJ_CHECKED);
	make(memm_mistakes, &arena.pages);
	obj_arena_end();
}

/* Programs run on real pages only: the booted kernel makes these itself. */
TEST(mistakes_of_programs_need_user_mode)
{
	if (user_mode_look().there)
		return;
	obj_arena_make(OBJ_CHECKED);
	make(memm_program_mistakes, &arena.pages);
	obj_arena_end();
}
