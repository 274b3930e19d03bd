/**
 * @file
 * The table of what occupies memory, filled by whoever puts something there.
 *
 * Before a page can be given out, someone must know that nothing is in it.
 * The loader put the kernel, its modules and its information somewhere; we
 * put page tables and descriptors somewhere.  Each of them records its range
 * here, by name, at the moment it comes to be.
 *
 * Entries are sorted by base and may touch or overlap: neighbours can share
 * a page, and sometimes bytes (firmware's low memory holds the loader's
 * information on some machines).
 */
#ifndef OCCUPANTS_H
#define OCCUPANTS_H

#include "types.h"

#define OCCUPANTS_MAX 64 /**< Kernel, tables, and all GRUB menus' modules. */
#define OCCUPANT_NAME_BYTES                                                    \
	24 /**< A module's name is cut to fit, with its NUL. */

/** What shares a page with whom. */
enum occupant_kind {
	OCCUPANT_FIRMWARE, /**< Low memory; may hold any of the loader's. */
	OCCUPANT_LOADED,   /**< The loader packed it: may share a page. */
	OCCUPANT_OWN,      /**< We placed it on pages of its own. */
};

/** One thing that lies in memory at [base, end), in bytes. */
struct occupant {
	paddr_t            base; /**< First byte. */
	paddr_t            end;  /**< One past the last. */
	enum occupant_kind kind; /**< With whom it may share a page. */
	char               name[OCCUPANT_NAME_BYTES]; /**< One word. */
};

/** All of them, in order of base. */
struct occupants {
	uint32_t        count;                /**< Entries in use. */
	struct occupant entry[OCCUPANTS_MAX]; /**< By base. */
};

/** What can be wrong with an occupant. */
enum occupants_status {
	OCCUPANTS_OK,    /**< It was recorded. */
	OCCUPANTS_EMPTY, /**< base >= end: nothing to record. */
	OCCUPANTS_FULL,  /**< Raise OCCUPANTS_MAX. */
};

/**
 * Record that @p name lies at [base, end).
 *
 * @param table  unchanged unless OCCUPANTS_OK is returned
 * @param base   first byte
 * @param end    one past the last byte
 * @param kind   with whom it may share a page
 * @param name   copied; what is not printable ASCII, blanks, and a name of no
 *               characters become '_'
 * @return OCCUPANTS_OK, OCCUPANTS_EMPTY or OCCUPANTS_FULL.  Takes O(count)
 *         time.
 */
enum occupants_status occupants_add(struct occupants *table, paddr_t base,
                                    paddr_t end, enum occupant_kind kind,
                                    const char *name);

/**
 * The lowest place on whole pages in [base, end) that holds @p bytes bytes
 * and that no occupant touches, each rounded outward to whole pages.
 *
 * @param table         is not changed
 * @param base,end      where to look, in bytes
 * @param bytes         length wanted, at least 1
 * @param largest       if not NULL: is raised to the longest gap met, in
 *                      bytes, so that a refusal can say what there is
 * @param[out] place    first byte of it; unchanged if there is none
 * @return whether there is one.  Takes O(count) time.
 */
bool occupants_find_gap(const struct occupants *table, paddr_t base,
                        paddr_t end, uint64_t bytes, uint64_t *largest,
                        paddr_t *place);

/** NULL, or the sentence of the first broken invariant.  Takes O(count)
 * time. */
const char *occupants_check(const struct occupants *table);

#endif
