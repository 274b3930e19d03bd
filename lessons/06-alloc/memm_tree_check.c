/**
 * @file
 * Lesson 6: what must hold of a tree: see memm_tree.h.
 */
#include "memm_tree.h"

static unsigned height_of(const struct memm_node *node)
{
	return node != NULL ? node->height : 0;
}

static uint64_t most_of(const struct memm_node *node)
{
	return node != NULL ? node->most : 0;
}

/* Keys must lie in [low, high]. */
static const char *check_between(const struct memm_node *at, uint64_t low,
                                 uint64_t high)
{
	const char *broken = NULL;
	unsigned    a, b;
	uint64_t    most;

	if (at == NULL)
		return NULL;
	if (at->key < low || at->key > high)
		return "lower keys stand on the left, higher on the right";
	if (at->child[0] != NULL)
		broken = at->key == 0 ? "no two nodes share a key"
		                      : check_between(at->child[0], low,
		                                      at->key - 1);
	if (broken == NULL && at->child[1] != NULL)
		broken = at->key == UINT64_MAX
		                 ? "no two nodes share a key"
		                 : check_between(at->child[1], at->key + 1,
		                                 high);
	if (broken != NULL)
		return broken;
	a = height_of(at->child[0]);
	b = height_of(at->child[1]);
	if (a > b + 1 || b > a + 1)
		return "no subtree is higher than its neighbour by two";
	most = max_u64(most_of(at->child[0]), most_of(at->child[1]));
	if (at->height != 1 + (a > b ? a : b) ||
	    at->most != max_u64(at->weight, most))
		return "a node knows its height and its largest weight";
	return NULL;
}

const char *memm_tree_check(const struct memm_node *root)
{
	return check_between(root, 0, UINT64_MAX);
}
