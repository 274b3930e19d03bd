/**
 * @file
 * Lesson 6: what a process's page tables say, and what must hold of them: see
 * user_map.h.
 */
#include "user_map_entry.h"

bool user_map_is_empty(const uint64_t *table, unsigned level, uint64_t base,
                       uint64_t end)
{
	uint64_t past;

	for (uint64_t at = base; at < end; at = past) {
		uint64_t entry = table[index_of(at, level)];

		past = piece_end(at, end, level);
		if (is_page(entry, level))
			return false;
		if (is_table(entry, level) &&
		    !user_map_is_empty(table_at(entry), level - 1, at, past))
			return false;
	}
	return true;
}

enum user_map_status user_map_is_whole(const uint64_t *table, unsigned level,
                                       uint64_t base, uint64_t end)
{
	enum user_map_status status = USER_MAP_OK;
	uint64_t             past;

	for (uint64_t at = base; at < end && status == USER_MAP_OK; at = past) {
		uint64_t entry = table[index_of(at, level)];

		past = piece_end(at, end, level);
		if (!(entry & USER_PRESENT))
			return USER_MAP_NOT_MAPPED;
		if (is_table(entry, level))
			status = user_map_is_whole(table_at(entry), level - 1,
			                           at, past);
		else if (past - at < bytes_of(level))
			return USER_MAP_CUTS;
	}
	return status;
}

struct user_view user_map_look(const struct user_map *map, uint64_t address)
{
	struct user_view view = { .user = true,
		                  .rights = USER_WRITE | USER_EXECUTE };
	uint64_t        *table = table_at(map->root);

	/* No CPU walks for an address between the halves. */
	if (address >= USER_END && address < -USER_END)
		return (struct user_view){ 0 };
	for (unsigned level = USER_ROOT;; level--) {
		uint64_t entry = table[index_of(address, level)];
		uint64_t inside = address & (bytes_of(level) - 1);

		if (!(entry & USER_PRESENT))
			return (struct user_view){ 0 };
		view.user = view.user && (entry & USER_ALLOWED);
		if (!(entry & USER_WRITABLE))
			view.rights &= ~USER_WRITE;
		if (entry & USER_NX)
			view.rights &= ~USER_EXECUTE;
		if (is_page(entry, level)) {
			view.present = true;
			view.page_bytes = bytes_of(level);
			view.paddr = (entry & USER_ADDRESS &
			              ~(bytes_of(level) - 1)) |
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
	unsigned        entries = level == USER_ROOT ? USER_HALF : USER_ENTRIES,
		 used = 0;

	if (++seen->tables > map->tables)
		return "tables are counted";
	for (unsigned i = 0; i < entries; i++) {
		uint64_t bits =
			table[i] & ~(USER_ADDRESS | USER_ACCESSED | USER_DIRTY);
		const char *broken = NULL;

		used += table[i] != 0;
		if (is_page(table[i], level)) {
			seen->pages[level - 1]++;
			if ((table[i] & USER_ADDRESS) % bytes_of(level) != 0)
				return "a page is aligned to its size";
			if (level > 1)
				bits &= ~USER_LARGE;
			if (bits & ~(USER_TABLE | USER_NX) ||
			    !(bits & USER_ALLOWED))
				return "a process's page has its rights";
			if ((bits & USER_WRITABLE) && !(bits & USER_NX) &&
			    tables->no_execute)
				return "no page is both written and run";
		} else if (table[i] & USER_PRESENT) {
			if (bits != USER_TABLE)
				return "a table lets everything pass";
			broken = check_table(map, tables, table[i], level - 1,
			                     seen);
		} else if (table[i] != 0) {
			return "what is not mapped is zero";
		}
		if (broken != NULL)
			return broken;
	}
	return used == 0 && level != USER_ROOT ? "no table is empty" : NULL;
}

const char *user_map_check(const struct user_map    *map,
                           const struct user_tables *tables)
{
	const uint64_t *root = table_at(map->root);
	const uint64_t *kernel = phys_to_virt(tables->kernel, PAGE_SIZE);
	struct user_map seen = { 0 };
	const char     *broken;

	if ((map->root & ~USER_ADDRESS) != 0)
		return "the root is a page";
	for (unsigned i = USER_HALF; i < USER_ENTRIES; i++) {
		if ((root[i] ^ kernel[i]) & ~(USER_ACCESSED | USER_DIRTY))
			return "the upper half is the kernel's";
		if (kernel[i] & USER_ALLOWED)
			return "the kernel's half lets no process in";
	}
	broken = check_table(map, tables, map->root, USER_ROOT, &seen);
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
