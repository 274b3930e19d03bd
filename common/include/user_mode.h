/**
 * @file
 * Platform: user mode (ring 3), for programs that are not trusted.
 *
 * A program runs until an exception ends it: its own int3, which says that it
 * is done, or a mistake of its; or until its time is up, so that one that
 * loops for ever ends too: interrupts are on in user mode, and the timer's is
 * the only one that can come.  The host has no user mode and says so.
 */
#ifndef USER_MODE_H
#define USER_MODE_H

#include "types.h"

/** What there is of it. */
struct user_mode {
	bool    there;      /**< If false, all else is 0. */
	bool    no_execute; /**< The CPU can forbid to execute a page. */
	bool    huge;       /**< It has pages of 1 GiB. */
	bool    timer;      /**< A program's time is counted. */
	paddr_t tables;     /**< The kernel's level 4 table. */
};

/** Ask the machine. */
struct user_mode user_mode_look(void);

/** Where an address of the kernel's image or of phys_to_virt() lies; 0 on the
 *  host. */
paddr_t user_mode_paddr(const void *address);

/** What a program begins with. */
struct user_start {
	paddr_t  tables;      /**< Level 4, whose upper half is the kernel's. */
	uint64_t entry;       /**< First instruction, in the lower half. */
	uint64_t stack;       /**< Its stack pointer. */
	uint64_t argument[5]; /**< RDI, RSI, RDX, RCX, R8; others are 0. */
};

/** How it ended. */
struct user_end {
	bool     done;    /**< By its own word. */
	bool     late;    /**< Its time was up: no exception. */
	uint64_t vector;  /**< The exception. */
	uint64_t error;   /**< Its error code, or 0. */
	uint64_t address; /**< Page fault: what was touched. */
	uint64_t at;      /**< The instruction. */
};

/**
 * Run a program until it ends.
 *
 * @param start  is not changed
 * @param end    all of it is set, if true is returned
 * @return false if there is no user mode, or `entry` is not in the lower half.
 *         Takes the program's time, which is up after 16 million counts of
 *         the APIC's timer; without a timer it may never end
 */
bool user_mode_run(const struct user_start *start, struct user_end *end);

/** Print how it ended, in words, as a part of a line. */
void user_mode_print(const struct user_end *end);

/** What user_mode_program() does after it has filled its memory. */
enum user_deed {
	USER_DONE,   /**< Nothing more. */
	USER_READS,  /**< Reads the byte. */
	USER_WRITES, /**< Writes it. */
	USER_JUMPS,  /**< Goes on there. */
	USER_HALTS,  /**< Executes an instruction of the kernel's. */
	USER_LOOPS,  /**< For ever. */
};

/**
 * A program for trying: it fills [RDI, RDI + RSI) with the byte RDX, reads it
 * back (a wrong byte makes it divide by zero), and does the deed R8 at RCX.
 * It needs no stack and runs wherever it is copied.
 *
 * @param bytes  how long it is; 0 on the host
 */
const void *user_mode_program(uint64_t *bytes);

#endif
