/**
 * @file
 * Tests of lesson 6: what the types of allocators promise, a type of the
 * reader's own, and a check that sees what is broken.
 */
#include "kstring.h"
#include "memm_raw.h"
#include "memm_test.h"
#include "test.h"

static struct memm memm;

/* A third type, as an exercise would add it: blocks lie one behind the other,
 * and all are free again when the last one is.  It cannot say how much room
 * it has. */
struct bump {
	struct memm_allocator allocator;
	char                 *next;
};

static uint64_t bump_pages_for(uint64_t bytes, uint64_t align)
{
	return 2 + bytes_to_pages(bytes + align);
}

static bool bump_init(struct memm_allocator *allocator)
{
	struct bump *bump = (struct bump *)(void *)allocator;

	allocator->data = (char *)allocator + PAGE_SIZE;
	bump->next = allocator->data;
	return allocator->bytes > PAGE_SIZE;
}

static void *bump_allocate(struct memm_allocator *allocator, uint64_t bytes,
                           uint64_t align)
{
	struct bump *bump = (struct bump *)(void *)allocator;
	char        *end = (char *)allocator + allocator->bytes;
	uint64_t     step = max_u64(align, MEMM_ALIGN);
	paddr_t      at = memm_paddr_in(allocator, bump->next);
	char        *block = bump->next + (-at & (step - 1));

	if (block >= end || bytes + MEMM_NAME_BYTES > (uint64_t)(end - block))
		return NULL;
	if (bytes == 0)
		return block;
	bump->next = block + bytes + MEMM_NAME_BYTES;
	allocator->blocks++;
	allocator->used_bytes += bytes;
	return block;
}

static enum memm_status bump_free(struct memm_allocator *allocator, void *block)
{
	struct bump *bump = (struct bump *)(void *)allocator;

	if ((char *)block >= bump->next)
		return MEMM_NOT_BLOCK;
	if (--allocator->blocks == 0) {
		bump->next = allocator->data;
		allocator->used_bytes = 0;
	}
	return MEMM_OK;
}

static const struct memm_type bump_type = {
	.name = "bump",
	.shares = true,
	.pages_for = bump_pages_for,
	.init = bump_init,
	.allocate = bump_allocate,
	.free = bump_free,
};

TEST(memm_serves_from_a_type_that_it_has_never_seen)
{
	struct memm_allocator *bump;
	void                  *block[12], *more;
	unsigned               blocks = 0;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, 3), 3,
	                            &bump_type, 4, &bump),
	         MEMM_OK);
	while (memm_allocate(&memm, 4, 1000, 256, &more) == MEMM_OK &&
	       memm_holder(&memm, more) == bump && blocks < 12) {
		CHECK_EQ(memm_paddr(&memm, more) % 256, 0);
		block[blocks++] = more;
	}
	CHECK_EQ(blocks, 8);
	CHECK(bump->full);
	CHECK(memm_holder(&memm, more)->type == &memm_raw);
	CHECK_TEXT(memm_check(&memm), NULL);
	while (blocks > 0)
		CHECK_EQ(memm_free(&memm, block[--blocks]), MEMM_OK);
	CHECK(!bump->full);
	CHECK_EQ(memm_allocator_destroy(&memm, bump), MEMM_OK);
	CHECK_EQ(memm_reclaim(&memm, 4), MEMM_OK);
	memm_test_end(&memm);
}

