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
#include "phys.h"
#include "user_map.h"

#define ENTRIES  512
#define HALF     256 /* the lower half's entries of level 4 */
#define ROOT     4   /* the level */

#define PRESENT  UINT64_C(0x1)
#define WRITE    UINT64_C(0x2)
#define USER     UINT64_C(0x4)
#define ACCESSED UINT64_C(0x20) /* the CPU sets it, and the next */
#define DIRTY    UINT64_C(0x40)
#define LARGE    UINT64_C(0x80) /* levels 2 and 3: a page */
#define NX       UINT64_C(0x8000000000000000)
#define ADDRESS  UINT64_C(0x000ffffffffff000)

/* Levels above let everything pass; the page decides. */
#define TABLE (PRESENT | WRITE | USER)

/** A range, and what is done with it. */
struct job {
	struct user_map          *map;
	const struct user_tables *tables;
	uint64_t                  base, end;
	uint64_t                  bits;  /**< Of each page. */
	uint64_t                  shift; /**< From address to physical. */
	uint64_t                  done;  /**< Up to here it is mapped. */
};

/* Bytes that an entry of a level speaks for. */
static uint64_t bytes_of(unsigned level)
{
	return PAGE_SIZE << 9 * (level - 1);
}

static unsigned index_of(uint64_t address, unsigned level)
{
	return (unsigned)(address / bytes_of(level)) % ENTRIES;
}

static uint64_t *table_at(uint64_t entry)
{
	return phys_to_virt(entry & ADDRESS, PAGE_SIZE);
}

static bool is_page(uint64_t entry, unsigned level)
{
	return (entry & PRESENT) && (level == 1 || (entry & LARGE));
}

static bool is_table(uint64_t entry, unsigned level)
{
	return (entry & PRESENT) && !is_page(entry, level);
}

/* The entry at which the walk to an address ends, and its level. */
static uint64_t *walk(const struct user_map *map, uint64_t address,
                      unsigned *level)
{
	uint64_t *table = table_at(map->root);

	for (*level = ROOT;; --*level) {
		uint64_t *entry = &table[index_of(address, *level)];

		if (!is_table(*entry, *level))
			return entry;
		table = table_at(*entry);
	}
}

static bool take_table(struct user_map *map, const struct user_tables *tables,
                       uint64_t *entry)
{
	paddr_t table;

	if (!tables->take(tables->from, &table))
		return false;
	memset(phys_to_virt(table, PAGE_SIZE), 0, PAGE_SIZE);
	*entry = table | TABLE;
	map->tables++;
	return true;
}

static void give_table(struct user_map *map, const struct user_tables *tables,
                       uint64_t *entry)
{
	tables->give(tables->from, *entry & ADDRESS);
	*entry = 0;
	map->tables--;
}

static void give_if_empty(struct user_map          *map,
                          const struct user_tables *tables, uint64_t *entry)
{
	const uint64_t *table = table_at(*entry);

	for (unsigned i = 0; i < ENTRIES; i++)
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
	made.root = entry & ADDRESS;
	root = table_at(made.root);
	memcpy(root + HALF, kernel + HALF, HALF * sizeof(uint64_t));
	*map = made;
	return USER_MAP_OK;
}

/* All tables below an entry, and its own. */
static void give_all(struct user_map *map, const struct user_tables *tables,
                     uint64_t *entry, unsigned level)
{
	uint64_t *table = table_at(*entry);
	unsigned  entries = level == ROOT ? HALF : ENTRIES;

	for (unsigned i = 0; i < entries && level > 1; i++)
		if (is_table(table[i], level))
			give_all(map, tables, &table[i], level - 1);
	give_table(map, tables, entry);
}

void user_map_end(struct user_map *map, const struct user_tables *tables)
{
	uint64_t root = map->root;

	give_all(map, tables, &root, ROOT);
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

	if (level == ROOT || (level == 3 && !job->tables->huge))
		return false;
	return past - at == bytes && (at + job->shift) % bytes == 0;
}

/* Where the piece of the range ends that one entry speaks for. */
static uint64_t piece_end(uint64_t at, uint64_t end, unsigned level)
{
	return min_u64(end, (at / bytes_of(level) + 1) * bytes_of(level));
}

