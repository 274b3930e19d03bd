/**
 * @file
 * Tests of lesson 6: that memm_check() sees what is broken, in any part.
 */
#include "kstring.h"
#include "memm_process.h"
#include "memm_raw.h"
#include "memm_test.h"
#include "phys.h"
#include "test.h"

static struct memm memm;

#define BROKEN(place, value, sentence)                                         \
	CHECK_BROKEN(place, value, CHECKED, sentence)

/* --- Trees ------------------------------------------------------------------
 *
 *              50
 *          20      70
 *        10  30                                                            */

enum { N10, N20, N30, N50, N70, NODES };

static struct memm_node *plant(struct memm_node node[NODES])
{
	static const uint64_t key[NODES] = { 10, 20, 30, 50, 70 };
	static const int      order[NODES] = { N50, N20, N70, N10, N30 };
	struct memm_node     *root = NULL;

	for (int i = 0; i < NODES; i++)
		memm_tree_insert(&root, &node[order[i]], key[order[i]],
		                 (uint64_t)order[i] + 1);
	CHECK(root == &node[N50] && node[N50].child[0] == &node[N20]);
	return root;
}

#define CHECKED memm_tree_check(root)

TEST(memm_tree_check_names_each_broken_node)
{
	static const char order[] =
		"lower keys stand on the left, higher on the right";
	static const char shared[] = "no two nodes share a key";
	static const char high[] =
		"no subtree is higher than its neighbour by two";
	static const char knows[] =
		"a node knows its height and its largest weight";
	struct memm_node  node[NODES];
	struct memm_node *root = plant(node);

	CHECK_TEXT(memm_tree_check(NULL), NULL);
	CHECK_TEXT(CHECKED, NULL);
	BROKEN(node[N10].key, 20, order);
	BROKEN(node[N30].key, 20, order);
	BROKEN(node[N30].key, 50, order);
	BROKEN(node[N70].key, 50, order);
	BROKEN(node[N20].key, 0, shared);
	BROKEN(node[N50].key, UINT64_MAX, shared);
	BROKEN(node[N50].child[1], NULL, high);
	BROKEN(node[N50].child[0], NULL, knows);
	BROKEN(node[N10].height, 3, knows);
	BROKEN(node[N30].height, 3, knows);
	BROKEN(node[N70].height, 2, knows);
	BROKEN(node[N50].height, 4, knows);
	BROKEN(node[N10].most, 0, knows);
	BROKEN(node[N50].most, 9, knows);
	CHECK_TEXT(CHECKED, NULL);
	root = &node[N20];
	root->child[0] = NULL;
	node[N30].child[1] = &node[N70];
	node[N30].height = 2;
	node[N30].most = node[N70].most;
	CHECK_TEXT(CHECKED, high);
	/* A node that has a right child only: that is looked at too. */
	root = &node[N30];
	node[N30].most = max_u64(node[N30].weight, node[N70].weight);
	CHECK_TEXT(CHECKED, NULL);
	BROKEN(node[N70].key, 25, order);
	BROKEN(node[N70].height, 2, knows);
}

TEST(memm_tree_begins_and_ends_with_any_key)
{
	struct memm_node  node[NODES], first, last;
	struct memm_node *root = plant(node);

	CHECK(memm_tree_first(root) == &node[N10]);
	memm_tree_insert(&root, &first, 0, 1);
	CHECK(memm_tree_first(root) == &first);
	memm_tree_insert(&root, &last, UINT64_MAX, 1);
	CHECK(memm_tree_next(root, &node[N70]) == &last);
	CHECK(memm_tree_next(root, &last) == NULL);
}

/* --- Raw allocators ---------------------------------------------------------
 *
 * Of 320 granules, three free blocks of 64 on one list, 128 -> 0 -> 256:
 *
 *     0        64       128      192      256      320
 *     |--free--|--used--|--free--|--used--|--free--|                       */