/* Its room counts as boundless, its pages do not. */
TEST(memm_asks_no_type_for_more_than_its_pages)
{
	struct memm_allocator *bump;
	void                  *block;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, 3), 3,
	                            &bump_type, 4, &bump),
	         MEMM_OK);
	CHECK_EQ(memm_allocate(&memm, 4, 100, 0, &block), MEMM_OK);
	CHECK(memm_holder(&memm, block) == bump);
	CHECK(bump->process->current == bump);
	/* It believes any address; the manager does not. */
	CHECK_EQ(memm_free(&memm, (char *)bump + 16), MEMM_NOT_BLOCK);
	CHECK_EQ(bump->blocks, 1);
	CHECK_EQ(memm_allocate(&memm, 4, 3 * PAGE_SIZE, 0, &block), MEMM_OK);
	CHECK(memm_holder(&memm, block) != bump);
	bump->process->current = bump;
	CHECK_EQ(memm_allocate(&memm, 4, UINT64_MAX - 8, 0, &block),
	         MEMM_NO_MEMORY);
	CHECK_EQ(bump->blocks, 1);
	CHECK_EQ(memm_reclaim(&memm, 4), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_types_answer_whether_there_is_room)
{
	static const struct memm_type *const types[] = { &memm_raw,
		                                         &memm_whole };
	struct memm_allocator               *a;

	for (unsigned i = 0; i < 2; i++) {
		uint64_t room;
		void    *all;

		memm_test_begin(&memm, 0);
		CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, 9, types[i],
		                            0, &a),
		         MEMM_OK);
		CHECK(a->allocate(a, 0, 0) != NULL);
		CHECK_EQ(a->blocks, 0);
		room = types[i]->room(a);
		CHECK(a->allocate(a, UINT64_MAX, 0) == NULL);
		CHECK(a->allocate(a, 16, UINT64_C(1) << 63) == NULL);
		CHECK(a->allocate(a, 9 * PAGE_SIZE, 0) == NULL);
		all = a->allocate(a, room, MEMM_ALIGN);
		CHECK(all != NULL);
		CHECK_EQ(a->free(a, (char *)all + 64), MEMM_NOT_BLOCK);
		CHECK_EQ(a->free(a, all), MEMM_OK);
		CHECK_EQ(a->free(a, all), MEMM_IS_FREE);
		CHECK_EQ(types[i]->room(a), room);
		memm_test_end(&memm);
	}
}

TEST(memm_page_asks_for_at_least_what_a_type_needs)
{
	static const uint64_t  bytes[] = { 1,    16,    48,    49,    4080,
		                           4096, 10000, 30000, 32768, 65536 };
	struct memm_allocator *a;

	for (unsigned i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		uint64_t pages = memm_raw.pages_for(bytes[i], 1024);

		CHECK_EQ(pages != 0, bytes[i] <= 32768);
		if (pages == 0)
			pages = memm_whole.pages_for(bytes[i], 1024);
		memm_test_begin(&memm, 0);
		CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, pages,
		                            bytes[i] <= 32768 ? &memm_raw
		                                              : &memm_whole,
		                            0, &a),
		         MEMM_OK);
		CHECK(a->allocate(a, bytes[i], 1024) != NULL);
		memm_test_end(&memm);
	}
}

/* What a stray write does, and what the check says of it. */
static void check_broken(uint64_t *word, uint64_t value, const char *sentence)
{
	uint64_t before = *word;

	*word = value;
	CHECK_TEXT(memm_check(&memm), sentence);
	*word = before;
}

TEST(memm_check_names_each_broken_invariant)
{
	struct memm_allocator *a;
	uint64_t               bits;
	struct raw            *raw;
	void                  *block = NULL;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocate(&memm, 5, 200, 0, &block), MEMM_OK);
	a = memm_holder(&memm, block);
	raw = raw_of(a);
	bits = memm.mapped[0];
	check_broken(&memm.mapped[0], bits & ~UINT64_C(1),
	             "as many pages are mapped as are not free");
	check_broken(&memm.mapped[0], bits | UINT64_C(1) << 40,
	             "no page of a free run is mapped");
	check_broken(&memm.with_destroyed[0], memm.with_allocator[0],
	             "no page is held by an allocator and by a destroyed one");
	check_broken(&memm.with_allocator[0],
	             memm.with_allocator[0] | UINT64_C(1) << 40,
	             "a page with an allocator is mapped");
	check_broken(&memm.table_pages, 1,
	             "each page that is not in use is in a free run");
	check_broken(&memm.mappings[1], 1, "mappings are counted by size");
	check_broken(&memm.runs->weight, memm.runs->weight - 1,
	             "a node knows its height and its largest weight");
	check_broken(&a->pid, 6, "an allocator knows its process");
	check_broken(&a->blocks, 2,
	             "an allocator counts the blocks that it gave out");
	check_broken(&raw->word[0], 0, "each granule is in a block");
	check_broken(&raw->starts[0], raw->starts[0] & ~UINT64_C(1),
	             "each granule is in a block");
	check_broken(&raw->word[0], raw_word(RAW_USED, 6, 0),
	             "bits and words speak of whole blocks");
	check_broken(&raw->starts[0], raw->starts[0] | 2,
	             "bits and words speak of whole blocks");
	check_broken(&raw->free_ends[0], raw->free_ends[0] | 1,
	             "bits and words speak of whole blocks");
	check_broken(&raw->not_empty[0], raw->not_empty[0] | 1,
	             "the bits say which lists hold a block");
	check_broken(&a->by_address.key, 7,
	             "a process's allocator is among all allocators");
	CHECK_EQ(memm_reclaim(&memm, 5), MEMM_OK);
	memm_test_end(&memm);
}

