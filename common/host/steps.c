/**
 * @file
 * Interrupts at every instruction of the allocators' calls.
 *
 * A call is made with the CPU's trap flag on: after each instruction the
 * system calls a handler of ours, just as an interrupt would.  There
 *
 *   - what only reads is called: it must come back at any time;
 *   - the check is asked whether all that must hold does hold;
 *   - a copy of the process goes on in which the handler has allocated, and
 *     kept, something itself: then the call ends, and the check is asked.
 *
 * page_alloc.h, obj_alloc.h and memm.h promise the last two between calls
 * only.  So there none may fail, and within calls they are counted: that is
 * what it costs not to hold interrupts off.
 *
 *     steps          all calls
 *     steps --bug    takes the middle of a call for its end: must fail
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "host.h"
#include "memm_test.h"
#include "obj_arena_test.h"

#define TRAP_FLAG 0x100
#define SECONDS   2 /* whoever needs longer hangs */

/* A call on a machine: what goes before it, the call, and what a handler would
 * do.  All return false where what they get is not what they should get. */
struct scene {
	const char *name;
	void (*make)(void);
	void (*call)(void);
	void (*allocate)(void);
	const char *(*check)(void);
};

static struct memm memm;
static pfn_t       first[40];
static void       *block[40];
static bool        bug;

/* --- What is interrupted -------------------------------------------------- */

static void get(unsigned i, unsigned order)
{
	page_alloc(&arena.pages, MEMAREA_HARDWARE, order, &first[i]);
}

static void make_pages(void)
{
	static const struct arena_range ram[] = { { 64, 320 }, { 0, 0 } };

	arena_make(ram, NULL);
	memset(first, 0, sizeof(first));
	memset(block, 0, sizeof(block));
	get(0, 0);
	get(1, 2);
}

static void alloc_cached(void)
{
	get(2, 0);
}

static void alloc_split(void)
{
	get(2, 1);
}

static void put(unsigned i, unsigned order)
{
	page_free(&arena.pages, first[i], order);
	first[i] = 0;
}

static void free_cached(void)
{
	put(0, 0);
}

static void free_joined(void)
{
	put(1, 2);
}

static void alloc_exact(void)
{
	pages_alloc_exact(&arena.pages, MEMAREA_HARDWARE, 7, &first[2]);
}

/* There is no group, so that the next single page needs one. */
static void make_without_cache(void)
{
	make_pages();
	page_empty_caches(&arena.pages);
}

/* The buddy of page 0 is on the stack, and another group is the current one. */
static void make_other_group(void)
{
	make_pages();
	get(2, 0);
	for (unsigned i = 0; i < PAGE_GROUP; i++)
		get(3, 0);
	put(2, 0);
}

static void handler_pages(void)
{
	get(30, 0);
	get(31, 1);
}

/* Nobody has a page twice: all blocks are in use, and none is another. */
static const char *check_pages(void)
{
	const char *broken = page_alloc_check(&arena.pages);

	for (unsigned i = 0; i < 40 && broken == NULL; i++)
		for (unsigned k = 0; k < i; k++)
			if (first[i] != 0 && first[i] == first[k])
				broken = "nobody has a page twice";
	return broken;
}

static void take(unsigned i, uint64_t bytes)
{
	obj_alloc(heap, bytes, &block[i]);
}

static void make_objects(void)
{
	obj_arena_make(OBJ_UNCHECKED);
	memset(block, 0, sizeof(block));
	take(0, 64);
	take(1, 64);
}

static void alloc_object(void)
{
	take(2, 64);
}

static void alloc_slab(void)
{
	take(2, 500);
}

static void free_object(void)
{
	obj_free(heap, block[1]);
	block[1] = NULL;
}

static void handler_objects(void)
{
	take(30, 64);
	take(31, 500);
}

static const char *check_blocks(const char *broken)
{
	for (unsigned i = 0; i < 40 && broken == NULL; i++)
		for (unsigned k = 0; k < i; k++)
			if (block[i] != NULL && block[i] == block[k])
				broken = "nobody has an object twice";
	return broken;
}

static const char *check_objects(void)
{
	const char *broken = obj_alloc_check(heap);

	if (broken == NULL)
		broken = page_alloc_check(&arena.pages);
	return check_blocks(broken);
}

static void make_memm(void)
{
	memm_test_begin(&memm, 0);
	memset(block, 0, sizeof(block));
	memm_allocate(&memm, 1, 100, 0, &block[0]);
	memm_allocate(&memm, 1, 100, 0, &block[1]);
}

static void alloc_memm(void)
{
	memm_allocate(&memm, 1, 100, 0, &block[2]);
}

static void free_memm(void)
{
	memm_free(&memm, block[1]);
	block[1] = NULL;
}

static void handler_memm(void)
{
	memm_allocate(&memm, 1, 100, 0, &block[30]);
}

static const char *check_memm(void)
{
	return check_blocks(memm_check(&memm));
}