static struct raw *make_raw(struct memm_allocator **a)
{
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, 6, &memm_raw, 0, a),
	         MEMM_OK);
	CHECK_EQ(raw_of(*a)->granules, 320);
	return raw_of(*a);
}

static struct raw *striped(struct memm_allocator **a)
{
	struct raw *raw;
	char       *block[4];

	memm_test_begin(&memm, 0);
	raw = make_raw(a);
	for (int i = 0; i < 4; i++)
		block[i] = (*a)->allocate(*a, 64 * 64 - 16, 0);
	CHECK_EQ((*a)->free(*a, block[0]), MEMM_OK);
	CHECK_EQ((*a)->free(*a, block[2]), MEMM_OK);
	CHECK_EQ(raw->first[raw_list_of(64)], 128);
	CHECK_EQ(raw->word[0], raw_word(RAW_FREE, 128, 256));
	return raw;
}

#undef CHECKED
#define CHECKED memm_raw_check(a)

TEST(memm_raw_check_names_broken_links)
{
	static const char listed[] =
		"each free block is on the list of its length";
	struct memm_allocator *a;
	struct raw            *raw = striped(&a);
	uint32_t               no = RAW_NOWHERE;

	CHECK_TEXT(CHECKED, NULL);
	BROKEN(raw->word[0], raw_word(RAW_FREE, 128, 320), listed);
	BROKEN(raw->word[0], raw_word(RAW_FREE, 128, 1), listed);
	BROKEN(raw->word[0], raw_word(RAW_FREE, 128, 64), listed);
	BROKEN(raw->word[0], raw_word(RAW_FREE, 320, 256), listed);
	BROKEN(raw->word[0], raw_word(RAW_FREE, 1, 256), listed);
	BROKEN(raw->word[0], raw_word(RAW_FREE, 64, 256), listed);
	BROKEN(raw->word[0], raw_word(RAW_FREE, no, 256), listed);
	BROKEN(raw->word[256], raw_word(RAW_FREE, 0, 0), listed);
	BROKEN(raw->word[129], raw_word(RAW_EXTENT, 32, 0), listed);
	BROKEN(raw->first[raw_list_of(64)], 0, listed);
	BROKEN(raw->not_empty[0], 0, listed);
	BROKEN(raw->not_empty[0], raw->not_empty[0] | 2,
	       "the bits say which lists hold a block");
	BROKEN(raw->not_empty[1], 2, "the bits say which lists hold a block");
	CHECK_TEXT(CHECKED, NULL);
	memm_test_end(&memm);
}

TEST(memm_raw_check_names_broken_blocks)
{
	static const char whole[] = "bits and words speak of whole blocks";
	static const char inside[] = "blocks end inside the data";
	static const char each[] = "each granule is in a block";
	static const char counts[] =
		"an allocator counts the blocks that it gave out";
	struct memm_allocator *a;
	struct raw            *raw = striped(&a);

	BROKEN(raw->starts[0], 0, each);
	BROKEN(raw->starts[1], 0, each);
	BROKEN(raw->word[64], 0, each);
	BROKEN(raw->word[64], raw_word(RAW_EXTENT, 64, 0), each);
	BROKEN(raw->word[64], raw_word(RAW_USED, 0, 0), inside);
	BROKEN(raw->word[64], raw_word(RAW_USED, 257, 0), inside);
	BROKEN(raw->starts[0], 9, whole);
	BROKEN(raw->starts[1], 9, whole);
	BROKEN(raw->free_ends[0], 0, whole);
	BROKEN(raw->free_ends[0], raw->free_ends[0] | 9, whole);
	BROKEN(raw->free_ends[1], UINT64_C(1) << 63, whole);
	BROKEN(raw->word[1], raw_word(RAW_USED, 64, 0), whole);
	BROKEN(raw->word[1], raw_word(RAW_EXTENT, 64, 1), whole);
	BROKEN(raw->word[63], raw_word(RAW_EXTENT, 63, 0), whole);
	BROKEN(a->blocks, 3, counts);
	BROKEN(a->used_bytes, 127 * RAW_GRANULE, counts);
	raw_take_free(raw, 256, 64);
	raw_put_free(raw, 256, 32);
	raw_put_free(raw, 288, 32);
	CHECK_TEXT(CHECKED, "no two free blocks stand side by side");
	phys_lend(0, 0, NULL);
}

