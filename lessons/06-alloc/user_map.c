/**
 * @file
 * Lesson 6: see user_map.h.
 *
 * The idea: each level does its own entries of a range and hands the rest to
 * the level below.  What can be refused is looked for first; then only tables
 * can lack, and what was mapped so far is unmapped.
 */
#include "check.h"
#include "kstring.h"
#include "user_map_entry.h"

/** A range, and what is done with it. */
struct job {
	struct user_map          *map;
	const struct user_tables *tables;
	uint64_t                  base, end;
	uint64_t                  bits;  /**< Of each page. */
	uint64_t                  shift; /**< From address to physical. */
	uint64_t                  done;  /**< Up to here it is mapped. */
};

static bool take_table(struct user_map *map, const struct user_tables *tables,
                       uint64_t *entry)
{
	paddr_t table;

	if (!tables->take(tables->from, &table))
		return false;
	memset(phys_to_virt(table, PAGE_SIZE), 0, PAGE_SIZE);
	*entry = table | USER_TABLE;
	map->tables++;
	return true;
}

static void give_table(struct user_map *map, const struct user_tables *tables,
                       uint64_t *entry)
{
	tables->give(tables->from, *entry & USER_ADDRESS);
	*entry = 0;
	map->tables--;
}

static void give_if_empty(struct user_map          *map,
                          const struct user_tables *tables, uint64_t *entry)
{
	const uint64_t *table = table_at(*entry);

	for (unsigned i = 0; i < USER_ENTRIES; i++)
		if (table[i] != 0)
			return;
	give_table(map, tables, entry);
}

enum user_map_status user_map_init(struct user_map          *map,
                                   const struct user_tables *tables)
{
	const uint64_t *kernel = phys_to_virt(tables->kernel, PAGE_SIZE);
	struct user_map made = { 0 };
	uint64_t        entry, *root;

	if (!take_table(&made, tables, &entry))
		return USER_MAP_NO_MEMORY;
	made.root = entry & USER_ADDRESS;
	root = table_at(made.root);
	memcpy(root + USER_HALF, kernel + USER_HALF,
	       USER_HALF * sizeof(uint64_t));
	*map = made;
	return USER_MAP_OK;
}

/* All tables below an entry, and its own. */
static void give_all(struct user_map *map, const struct user_tables *tables,
                     uint64_t *entry, unsigned level)
{
	uint64_t *table = table_at(*entry);
	unsigned  entries = level == USER_ROOT ? USER_HALF : USER_ENTRIES;

	for (unsigned i = 0; i < entries && level > 1; i++)
		if (is_table(table[i], level))
			give_all(map, tables, &table[i], level - 1);
	give_table(map, tables, entry);
}

void user_map_end(struct user_map *map, const struct user_tables *tables)
{
	uint64_t root = map->root;

	give_all(map, tables, &root, USER_ROOT);
	ASSERT(map->tables == 0, "%llu tables left",
	       (unsigned long long)map->tables);
	*map = (struct user_map){ 0 };
}

static enum user_map_status check_range(uint64_t base, uint64_t bytes)
{
	if ((base | bytes) % PAGE_SIZE != 0)
		return USER_MAP_MISALIGNED;
	if (bytes == 0 || base >= USER_END || bytes > USER_END - base)
		return USER_MAP_BAD_RANGE;
	return USER_MAP_OK;
}

/* The largest page is taken that starts and ends where it may. */
static bool fits_page(const struct job *job, unsigned level, uint64_t at,
                      uint64_t past)
{
	uint64_t bytes = bytes_of(level);

	if (level == USER_ROOT || (level == 3 && !job->tables->huge))
		return false;
	return past - at == bytes && (at + job->shift) % bytes == 0;
}

/* Level 1: nothing is to be decided any more. */
static void add_pages(struct job *job, uint64_t *table, uint64_t base,
                      uint64_t end)
{
	uint64_t *entry = &table[index_of(base, 1)];

	for (uint64_t at = base; at < end; at += PAGE_SIZE)
		*entry++ = (at + job->shift) | job->bits;
	job->map->pages[0] += (end - base) / PAGE_SIZE;
	job->done = end;
}

static bool add(struct job *job, uint64_t *table, unsigned level, uint64_t base,
                uint64_t end)
{
	uint64_t past;

	if (level == 1) {
		add_pages(job, table, base, end);
		return true;
	}
	for (uint64_t at = base; at < end; at = past) {
		uint64_t *entry = &table[index_of(at, level)];
		bool      added;

		past = piece_end(at, end, level);
		if (fits_page(job, level, at, past)) {
			*entry = (at + job->shift) | job->bits | USER_LARGE;
			job->map->pages[level - 1]++;
			job->done = past;
			continue;
		}
		if (!(*entry & USER_PRESENT) &&
		    !take_table(job->map, job->tables, entry))
			return false;
		added = add(job, table_at(*entry), level - 1, at, past);
		if (!added) {
			give_if_empty(job->map, job->tables, entry);
			return false;
		}
	}
	return true;
}

static void remove_all(struct job *job, uint64_t *table, unsigned level,
                       uint64_t base, uint64_t end)
{
	uint64_t past;

	for (uint64_t at = base; at < end; at = past) {
		uint64_t *entry = &table[index_of(at, level)];

		past = piece_end(at, end, level);
		if (is_page(*entry, level)) {
			*entry = 0;
			job->map->pages[level - 1]--;
			continue;
		}
		remove_all(job, table_at(*entry), level - 1, at, past);
		give_if_empty(job->map, job->tables, entry);
	}
}

enum user_map_status user_map_add(struct user_map          *map,
                                  const struct user_tables *tables,
                                  uint64_t base, paddr_t paddr, uint64_t bytes,
                                  unsigned rights)
{
	struct job job = { .map = map, .tables = tables, .done = base };
	enum user_map_status status = check_range(base, bytes);

	if (status != USER_MAP_OK)
		return status;
	if (paddr % PAGE_SIZE != 0)
		return USER_MAP_MISALIGNED;
	if (paddr > USER_ADDRESS || bytes > USER_ADDRESS + PAGE_SIZE - paddr)
		return USER_MAP_BAD_RANGE;
	if (rights > USER_EXECUTE)
		return USER_MAP_BAD_RIGHTS;
	if (!user_map_is_empty(table_at(map->root), USER_ROOT, base,
	                       base + bytes))
		return USER_MAP_MAPPED;

	job.shift = paddr - base;
	job.bits = USER_PRESENT | USER_ALLOWED |
	           (rights == USER_WRITE ? USER_WRITABLE : 0);
	if (rights != USER_EXECUTE && tables->no_execute)
		job.bits |= USER_NX;
	if (add(&job, table_at(map->root), USER_ROOT, base, base + bytes))
		return USER_MAP_OK;
	remove_all(&job, table_at(map->root), USER_ROOT, base, job.done);
	return USER_MAP_NO_MEMORY;
}

enum user_map_status user_map_remove(struct user_map          *map,
                                     const struct user_tables *tables,
                                     uint64_t base, uint64_t bytes)
{
	struct job           job = { .map = map, .tables = tables };
	enum user_map_status status = check_range(base, bytes);
	uint64_t            *root = table_at(map->root);

	if (status == USER_MAP_OK)
		status = user_map_is_whole(root, USER_ROOT, base, base + bytes);
	if (status == USER_MAP_OK)
		remove_all(&job, root, USER_ROOT, base, base + bytes);
	return status;
}