TEST(memm_each_status_has_words_of_its_own)
{
	for (unsigned i = 0; i < MEMM_STATUSES; i++)
		for (unsigned k = 0; k <= i; k++)
			CHECK_EQ(strcmp(memm_status_text(i),
			                memm_status_text(k)) == 0,
			         i == k);
	for (unsigned i = 0; i <= USER_MAP_CUTS; i++)
		CHECK(user_map_text(i)[0] != '\0');
}

TEST(memm_whole_has_one_block_or_none)
{
	struct memm_allocator *a;
	char                  *block;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, 3, &memm_whole, 0,
	                            &a),
	         MEMM_OK);
	block = a->allocate(a, 2 * PAGE_SIZE, 0);
	CHECK(block == a->data);
	CHECK(a->allocate(a, 1, 0) == NULL);
	CHECK(a->allocate(a, 0, 0) == NULL);
	CHECK(memm_whole.init(a));
	CHECK_BROKEN(a->bytes, PAGE_SIZE, memm_whole.init(a) ? "" : NULL, NULL);
	CHECK_TEXT(memm_check(&memm), NULL);
	CHECK_BROKEN(a->blocks, 2, memm_check(&memm),
	             "a whole allocator has one block at most");
	CHECK_BROKEN(a->used_bytes, PAGE_SIZE, memm_check(&memm),
	             "a whole allocator's block takes all of its data");
	CHECK_EQ(a->free(a, block), MEMM_OK);
	CHECK_BROKEN(a->used_bytes, PAGE_SIZE, memm_check(&memm),
	             "a whole allocator's block takes all of its data");
	memm_test_end(&memm);
}

TEST(memm_raw_takes_back_no_address_beside_its_data)
{
	struct memm_allocator *a;
	struct raw            *raw;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, TEST_FIRST + 1, 6, &memm_raw, 0, &a),
	         MEMM_OK);
	raw = raw_of(a);
	CHECK_EQ(a->free(a, a->data - 64), MEMM_NOT_BLOCK);
	CHECK_EQ(a->free(a, a->data + 320 * 64), MEMM_NOT_BLOCK);
	CHECK_EQ(a->free(a, a->data), MEMM_IS_FREE);
	/* As if it had blocks of more than 4 MiB, and of 128 GiB. */
	raw->not_empty[1] = 2;
	CHECK_EQ(memm_raw.room(a), 163840 * 64 - 16);
	raw->not_empty[1] = 0;
	CHECK_BROKEN(a->bytes, UINT64_C(1) << 40,
	             a->allocate(a, UINT64_C(1) << 37, 0), NULL);
	memm_test_end(&memm);
}

/* A type may do with a page, and have no room at all. */
static bool idle_init(struct memm_allocator *allocator)
{
	allocator->data = (char *)allocator + PAGE_SIZE;
	return true;
}

static void *idle_allocate(struct memm_allocator *allocator, uint64_t bytes,
                           uint64_t align)
{
	(void)allocator, (void)bytes, (void)align;
	return NULL;
}

static uint64_t idle_room(const struct memm_allocator *allocator)
{
	(void)allocator;
	return 0;
}

TEST(memm_sweeps_a_single_page)
{
	static const struct memm_type idle = { .name = "idle",
		                               .init = idle_init,
		                               .allocate = idle_allocate,
		                               .room = idle_room };
	struct memm_allocator        *a;

	memm_test_begin(&memm, 0);
	CHECK_EQ(memm_allocator_new(&memm, memm_find_pages(&memm, 1), 1, &idle,
	                            0, &a),
	         MEMM_OK);
	CHECK_EQ(memm_allocator_destroy(&memm, a), MEMM_OK);
	CHECK_EQ(memm.destroyed_pages, 1);
	CHECK_EQ(memm_sweep(&memm), 1);
	CHECK_EQ(memm.destroyed_pages, 0);
	CHECK_EQ(memm_sweep(&memm), 0);
	memm_test_end(&memm);
}
