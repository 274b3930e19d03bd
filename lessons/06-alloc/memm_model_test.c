/**
 * @file
 * Tests of lesson 6: processes come, allocate, write, free and go, beside a
 * model that knows only what each block must hold.
 */
#include "kstring.h"
#include "memm_test.h"
#include "test.h"

#define SLOTS 64
#define PIDS  6

/* The model of a block: its bytes are all @byte. */
static struct slot {
	unsigned char *block;
	uint64_t       bytes;
	uint64_t       pid;
	unsigned char  byte;
} slot[SLOTS];

static struct memm memm;

static unsigned wrong_bytes(const struct slot *s)
{
	unsigned wrong = 0;

	for (uint64_t i = 0; i < s->bytes; i++)
		wrong += s->block[i] != s->byte;
	return wrong;
}

static void allocate(struct slot *s, uint64_t *seed)
{
	uint64_t align = UINT64_C(1) << test_random(seed) % 14;
	void    *block;

	s->pid = test_random(seed) % PIDS;
	s->bytes = 1 +
	           test_random(seed) % (UINT64_C(16) << test_random(seed) % 13);
	s->byte = (unsigned char)test_random(seed);
	if (memm_allocate(&memm, s->pid, s->bytes, align, &block) != MEMM_OK)
		return;
	s->block = block;
	CHECK_EQ(memm_paddr(&memm, block) % align, 0);
	memset(block, s->byte, s->bytes);
}

static void give_back(struct slot *s)
{
	CHECK_EQ(wrong_bytes(s), 0);
	CHECK_EQ(memm_free(&memm, s->block), MEMM_OK);
	CHECK(memm_free(&memm, s->block) != MEMM_OK);
	s->block = NULL;
}

static void end_process(uint64_t pid)
{
	bool known = memm_find(&memm, pid) != NULL;

	CHECK_EQ(memm_reclaim(&memm, pid), known ? MEMM_OK : MEMM_NO_PROCESS);
	for (unsigned i = 0; i < SLOTS; i++)
		if (slot[i].pid == pid)
			slot[i].block = NULL;
}

/* An allocator goes, and its blocks with it. */
static void end_allocator(struct slot *s)
{
	struct memm_allocator *a = memm_holder(&memm, s->block);

	for (unsigned i = 0; i < SLOTS; i++)
		if (slot[i].block != NULL &&
		    memm_holder(&memm, slot[i].block) == a)
			slot[i].block = NULL;
	CHECK_EQ(memm_allocator_destroy(&memm, a), MEMM_OK);
}

/* Each process has the blocks that the model knows. */
static void compare(void)
{
	for (uint64_t pid = 0; pid < PIDS; pid++) {
		struct memm_stats stats = { 0 };
		uint64_t          blocks = 0, bytes = 0;

		for (unsigned i = 0; i < SLOTS; i++) {
			if (slot[i].block == NULL || slot[i].pid != pid)
				continue;
			CHECK_EQ(wrong_bytes(&slot[i]), 0);
			blocks++;
			bytes += slot[i].bytes;
		}
		memm_stats(&memm, pid, &stats);
		CHECK_EQ(stats.blocks, blocks);
		CHECK(stats.used_bytes >= bytes);
	}
}

static void step(uint64_t *seed)
{
	struct slot *s = &slot[test_random(seed) % SLOTS];
	uint64_t     dice = test_random(seed) % 200;

	if (dice == 0)
		end_process(1 + test_random(seed) % (PIDS - 1));
	else if (dice == 1)
		memm_sweep(&memm);
	else if (s->block == NULL)
		allocate(s, seed);
	else if (dice == 2)
		end_allocator(s);
	else
		give_back(s);
}

static void play(uint64_t seed)
{
	memset(slot, 0, sizeof(slot));
	for (unsigned i = 0; i < 3000; i++) {
		step(&seed);
		CHECK_TEXT(memm_check(&memm), NULL);
		if (i % 64 == 0)
			compare();
	}
	for (uint64_t pid = 1; pid < PIDS; pid++)
		end_process(pid);
	memm_test_end(&memm);
}

TEST(memm_agrees_with_a_model_of_blocks)
{
	memm_test_begin(&memm, 4);
	play(UINT64_C(88172645463325252));
}

TEST(memm_agrees_with_a_model_of_blocks_that_are_mapped)
{
	memm_test_begin_mapped(&memm);
	play(UINT64_C(362436069362436069));
}

#define NODES 200 /* In a tree; each can move to another one. */

static struct memm_node  node[2 * NODES];
static struct memm_node *root;

/* The slow and obvious way. */
static struct memm_node *first_fit(uint64_t weight)
{
	struct memm_node *best = NULL;

	for (unsigned i = 0; i < 2 * NODES; i++)
		if (node[i].height != 0 && node[i].weight >= weight &&
		    (best == NULL || node[i].key < best->key))
			best = &node[i];
	return best;
}

/* The nearest node on one side of @key, or on it. */
static struct memm_node *nearest(uint64_t key, bool above)
{
	struct memm_node *best = NULL;

	for (unsigned i = 0; i < 2 * NODES; i++) {
		uint64_t k = node[i].key;

		if (node[i].height == 0 || (above ? k < key : k > key))
			continue;
		if (best == NULL || (above ? k < best->key : k > best->key))
			best = &node[i];
	}
	return best;
}

static void swap(struct memm_node **a, struct memm_node **b)
{
	struct memm_node *kept = *a;

	*a = *b;
	*b = kept;
}

/* @n is in the tree, @other is not. */
static void change(struct memm_node *n, struct memm_node *other, uint64_t key,
                   uint64_t weight, uint64_t how)
{
	switch (how) {
	case 0:
		memm_tree_weigh(root, n->key, weight);
		return;
	case 1:
		memm_tree_move(&root, n->key, other, key, weight);
		break;
	default:
		memm_tree_remove(&root, n->key);
		break;
	}
	n->height = 0;
}

TEST(memm_tree_agrees_with_a_list)
{
	uint64_t seed = 2463534242;

	root = NULL;
	memset(node, 0, sizeof(node));
	for (unsigned i = 0; i < 4000; i++) {
		uint64_t          place = test_random(&seed) % NODES;
		uint64_t          key = 7 * place + test_random(&seed) % 7;
		uint64_t          weight = test_random(&seed) % 1000;
		struct memm_node *n = &node[place], *other = n + NODES;

		if (n->height == 0)
			swap(&n, &other);
		if (n->height == 0)
			memm_tree_insert(&root, n, key, weight);
		else
			change(n, other, key, weight, test_random(&seed) % 4);
		CHECK_TEXT(memm_tree_check(root), NULL);
		key = test_random(&seed) % (7 * NODES);
		CHECK(memm_tree_first_fit(root, weight) == first_fit(weight));
		CHECK(memm_tree_above(root, key) == nearest(key, true));
		CHECK(memm_tree_below(root, key) == nearest(key, false));
	}
}

TEST(memm_tree_stays_flat_whatever_the_order)
{
	root = NULL;
	for (unsigned i = 0; i < NODES; i++)
		memm_tree_insert(&root, &node[i], i, 1);
	CHECK(root->height <= 11); /* 1.45 log2(200) */
	for (unsigned i = 0; i < NODES - 4; i++)
		memm_tree_remove(&root, i);
	CHECK(root->height <= 3);
	CHECK_TEXT(memm_tree_check(root), NULL);
}
