/**
 * @file
 * See occupants.h.
 *
 * Entries are kept in order as they come, so that looking for a gap is one
 * walk: what lies before the first entry that ends above an address is known
 * to be all there is.
 */
#include "occupants.h"

#include "check.h"
#include "kstring.h"

static bool is_word_char(char c)
{
	return c > ' ' && c <= '~';
}

/* One word, so that a report's columns can be told apart, into zeros. */
static void copy_word(char *word, const char *name)
{
	size_t i = 0;

	do {
		word[i] = is_word_char(name[i]) ? name[i] : '_';
		i++;
	} while (i < OCCUPANT_NAME_BYTES - 1 && name[i - 1] != '\0' &&
	         name[i] != '\0');
}

enum occupants_status occupants_add(struct occupants *table, paddr_t base,
                                    paddr_t end, enum occupant_kind kind,
                                    const char *name)
{
	uint32_t at = table->count;

	if (base >= end)
		return OCCUPANTS_EMPTY;
	if (table->count == OCCUPANTS_MAX)
		return OCCUPANTS_FULL;

	for (; at > 0 && table->entry[at - 1].base > base; at--)
		table->entry[at] = table->entry[at - 1];
	table->entry[at] =
		(struct occupant){ .base = base, .end = end, .kind = kind };
	copy_word(table->entry[at].name, name);
	table->count++;
	return OCCUPANTS_OK;
}

/* Pages between two frame numbers, which may be in the wrong order. */
static uint64_t pages_between(pfn_t from, pfn_t to)
{
	return from < to ? to - from : 0;
}

bool occupants_find_gap(const struct occupants *table, paddr_t base,
                        paddr_t end, uint64_t bytes, uint64_t *largest,
                        paddr_t *place)
{
	pfn_t from = pfn_up(base), past = pfn_down(end);

	ASSERT(bytes > 0, "a gap of no bytes is everywhere, and nowhere");

	/* No occupant of those looked at reaches past `from`. */
	for (uint32_t i = 0; i <= table->count; i++) {
		bool     last = i == table->count;
		pfn_t    to = last ? past
		                   : min_u64(pfn_down(table->entry[i].base), past);
		uint64_t pages = pages_between(from, to);

		if (largest != NULL)
			*largest = max_u64(*largest, pages << PAGE_SHIFT);
		if (pages >= bytes_to_pages(bytes)) {
			*place = pfn_to_paddr(from);
			return true;
		}
		if (!last)
			from = max_u64(from, pfn_up(table->entry[i].end));
	}
	return false;
}

/* A name that occupants_add() could have written: NULs to its end. */
static bool is_word(const char *name)
{
	size_t chars = 0;

	while (chars < OCCUPANT_NAME_BYTES && is_word_char(name[chars]))
		chars++;
	if (chars == 0 || chars == OCCUPANT_NAME_BYTES)
		return false;
	while (chars < OCCUPANT_NAME_BYTES && name[chars] == '\0')
		chars++;
	return chars == OCCUPANT_NAME_BYTES;
}

const char *occupants_check(const struct occupants *table)
{
	if (table->count > OCCUPANTS_MAX)
		return "count is at most OCCUPANTS_MAX";
	for (uint32_t i = 0; i < table->count; i++) {
		const struct occupant *o = &table->entry[i];

		if (o->base >= o->end)
			return "no occupant is empty";
		if (i > 0 && o[-1].base > o->base)
			return "occupants ascend";
		if (o->kind > OCCUPANT_OWN)
			return "an occupant is firmware's, loaded or our own";
		if (!is_word(o->name))
			return "an occupant's name is one word";
	}
	return NULL;
}