/* A free block of one granule has neither a second nor another last one. */
TEST(memm_raw_check_accepts_a_free_block_of_one_granule)
{
	struct memm_allocator *a;
	struct raw            *raw = striped(&a);

	raw_take_free(raw, 256, 64);
	raw_put_used(raw, 256, 63, 0);
	raw_put_free(raw, 319, 1);
	a->blocks++;
	a->used_bytes += 63 * RAW_GRANULE;
	CHECK_TEXT(CHECKED, NULL);
	raw->free_ends[4] = 0;
	CHECK_TEXT(CHECKED, "bits and words speak of whole blocks");
	phys_lend(0, 0, NULL);
}

/*  granules  0   2   4   6                    62          320
 *            |-2-|-2-|-2-|--------56----------|---free----|
 *            at hand used  at hand
 *     list 2:  2 -> 0;  list 56:  6                                         */
TEST(memm_raw_check_names_what_is_wrong_at_hand)
{
	static const char hand[] =
		"each block at hand is on the list of its length";
	struct memm_allocator *a;
	struct raw            *raw;
	char                  *block[3];

	memm_test_begin(&memm, 0);
	raw = make_raw(&a);
	for (int i = 0; i < 3; i++)
		block[i] = a->allocate(a, 100, 0);
	CHECK_EQ(a->free(a, block[0]), MEMM_OK);
	CHECK_EQ(a->free(a, block[1]), MEMM_OK);
	CHECK_EQ(raw->at_hand_not_empty, 4 | UINT64_C(1) << 56);
	CHECK_EQ(raw->at_hand[2], 3);
	CHECK_TEXT(CHECKED, NULL);
	BROKEN(raw->at_hand[2], RAW_NOWHERE, hand);
	BROKEN(raw->at_hand[2], 0, hand);
	BROKEN(raw->at_hand[2], 321, hand);
	BROKEN(raw->at_hand[2], 2, hand);
	BROKEN(raw->at_hand[2], 63, hand);
	BROKEN(raw->at_hand[2], 5, hand);
	BROKEN(raw->at_hand[2], 7, hand);
	BROKEN(raw->word[2], raw_word(RAW_USED, 2, 3), hand);
	BROKEN(raw->word[2], raw_word(RAW_USED, 2, RAW_NOWHERE), hand);
	BROKEN(raw->at_hand_not_empty, 4, hand);
	BROKEN(raw->at_hand_not_empty, raw->at_hand_not_empty | 1, hand);
	BROKEN(raw->at_hand_granules, raw->at_hand_granules + 1, hand);
	CHECK_TEXT(CHECKED, NULL);
	memm_test_end(&memm);
}

/* Two blocks at hand, of 2 and of 58 granules, each on the other's list: as
 * many granules as before. */
TEST(memm_raw_check_names_lists_at_hand_that_changed_places)
{
	static const char hand[] =
		"each block at hand is on the list of its length";
	struct memm_allocator *a;
	struct raw            *raw;
	char                  *block[2];

	memm_test_begin(&memm, 0);
	raw = make_raw(&a);
	block[0] = a->allocate(a, 100, 0);
	block[1] = a->allocate(a, 100, 0);
	CHECK(block[1] != NULL);
	CHECK_EQ(a->free(a, block[0]), MEMM_OK);
	CHECK_EQ(raw->at_hand[2], 1);
	CHECK_EQ(raw->at_hand[58], 5);
	CHECK_TEXT(CHECKED, NULL);
	raw->at_hand[58] = 1;
	BROKEN(raw->at_hand[2], 5, hand);
	raw->at_hand[58] = 5;
	CHECK_TEXT(CHECKED, NULL);
	memm_test_end(&memm);
}

