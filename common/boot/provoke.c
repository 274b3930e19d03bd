/**
 * @file
 * See provoke.h.
 */
#include "provoke.h"

#include "kernel.h"
#include "kstring.h"

#define LATE "late-"
#define SETS 8 /* three of the machine's, and those of stages */

static struct {
	const struct mistake *mistakes;
	void                 *stage;
} offered[SETS] = { { provoke_memory, NULL },
	            { provoke_cpu, NULL },
	            { provoke_kernel, NULL } };

static unsigned sets = 3;

void provoke_offer(const struct mistake *mistakes, void *stage)
{
	ASSERT(sets < SETS, "raise SETS (%d)", SETS);
	offered[sets].mistakes = mistakes;
	offered[sets++].stage = stage;
}

static void make(const struct mistake *mistake, void *stage)
{
	kprintf("provoke: %s: ", mistake->name);
	mistake->make(stage);
	if (mistake->ends)
		panic("provoke=%s had no effect", mistake->name);
}

/* Make the mistake of this name; return if there is none. */
static bool make_named(const char *name)
{
	for (unsigned i = 0; i < sets; i++)
		for (const struct mistake *m = offered[i].mistakes;
		     m->name != NULL; m++)
			if (strcmp(name, m->name) == 0) {
				make(m, offered[i].stage);
				return true;
			}
	return false;
}

/* All that are refused are made, or all there are listed. */
static void make_or_list(bool list)
{
	for (unsigned i = 0; i < sets; i++)
		for (const struct mistake *m = offered[i].mistakes;
		     m->name != NULL; m++)
			if (list)
				kprintf("provoke: %s %s\n", m->name,
				        m->ends ? "ends the kernel"
				                : "is refused");
			else if (!m->ends)
				make(m, offered[i].stage);
}

void provoke_early(const char *name)
{
	make_named(name);
}

void provoke_late(const char *name)
{
	if (strncmp(name, LATE, strlen(LATE)) == 0)
		name += strlen(LATE);
	if (strcmp(name, "list") == 0 || strcmp(name, "all") == 0)
		make_or_list(strcmp(name, "list") == 0);
	else if (!make_named(name))
		panic("provoke=%s: there is no such mistake here; "
		      "provoke=list lists them",
		      name);
}