static bool add(struct job *job, uint64_t *table, unsigned level, uint64_t base,
                uint64_t end)
{
	uint64_t past;

	for (uint64_t at = base; at < end; at = past) {
		uint64_t *entry = &table[index_of(at, level)];
		bool      added;

		past = piece_end(at, end, level);
		if (fits_page(job, level, at, past)) {
			*entry = (at + job->shift) | job->bits |
			         (level > 1 ? LARGE : 0);
			job->map->pages[level - 1]++;
			job->done = past;
			continue;
		}
		if (!(*entry & PRESENT) &&
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

static bool is_unmapped(const struct user_map *map, uint64_t base, uint64_t end)
{
	unsigned level;

	for (uint64_t at = base; at < end; at = piece_end(at, end, level))
		if (*walk(map, at, &level) & PRESENT)
			return false;
	return true;
}

enum user_map_status user_map_add(struct user_map          *map,
                                  const struct user_tables *tables,
                                  uint64_t base, paddr_t paddr, uint64_t bytes,
                                  unsigned rights)
{
	struct job           job = { .map = map, .tables = tables };
	enum user_map_status status = check_range(base, bytes);

	if (status != USER_MAP_OK)
		return status;
	if (paddr % PAGE_SIZE != 0)
		return USER_MAP_MISALIGNED;
	if (paddr > ADDRESS || bytes - 1 > ADDRESS + PAGE_SIZE - 1 - paddr)
		return USER_MAP_BAD_RANGE;
	if (rights > USER_EXECUTE)
		return USER_MAP_BAD_RIGHTS;
	if (!is_unmapped(map, base, base + bytes))
		return USER_MAP_MAPPED;

	job.shift = paddr - base;
	job.done = base;
	job.bits = PRESENT | USER | (rights == USER_WRITE ? WRITE : 0);
	if (rights != USER_EXECUTE && tables->no_execute)
		job.bits |= NX;
	if (add(&job, table_at(map->root), ROOT, base, base + bytes))
		return USER_MAP_OK;
	remove_all(&job, table_at(map->root), ROOT, base, job.done);
	return USER_MAP_NO_MEMORY;
}

enum user_map_status user_map_remove(struct user_map          *map,
                                     const struct user_tables *tables,
                                     uint64_t base, uint64_t bytes)
{
	struct job           job = { .map = map, .tables = tables };
	enum user_map_status status = check_range(base, bytes);
	uint64_t             end = base + bytes;
	unsigned             level;

	if (status != USER_MAP_OK)
		return status;
	for (uint64_t at = base; at < end; at = piece_end(at, end, level)) {
		if (!(*walk(map, at, &level) & PRESENT))
			return USER_MAP_NOT_MAPPED;
		if (at % bytes_of(level) != 0 || end - at < bytes_of(level))
			return USER_MAP_CUTS;
	}
	remove_all(&job, table_at(map->root), ROOT, base, end);
	return USER_MAP_OK;
}

struct user_view user_map_look(const struct user_map *map, uint64_t address)
{
	struct user_view view = { .user = true,
		                  .rights = USER_WRITE | USER_EXECUTE };
	uint64_t        *table = table_at(map->root);

	for (unsigned level = ROOT;; level--) {
		uint64_t entry = table[index_of(address, level)];
		uint64_t inside = address & (bytes_of(level) - 1);

		if (!(entry & PRESENT))
			return (struct user_view){ 0 };
		view.user = view.user && (entry & USER);
		if (!(entry & WRITE))
			view.rights &= ~USER_WRITE;
		if (entry & NX)
			view.rights &= ~USER_EXECUTE;
		if (is_page(entry, level)) {
			view.present = true;
			view.page_bytes = bytes_of(level);
			view.paddr =
				(entry & ADDRESS & ~(bytes_of(level) - 1)) |
				inside;
			return view;
		}
		table = table_at(entry);
	}
}

/* Count what is found into @seen. */
static const char *check_table(const struct user_map    *map,
                               const struct user_tables *tables, uint64_t entry,
                               unsigned level, struct user_map *seen)
{
	const uint64_t *table = table_at(entry);
	unsigned        entries = level == ROOT ? HALF : ENTRIES, used = 0;

	if (++seen->tables > map->tables)
		return "tables are counted";
	for (unsigned i = 0; i < entries; i++) {
		uint64_t    bits = table[i] & ~(ADDRESS | ACCESSED | DIRTY);
		const char *broken = NULL;

		used += table[i] != 0;
		if (is_page(table[i], level)) {
			seen->pages[level - 1]++;
			if ((table[i] & ADDRESS) % bytes_of(level) != 0)
				return "a page is aligned to its size";
			if (level > 1)
				bits &= ~LARGE;
			if (bits & ~(TABLE | NX) || !(bits & USER))
				return "a process's page has its rights";
			if ((bits & WRITE) && !(bits & NX) &&
			    tables->no_execute)
				return "no page is both written and run";
		} else if (table[i] & PRESENT) {
			if (bits != TABLE)
				return "a table lets everything pass";
			broken = check_table(map, tables, table[i], level - 1,
			                     seen);
		} else if (table[i] != 0) {
			return "what is not mapped is zero";
		}
		if (broken != NULL)
			return broken;
	}
	return used == 0 && level != ROOT ? "no table is empty" : NULL;
}

const char *user_map_check(const struct user_map    *map,
                           const struct user_tables *tables)
{
	const uint64_t *root = table_at(map->root);
	const uint64_t *kernel = phys_to_virt(tables->kernel, PAGE_SIZE);
	struct user_map seen = { 0 };
	const char     *broken;

	for (unsigned i = HALF; i < ENTRIES; i++) {
		if ((root[i] ^ kernel[i]) & ~(ACCESSED | DIRTY))
			return "the upper half is the kernel's";
		if (kernel[i] & USER)
			return "the kernel's half lets no process in";
	}
	broken = check_table(map, tables, map->root, ROOT, &seen);
	if (broken != NULL)
		return broken;
	if (seen.tables != map->tables)
		return "tables are counted";
	for (unsigned i = 0; i < USER_SIZES; i++)
		if (seen.pages[i] != map->pages[i])
			return "mapped pages are counted by size";
	return NULL;
}

const char *user_map_text(enum user_map_status status)
{
	static const char *const text[] = {
		[USER_MAP_OK] = "done",
		[USER_MAP_NO_MEMORY] = "there is no page for a table",
		[USER_MAP_MISALIGNED] = "that is not whole pages",
		[USER_MAP_BAD_RANGE] = "no process has such addresses",
		[USER_MAP_BAD_RIGHTS] = "a page cannot be both written and run",
		[USER_MAP_MAPPED] = "something is mapped there already",
		[USER_MAP_NOT_MAPPED] = "not all of that is mapped",
		[USER_MAP_CUTS] = "a large page would be cut",
	};

	if ((unsigned)status >= sizeof(text) / sizeof(text[0]))
		return "no such status";
	return text[status];
}