/* Nothing is at hand, and a list says otherwise: nowhere, before, behind or
 * inside a block, and a block that is in use. */
TEST(memm_raw_check_names_a_list_at_hand_that_is_none)
{
	static const uint32_t  mark[] = { RAW_NOWHERE, 0, 321, 2, 65 };
	struct memm_allocator *a;
	struct raw            *raw = striped(&a);

	for (unsigned i = 0; i < sizeof(mark) / sizeof(mark[0]); i++) {
		raw->at_hand[2] = mark[i];
		BROKEN(raw->at_hand_not_empty, 4,
		       "each block at hand is on the list of its length");
	}
	CHECK_TEXT(CHECKED, NULL);
	memm_test_end(&memm);
}

/*  granules  0      63     127    191    255    320
 *            |-hand-|-free-|-used-|-used-|-free-|
 *  A free block whose link could be a length at hand: 255 -> 63. */
TEST(memm_raw_check_takes_no_link_for_a_length)
{
	struct memm_allocator *a;
	struct raw            *raw;
	char                  *block[4];

	memm_test_begin(&memm, 0);
	raw = make_raw(&a);
	block[0] = a->allocate(a, 4016, 0);
	for (int i = 1; i < 4; i++)
		block[i] = a->allocate(a, 4080, 0);
	CHECK(block[3] == a->data + 191 * RAW_GRANULE);
	CHECK_EQ(a->free(a, block[1]), MEMM_OK);
	CHECK_EQ(a->free(a, block[0]), MEMM_OK);
	CHECK_EQ(raw->word[255], raw_word(RAW_FREE, 63, RAW_NOWHERE));
	CHECK_EQ(raw->at_hand[63], 1);
	CHECK_TEXT(CHECKED, NULL);
	BROKEN(raw->at_hand[63], 256,
	       "each block at hand is on the list of its length");
	CHECK_TEXT(CHECKED, NULL);
	memm_test_end(&memm);
}

TEST(memm_raw_finds_the_first_list_that_is_not_empty)
{
	static struct raw raw;

	/* What stands behind the bits is no list. */
	memset(raw.first, 0xff, sizeof(raw.first));
	raw.not_empty[0] = raw.not_empty[1] = 0;
	CHECK_EQ(raw_list_from(&raw, 0), RAW_LISTS);
	CHECK_EQ(raw_list_from(&raw, 64), RAW_LISTS);
	CHECK_EQ(raw_list_from(&raw, RAW_LISTS), RAW_LISTS);
	raw.not_empty[1] = UINT64_C(1) << 63 | 2;
	CHECK_EQ(raw_list_from(&raw, 3), 65);
	CHECK_EQ(raw_list_from(&raw, 65), 65);
	CHECK_EQ(raw_list_from(&raw, 66), 127);
	raw.not_empty[0] = 16;
	CHECK_EQ(raw_list_from(&raw, 3), 4);
	CHECK_EQ(raw_list_from(&raw, 4), 4);
	CHECK_EQ(raw_list_from(&raw, 5), 65);
	raw.not_empty[1] = 2;
	CHECK_EQ(raw_list_from(&raw, 66), RAW_LISTS);
	raw.not_empty[0] = UINT64_C(1) << 63;
	raw.not_empty[1] = 1;
	CHECK_EQ(raw_list_from(&raw, 63), 63);
	raw.not_empty[0] = 1;
	CHECK_EQ(raw_list_from(&raw, 63), 64);
	raw.not_empty[1] = 0;
	CHECK_EQ(raw_list_from(&raw, 64), RAW_LISTS);
}

