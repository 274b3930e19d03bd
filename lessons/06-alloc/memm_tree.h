/**
 * @file
 * Lesson 6: a search tree that stays balanced and knows its largest weight.
 *
 * Each node has a key, by which the tree is ordered, and a weight.  A node
 * also keeps the largest weight below it, so "the lowest key whose weight is
 * at least n" is one way down.  With pages as the weight that is the first
 * free run that fits; with room, the first allocator that can serve.
 *
 * The heights of a node's two subtrees differ by one at most: n nodes are
 * less than 1.45 log2(n) deep, whatever the order in which they came.
 *
 * The tree owns no memory: a node is part of the thing it stands for.
 *
 * Source: G. M. Adelson-Velsky and E. M. Landis, "An algorithm for the
 * organization of information".
 */
#ifndef MEMM_TREE_H
#define MEMM_TREE_H

#include "types.h"

/** A tree is a pointer to its root: NULL is the empty one. */
struct memm_node {
	struct memm_node *child[2]; /**< Lower keys, higher keys; or NULL. */
	uint64_t          key;      /**< No two nodes of a tree share it. */
	uint64_t          weight;   /**< What a search may ask for. */
	uint64_t          most;     /**< Largest weight from here down. */
	unsigned          height;   /**< Nodes on the longest way down. */
};

/** The structure of type @p type whose member @p member is @p node. */
#define MEMM_OF(node, type, member)                                            \
	((type *)(void *)((char *)(node)-offsetof(type, member)))

/**
 * Put @p node, which is in no tree, into the tree.
 *
 * @param root    changes
 * @param node    all of it is set
 * @param key     which no node of the tree has
 * @param weight  any
 *
 * This and all others but memm_tree_check() take O(log nodes) time.
 */
void memm_tree_insert(struct memm_node **root, struct memm_node *node,
                      uint64_t key, uint64_t weight);

/** Take the node with this key out; it must be there. */
void memm_tree_remove(struct memm_node **root, uint64_t key);

/** Give the node with this key another weight; it must be there. */
void memm_tree_weigh(struct memm_node *root, uint64_t key, uint64_t weight);

/**
 * Another node takes the place of the one with this key, which must be there.
 *
 * @param root     changes
 * @param key      of the node that goes
 * @param node     all of it is set; another than the one that goes
 * @param new_key  which lies between the same neighbours
 * @param weight   any
 */
void memm_tree_move(struct memm_node **root, uint64_t key,
                    struct memm_node *node, uint64_t new_key, uint64_t weight);

/** The node with this key, or NULL. */
struct memm_node *memm_tree_find(struct memm_node *root, uint64_t key);

/** The node with the highest key that is at most @p key, or NULL. */
struct memm_node *memm_tree_below(struct memm_node *root, uint64_t key);

/** The node with the lowest key that is at least @p key, or NULL. */
struct memm_node *memm_tree_above(struct memm_node *root, uint64_t key);

/** The node with the lowest key of those at least this heavy, or NULL. */
struct memm_node *memm_tree_first_fit(struct memm_node *root, uint64_t weight);

/** The node with the lowest key, or NULL. */
static inline struct memm_node *memm_tree_first(struct memm_node *root)
{
	return memm_tree_above(root, 0);
}

/** The next node in the order of keys, or NULL. */
static inline struct memm_node *memm_tree_next(struct memm_node       *root,
                                               const struct memm_node *node)
{
	if (node->key == UINT64_MAX)
		return NULL;
	return memm_tree_above(root, node->key + 1);
}

/**
 * NULL, or the sentence of the first broken invariant: order, balance,
 * heights and largest weights.  Takes O(nodes) time.
 */
const char *memm_tree_check(const struct memm_node *root);

#endif
