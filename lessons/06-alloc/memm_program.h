/**
 * @file
 * Lesson 6: a program in memory that memm gives it.
 */
#ifndef MEMM_PROGRAM_H
#define MEMM_PROGRAM_H

#include "memm.h"
#include "user_mode.h"

/** A program's pages: its code, and a block to work on. */
struct memm_program {
	uint64_t       pid;   /**< Whose they are. */
	void          *code;  /**< As the kernel sees it. */
	unsigned char *block; /**< The same. */
	uint64_t       bytes; /**< Of the block. */
};

/**
 * Load user_mode_program() for a process and give it a block.
 *
 * @param memm     as for memm_user_pages()
 * @param program  all of it is set, if MEMM_OK is returned
 * @param pid      which need not be known yet; on a failure what it got so
 *                 far stays with it
 * @param bytes    of the block
 * @return as for memm_user_pages() and memm_user_allocate()
 */
enum memm_status memm_program_load(struct memm         *memm,
                                   struct memm_program *program, uint64_t pid,
                                   uint64_t bytes);

/**
 * Let it fill its block with a byte, and then do something at an address.
 *
 * @param memm     its arena
 * @param program  unchanged, but for what it writes to its block
 * @param byte     to fill it with
 * @param deed     what to do then
 * @param address  where
 * @param end      how it ended, if true is returned
 * @return false if there is no user mode
 */
bool memm_program_run(const struct memm         *memm,
                      const struct memm_program *program, unsigned char byte,
                      enum user_deed deed, uint64_t address,
                      struct user_end *end);

/** Bytes of the block that are not this one: what the kernel sees. */
uint64_t memm_program_wrong(const struct memm_program *program,
                            unsigned char              byte);

#endif