/* Each length is on one list, and each list has a shortest. */
TEST(memm_raw_lists_follow_each_other)
{
	for (uint32_t granules = 1; granules < 5000; granules++) {
		unsigned list = raw_list_of(granules);
		uint32_t least = raw_list_least(list);

		CHECK(least <= granules && raw_list_least(list + 1) > granules);
		CHECK_EQ(raw_list_of(least), list);
		CHECK_EQ(raw_list_for(granules), list + (least < granules));
	}
}

/* --- Pages -------------------------------------------------------------- */

#undef CHECKED
#define CHECKED memm_check(&memm)

/*  page    0      1                  5          12         16       48
 *          |-bits-|--raw, process 0--|---free---|---raw----|--free--|
 *  runs                                  7                    32          */
static void pages(void)
{
	struct memm_allocator *a;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, 4, &memm_raw, 0, &a),
	         MEMM_OK);
	CHECK_EQ(
		memm_allocator_new(&memm, TEST_FIRST + 12, 4, &memm_raw, 0, &a),
		MEMM_OK);
	CHECK_TEXT(CHECKED, NULL);
}

TEST(memm_check_names_broken_runs)
{
	static const char own[] = "a free run's node stands in its first page";
	struct memm_node *low, *high;

	pages();
	low = memm_tree_find(memm.runs, TEST_FIRST + 5);
	high = memm_tree_find(memm.runs, TEST_FIRST + 16);
	CHECK(low->weight == 7 && high->weight == 32);
	BROKEN(low->height, 9,
	       "a node knows its height and its largest weight");
	BROKEN(low->key, low->key + 1, own);
	BROKEN(memm.mapped[0], memm.mapped[0] | UINT64_C(1) << 6,
	       "no page of a free run is mapped");
	BROKEN(memm.allocator_pages, 9,
	       "each page that is not in use is in a free run");
	high->weight = high->most = 33;
	memm.runs->most = 33;
	CHECK_TEXT(CHECKED, "free runs are inside the arena");
	high->weight = high->most = 0;
	memm.runs->most = low->weight;
	CHECK_TEXT(CHECKED, own);
}

TEST(memm_check_names_runs_that_touch)
{
	struct memm_node *low;

	pages();
	low = memm_tree_find(memm.runs, TEST_FIRST + 5);
	low->weight = 11;
	if (low != memm.runs)
		low->most = 11;
	memm.mapped[0] &= ~(UINT64_C(15) << 12);
	CHECK_TEXT(CHECKED, "free runs that touch are one run");
}

/* Bits of pages beyond the arena's end are there, and nobody's. */
TEST(memm_check_names_broken_bits)
{
	uint64_t free = UINT64_C(1) << 63;

	pages();
	BROKEN(memm.with_destroyed[0], 2,
	       "no page is held by an allocator and by a destroyed one");
	BROKEN(memm.with_destroyed[0], free,
	       "a page with an allocator is mapped");
	BROKEN(memm.with_allocator[0], memm.with_allocator[0] | free,
	       "a page with an allocator is mapped");
	BROKEN(memm.mapped[0], memm.mapped[0] | free,
	       "as many pages are mapped as are not free");
	BROKEN(memm.with_allocator[0], memm.with_allocator[0] | 1,
	       "pages held by allocators are counted");
	BROKEN(memm.with_destroyed[0], 1,
	       "pages held by destroyed allocators are counted");
	CHECK_TEXT(CHECKED, NULL);
}

/* --- Allocators and processes --------------------------------------------- */

/* Processes 1 and 2 have an allocator each, and 1 a destroyed one. */
static struct memm_process   *one, *two;
static struct memm_allocator *live, *other, *gone;

static struct memm_allocator *allocator_of(uint64_t pid, uint64_t bytes)
{
	void *block = NULL;

