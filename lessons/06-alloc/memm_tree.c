/**
 * @file
 * Lesson 6: see memm_tree.h.
 *
 * The idea: remember the way down, change the tree at its end, and mend it on
 * the way up.  A node whose subtrees differ by two in height is turned, so
 * that the child on the higher side takes its place.  A node that says above
 * what it said before ends the way up: mostly that is soon.
 */
#include "check.h"
#include "memm_tree.h"

/** Nodes on the longest way down: enough for 2^32 of them. */
#define DEPTH_MAX 48

/** The root's pointer is one more. */
#define LINKS_MAX (DEPTH_MAX + 1)

/* From the root to a node, or to where it would stand: the pointers that were
 * followed.  The last one is the end. */
struct way {
	struct memm_node **link[LINKS_MAX];
	unsigned           links;
};

static unsigned height_of(const struct memm_node *node)
{
	return node != NULL ? node->height : 0;
}

static uint64_t most_of(const struct memm_node *node)
{
	return node != NULL ? node->most : 0;
}

/* What a node says of its subtree, from what its children say: whether that
 * is news. */
static inline bool sum_up(struct memm_node *node)
{
	const struct memm_node *low = node->child[0], *high = node->child[1];
	unsigned                a = height_of(low), b = height_of(high);
	unsigned                height = 1 + (a > b ? a : b);
	uint64_t                most = max_u64(most_of(low), most_of(high));

	most = max_u64(most, node->weight);
	if (node->height == height && node->most == most)
		return false;
	node->height = height;
	node->most = most;
	return true;
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

/* @node's children are in order, and one is higher than the other by two: the
 * root of the same nodes, balanced. */
static struct memm_node *balance(struct memm_node *node, unsigned side)
{
	struct memm_node *child = node->child[side];

	if (height_of(child->child[!side]) > height_of(child->child[side]))
		node->child[side] = turn(child, !side);
	return turn(node, side);
}

/* Mend the nodes that the links [first, past) point to, from the last one up,
 * until one says what it said before. */
static void mend_way(const struct way *way, unsigned first, unsigned past)
{
	while (past > first) {
		struct memm_node **link = way->link[--past], *node = *link;
		unsigned           low = height_of(node->child[0]);
		unsigned           high = height_of(node->child[1]);

		if (low > high + 1 || high > low + 1)
			*link = balance(node, low < high);
		else if (!sum_up(node))
			return;
	}
}

static void go_on(struct way *way, struct memm_node **link)
{
	way->link[way->links++] = link;
}

/* To the node with this key, or to the NULL in its place. */
static struct memm_node *go_down(struct way *way, struct memm_node **root,
                                 uint64_t key)
{
	way->links = 0;
	go_on(way, root);
	while (*root != NULL && (*root)->key != key) {
		root = &(*root)->child[key > (*root)->key];
		go_on(way, root);
	}
	return *root;
}

/* The same; it must be there. */
static struct memm_node *go_to(struct way *way, struct memm_node **root,
                               uint64_t key)
{
	struct memm_node *node = go_down(way, root, key);

	ASSERT(node != NULL, "no key 0x%llx", (unsigned long long)key);
	return node;
}

void memm_tree_insert(struct memm_node **root, struct memm_node *node,
                      uint64_t key, uint64_t weight)
{
	struct way        way;
	struct memm_node *there = go_down(&way, root, key);

	ASSERT(there == NULL, "key 0x%llx twice", (unsigned long long)key);
	*node = (struct memm_node){
		.key = key, .weight = weight, .most = weight, .height = 1
	};
	*way.link[way.links - 1] = node;
	mend_way(&way, 0, way.links - 1);
}

/* The next higher node takes the place of one that has two children. */
static void replace_by_next(struct way *way, struct memm_node *gone)
{
	unsigned           place = way->links - 1;
	struct memm_node **link = &gone->child[1], *next;

	go_on(way, link);
	while ((*link)->child[0] != NULL) {
		link = &(*link)->child[0];
		go_on(way, link);
	}
	next = *link;
	*link = next->child[1];
	next->child[0] = gone->child[0];
	next->child[1] = gone->child[1];
	next->height = gone->height;
	next->most = gone->most;
	*way->link[place] = next;
	way->link[place + 1] = &next->child[1];
	mend_way(way, place + 1, way->links - 1);
	mend_way(way, 0, place + 1);
}

void memm_tree_remove(struct memm_node **root, uint64_t key)
{
	struct way        way;
	struct memm_node *gone = go_to(&way, root, key);

	if (gone->child[0] != NULL && gone->child[1] != NULL) {
		replace_by_next(&way, gone);
		return;
	}
	*way.link[way.links - 1] = gone->child[gone->child[0] == NULL];
	mend_way(&way, 0, way.links - 1);
}

void memm_tree_weigh(struct memm_node *root, uint64_t key, uint64_t weight)
{
	struct way way;

	go_to(&way, &root, key)->weight = weight;
	mend_way(&way, 0, way.links);
}

void memm_tree_move(struct memm_node **root, uint64_t key,
                    struct memm_node *node, uint64_t new_key, uint64_t weight)
{
	struct way way;

	*node = *go_to(&way, root, key);
	node->key = new_key;
	node->weight = weight;
	*way.link[way.links - 1] = node;
	mend_way(&way, 0, way.links);
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