static const struct scene scenes[] = {
	{ "page_alloc, from the cache", make_pages, alloc_cached, handler_pages,
	  check_pages },
	{ "page_alloc, the cache is empty", make_without_cache, alloc_cached,
	  handler_pages, check_pages },
	{ "page_alloc, a block is split", make_pages, alloc_split,
	  handler_pages, check_pages },
	{ "page_free, into the cache", make_pages, free_cached, handler_pages,
	  check_pages },
	{ "page_free, another group", make_other_group, free_cached,
	  handler_pages, check_pages },
	{ "page_free, blocks are joined", make_without_cache, free_joined,
	  handler_pages, check_pages },
	{ "pages_alloc_exact, 7 pages", make_pages, alloc_exact, handler_pages,
	  check_pages },
	{ "obj_alloc, a place is at hand", make_objects, alloc_object,
	  handler_objects, check_objects },
	{ "obj_alloc, a slab is made", make_objects, alloc_slab,
	  handler_objects, check_objects },
	{ "obj_free", make_objects, free_object, handler_objects,
	  check_objects },
	{ "memm_allocate", make_memm, alloc_memm, handler_memm, check_memm },
	{ "memm_free", make_memm, free_memm, handler_memm, check_memm },
};

/* --- What interrupts ------------------------------------------------------ */

enum verdict { GOOD, DAMAGED, STOPPED };

static const struct scene *scene;
static uint64_t            steps, sound, unread, count[3];
static bool                copied; /* we are the copy that goes on */

/* Whatever the moment, these only read; they end, and touch what is theirs. */
static void read_all(void)
{
	char text[PAGE_EXPLAIN_BYTES];

	for (pfn_t pfn = 0; pfn < 330; pfn++) {
		page_owner(&arena.pages, pfn);
		page_shares(&arena.pages, pfn);
		page_explain(text, &arena.pages, PAGE_IS_FREE, pfn);
		msadsc_tell(&arena.array, pfn_to_paddr(pfn));
		memarea_tell(&arena.areas, pfn_to_paddr(pfn));
	}
	page_cached(&arena.pages);
}

/* Do it in a copy of the process; how that ended. */
static enum verdict in_copy(void (*deed)(void))
{
	int   status = 0;
	pid_t child = fork();

	if (child == 0) {
		alarm(SECONDS);
		freopen("/dev/null", "w", stderr);
		deed();
		_exit(GOOD);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? (enum verdict)WEXITSTATUS(status) : STOPPED;
}

static void ask_check(void)
{
	_exit(scene->check() == NULL ? GOOD : DAMAGED);
}

/* The copy has allocated, and goes on with the interrupted call. */
static bool goes_on(void)
{
	int   status = 0;
	pid_t child = fork();

	if (child == 0) {
		alarm(SECONDS);
		freopen("/dev/null", "w", stderr);
		copied = true;
		scene->allocate();
		return true;
	}
	waitpid(child, &status, 0);
	count[WIFEXITED(status) ? WEXITSTATUS(status) : STOPPED]++;
	return false;
}

static void on_step(int number, siginfo_t *info, void *context)
{
	ucontext_t *at = context;

	(void)number;
	(void)info;
	steps++;
	unread += in_copy(read_all) != GOOD;
	sound += in_copy(ask_check) == GOOD;
	if (goes_on())
		at->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
}

static __attribute__((noinline)) void step_through(void (*call)(void))
{
	__asm__ volatile("pushfq\n\torq %0, (%%rsp)\n\tpopfq"
	                 :
	                 : "i"(TRAP_FLAG)
	                 : "memory", "cc");
	call();
	__asm__ volatile("pushfq\n\tandq %0, (%%rsp)\n\tpopfq"
	                 :
	                 : "i"(~TRAP_FLAG)
	                 : "memory", "cc");
}

static void nothing(void)
{
}

/* Count all boundaries of a call; `copied` processes end here. */
static void interrupt(const struct scene *s, void (*call)(void))
{
	scene = s;
	steps = sound = unread = count[0] = count[1] = count[2] = 0;
	s->make();
	step_through(call);
	if (copied)
		ask_check();
}

static unsigned number, failed;

static void point(bool good, const char *name)
{
	failed += !good;
	printf("%s %u %s\n", good ? "ok" : "not ok", ++number, name);
}

static void try_scene(const struct scene *s)
{
	bool read;

	interrupt(s, bug ? s->call : nothing);
	printf("# %s\n", s->name);
	point(steps > 0 && sound == steps && count[GOOD] == steps,
	      "between calls all is sound, and a handler may allocate");
	read = unread == 0;
	interrupt(s, s->call);
	printf("# %llu boundaries; at %llu all is sound; a handler that "
	       "allocates: %llu go well, %llu damage, %llu stop\n",
	       (unsigned long long)steps, (unsigned long long)sound,
	       (unsigned long long)count[GOOD],
	       (unsigned long long)count[DAMAGED],
	       (unsigned long long)count[STOPPED]);
	point(read && unread == 0, "at each boundary, what reads comes back");
	point(s->check() == NULL, "the call was done, in steps");
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = on_step,
		                    .sa_flags = SA_SIGINFO };

	bug = argc > 1 && strcmp(argv[1], "--bug") == 0;
	host_print_to(NULL);
	setvbuf(stdout, NULL, _IONBF, 0);
	sigaction(SIGTRAP, &action, NULL);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		try_scene(&scenes[i]);
	printf("1..%u\n", number);
	return failed != 0;
}