	CHECK_EQ(memm_allocate(&memm, pid, bytes, 0, &block), MEMM_OK);
	return memm_holder(&memm, block);
}

static void processes(void)
{
	memm_test_begin(&memm, 0);
	gone = allocator_of(1, 33 * KiB);
	live = allocator_of(1, 100);
	other = allocator_of(2, 33 * KiB);
	CHECK_EQ(memm_allocator_destroy(&memm, gone), MEMM_OK);
	one = live->process;
	two = other->process;
	CHECK(one->current == live);
	CHECK_TEXT(CHECKED, NULL);
}

static void move_words(struct raw *raw, int words)
{
	raw->starts += words;
	raw->free_ends += words;
	raw->word += words;
}

TEST(memm_check_names_a_broken_allocator)
{
	static const char knows[] = "an allocator knows its process";
	static const char room[] = "an allocator that has room can be found";
	static const char made[] = "an allocator is as its type makes it";

	processes();
	BROKEN(live->by_room.key, live->by_room.key + 1,
	       "a process's allocator is among all allocators");
	BROKEN(live->process, two,
	       "the allocator that served last is the process's");
	BROKEN(other->pid, 1, knows);
	BROKEN(other->destroyed, true, knows);
	BROKEN(live->bytes, live->bytes + 32 * PAGE_SIZE,
	       "an allocator's pages have the bit");
	BROKEN(live->allocate, other->allocate, made);
	BROKEN(live->free, other->free, made);
	BROKEN(live->paddr, live->paddr + 64, made);
	BROKEN(live->data, live->data + 64, made);
	BROKEN(live->data, (char *)live, made);
	BROKEN(live->data, (char *)live + live->bytes, made);
	BROKEN(live->data, live->data + PAGE_SIZE,
	       "the data is cut into granules");
	BROKEN(raw_of(live)->granules, 1, "the data is cut into granules");
	move_words(raw_of(live), 1);
	CHECK_TEXT(CHECKED, "the data is cut into granules");
	move_words(raw_of(live), -1);
	BROKEN(raw_of(live)->starts, raw_of(live)->starts + 1,
	       "the data is cut into granules");
	BROKEN(raw_of(live)->free_ends, raw_of(live)->free_ends + 1,
	       "the data is cut into granules");
	BROKEN(raw_of(live)->word, raw_of(live)->word + 1,
	       "the data is cut into granules");
	BROKEN(other->data, other->data + PAGE_SIZE,
	       "a whole allocator's data begins with its second page");
	BROKEN(live->bytes, live->bytes + 1, made);
	BROKEN(live->blocks, 2,
	       "an allocator counts the blocks that it gave out");
	one->current = NULL;
	BROKEN(live->process, two, knows);
	live->by_room.weight = live->by_room.most = 0;
	CHECK_TEXT(CHECKED, room);
	BROKEN(live->full, true, NULL);
	live->by_room.key++;
	live->by_address.key++;
	CHECK_TEXT(CHECKED, "an allocator's object starts its pages");
}

TEST(memm_check_names_a_broken_destroyed_allocator)
{
	static const char its[] = "a destroyed allocator is its process's";

	processes();
	BROKEN(gone->by_room.key, gone->by_room.key + 1, its);
	BROKEN(gone->process, two, its);
	BROKEN(gone->destroyed, false, its);
	BROKEN(gone->bytes, gone->bytes + PAGE_SIZE, its);
	BROKEN(gone->bytes, gone->bytes + 1, its);
	memm_tree_weigh(one->destroyed, gone->by_room.key,
	                gone->by_room.weight + 1);
	CHECK_TEXT(CHECKED, its);
	BROKEN(gone->bytes, gone->bytes + PAGE_SIZE,
	       "a destroyed allocator's pages have the bit");
	memm_tree_weigh(one->destroyed, gone->by_room.key,
	                gone->by_room.weight - 1);
	BROKEN(gone->by_room.height, 2,
	       "a node knows its height and its largest weight");
	BROKEN(live->by_room.height, 2,
	       "a node knows its height and its largest weight");
}

