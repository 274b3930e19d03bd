/**
 * @file
 * Lesson 6: see memm_tree.h.
 *
 * The idea: change the tree on the way down and mend it on the way up.  A
 * node whose subtrees differ by two in height is turned, so that the child on
 * the higher side takes its place.
 */
#include "check.h"
#include "memm_tree.h"

static unsigned height_of(const struct memm_node *node)
{
	return node != NULL ? node->height : 0;
}

static uint64_t most_of(const struct memm_node *node)
{
	return node != NULL ? node->most : 0;
}

/* What a node says of its subtree, from what its children say. */
static void sum_up(struct memm_node *node)
{
	const struct memm_node *low = node->child[0], *high = node->child[1];
	unsigned                a = height_of(low), b = height_of(high);

	node->height = 1 + (a > b ? a : b);
	node->most =
		max_u64(node->weight, max_u64(most_of(low), most_of(high)));
}

/*       node            up
 *      /    \          /  \          side 0: from left to right,
 *     up     c   <->  a   node       side 1: from right to left
 *    /  \                /    \
 *   a    b              b      c     */
static struct memm_node *turn(struct memm_node *node, unsigned side)
{
	struct memm_node *up = node->child[side];

	node->child[side] = up->child[!side];
	up->child[!side] = node;
	sum_up(node);
	sum_up(up);
	return up;
}

/* @node's children are in order and differ by two at most: the root of the
 * same nodes, balanced. */
static struct memm_node *mend(struct memm_node *node)
{
	unsigned          low = height_of(node->child[0]);
	unsigned          high = height_of(node->child[1]);
	unsigned          side = low < high;
	struct memm_node *child = node->child[side];

	if (low <= high + 1 && high <= low + 1) {
		sum_up(node);
		return node;
	}
	if (height_of(child->child[!side]) > height_of(child->child[side]))
		node->child[side] = turn(child, !side);
	return turn(node, side);
}

static struct memm_node *insert(struct memm_node *at, struct memm_node *node)
{
	unsigned side;

	if (at == NULL)
		return node;
	ASSERT(at->key != node->key, "key 0x%llx twice",
	       (unsigned long long)node->key);
	side = node->key > at->key;
	at->child[side] = insert(at->child[side], node);
	return mend(at);
}

void memm_tree_insert(struct memm_node **root, struct memm_node *node,
                      uint64_t key, uint64_t weight)
{
	*node = (struct memm_node){
		.key = key, .weight = weight, .most = weight, .height = 1
	};
	*root = insert(*root, node);
}

/* The subtree without its lowest node, which goes to *lowest. */
static struct memm_node *remove_lowest(struct memm_node  *at,
                                       struct memm_node **lowest)
{
	if (at->child[0] == NULL) {
		*lowest = at;
		return at->child[1];
	}
	at->child[0] = remove_lowest(at->child[0], lowest);
	return mend(at);
}

/* The subtree without its root. */
static struct memm_node *join(struct memm_node *at)
{
	struct memm_node *next, *rest;

	if (at->child[0] == NULL)
		return at->child[1];
	if (at->child[1] == NULL)
		return at->child[0];
	rest = remove_lowest(at->child[1], &next);
	next->child[0] = at->child[0];
	next->child[1] = rest;
	return mend(next);
}

static struct memm_node *remove_key(struct memm_node *at, uint64_t key)
{
	unsigned side;

	ASSERT(at != NULL, "no key 0x%llx", (unsigned long long)key);
	if (at->key == key)
		return join(at);
	side = key > at->key;
	at->child[side] = remove_key(at->child[side], key);
	return mend(at);
}

void memm_tree_remove(struct memm_node **root, uint64_t key)
{
	*root = remove_key(*root, key);
}

void memm_tree_weigh(struct memm_node *root, uint64_t key, uint64_t weight)
{
	ASSERT(root != NULL, "no key 0x%llx", (unsigned long long)key);
	if (root->key == key)
		root->weight = weight;
	else
		memm_tree_weigh(root->child[key > root->key], key, weight);
	sum_up(root);
}

struct memm_node *memm_tree_find(struct memm_node *root, uint64_t key)
{
	while (root != NULL && root->key != key)
		root = root->child[key > root->key];
	return root;
}

struct memm_node *memm_tree_below(struct memm_node *root, uint64_t key)
{
	struct memm_node *best = NULL;

	while (root != NULL) {
		if (root->key <= key)
			best = root;
		root = root->child[root->key <= key];
	}
	return best;
}

struct memm_node *memm_tree_above(struct memm_node *root, uint64_t key)
{
	struct memm_node *best = NULL;

	while (root != NULL) {
		if (root->key >= key)
			best = root;
		root = root->child[root->key < key];
	}
	return best;
}

struct memm_node *memm_tree_first_fit(struct memm_node *root, uint64_t weight)
{
	if (root == NULL || root->most < weight)
		return NULL;
	/* Someone from here down is heavy enough, the lowest on the left. */
	for (;;) {
		struct memm_node *low = root->child[0];

		if (low != NULL && low->most >= weight)
			root = low;
		else if (root->weight >= weight)
			return root;
		else
			root = root->child[1];
	}
}

/* Keys must lie in [low, high]. */
static const char *check_between(const struct memm_node *at, uint64_t low,
                                 uint64_t high)
{
	struct memm_node copy;
	const char      *broken = NULL;
	unsigned         a, b;

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
	copy = *at;
	sum_up(&copy);
	if (copy.height != at->height || copy.most != at->most)
		return "a node knows its height and its largest weight";
	return NULL;
}

const char *memm_tree_check(const struct memm_node *root)
{
	return check_between(root, 0, UINT64_MAX);
}