TEST(memm_check_names_a_broken_process)
{
	void *inside = (char *)live + 16;

	processes();
	inside = (char *)live + 16;
	BROKEN(one->current, inside, "the allocator that served last is one");
	BROKEN(one->current, other,
	       "the allocator that served last is the process's");
	BROKEN(two->current, other,
	       "the allocator that served last is the process's");
	BROKEN(memm.last, inside, "the process that was asked for last is one");
	BROKEN(one->map.tables, 1, "processes have all pages that are held");
	BROKEN(one->map.pages[2], 1, "mappings are counted by size");
	BROKEN(one->allocator_pages, one->allocator_pages + 1,
	       "a process counts its pages");
	BROKEN(one->destroyed_pages, one->destroyed_pages + 1,
	       "a process counts its pages");
	BROKEN(memm.processes->height, 9,
	       "a node knows its height and its largest weight");
	BROKEN(live->by_address.height, 9,
	       "a node knows its height and its largest weight");
}

TEST(memm_check_names_an_allocator_that_nobody_has)
{
	processes();
	two->allocators = NULL;
	two->current = NULL;
	two->allocator_pages = 0;
	CHECK_TEXT(CHECKED, "each allocator has a process");
}

/* The lower of two neighbours says that the upper's first page is its own. */
TEST(memm_check_names_allocators_that_overlap)
{
	struct memm_allocator *low, *high;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, 4, &memm_whole, 0,
	                            &low),
	         MEMM_OK);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 5, 4, &memm_whole, 0,
	                            &high),
	         MEMM_OK);
	low->bytes += PAGE_SIZE;
	memm.kernel.allocator_pages++;
	CHECK_TEXT(CHECKED, "no page is held by two allocators");
}

/* Nobody searches a tree that is none: a ring would never end. */
TEST(memm_check_ends_where_a_tree_is_a_ring)
{
	processes();
	for (unsigned i = 0; i < 2; i++) {
		BROKEN(live->by_address.child[i], &live->by_address,
		       "lower keys stand on the left, higher on the right");
		BROKEN(memm.allocators->child[i], memm.allocators,
		       "lower keys stand on the left, higher on the right");
	}
}

/* A node that nobody weighs says nothing of weights. */
TEST(memm_check_names_a_weight_that_nobody_asks_for)
{
	static const char none[] = "only runs and rooms have a weight";

	processes();
	memm_tree_weigh(memm.processes, memm.processes->key, 1);
	CHECK_TEXT(CHECKED, none);
	memm_tree_weigh(memm.processes, memm.processes->key, 0);
	CHECK_TEXT(CHECKED, NULL);
	memm_tree_weigh(memm.allocators, memm.allocators->key, 1);
	CHECK_TEXT(CHECKED, none);
}

/* The manager's counts and bits agree with each other, not with what the
 * processes have. */
TEST(memm_check_names_pages_that_no_process_has)
{
	static const char all[] = "processes have all pages that are held";

	processes();
	memm.own_pages--;
	BROKEN(memm.table_pages, 1, all);
	memm.allocator_pages++;
	memm.with_allocator[0] |= 1;
	CHECK_TEXT(CHECKED, all);
	memm.allocator_pages--;
	memm.with_allocator[0] ^= 1;
	memm.destroyed_pages++;
	memm.with_destroyed[0] |= 1;
	CHECK_TEXT(CHECKED, all);
	processes();
	BROKEN(memm.mappings[0], 1, "mappings are counted by size");
	BROKEN(memm.mappings[2], 1, "mappings are counted by size");
	memm_pages_take(&memm, memm_find_pages(&memm, 1), 1, MEMM_OWN);
	CHECK_TEXT(CHECKED,
	           "the manager's own are its bits and a page a process");
}
