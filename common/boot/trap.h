/**
 * @file
 * Exceptions: each ends the kernel with a screen that explains it.
 *
 * Source: Intel SDM volume 3, "Exception and Interrupt Reference".
 */
#ifndef TRAP_H
#define TRAP_H

#include <stdint.h>

#define TRAP_VECTORS       32 /**< The CPU's own. */

#define TRAP_NMI           2  /**< Non-maskable interrupt. */
#define TRAP_BREAKPOINT    3  /**< int3. */
#define TRAP_INVALID_TSS   10 /**< A bad task state segment. */
#define TRAP_DOUBLE_FAULT  8  /**< An exception on the way to another. */
#define TRAP_PROTECTION    13 /**< General protection. */
#define TRAP_PAGE_FAULT    14 /**< CR2 has the address. */
#define TRAP_MACHINE_CHECK 18 /**< The hardware reports a defect. */

/** The registers as trap.S pushes them, from the last to the first. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8; /**< Registers. */
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;    /**< Registers. */
	uint64_t vector;                               /**< Which exception. */
	uint64_t error;                    /**< Where the CPU gives none: 0. */
	uint64_t rip, cs, rflags, rsp, ss; /**< The CPU's part. */
};

/** Entry points by vector, for the IDT; in trap.S. */
extern const uint64_t trap_entries[TRAP_VECTORS];

/** Print what has happened, in words, as a part of a line. */
void trap_print_words(const struct trap_frame *frame, uint64_t cr2);

/** The timer's interrupt, with interrupts off; trap.S calls it. */
void trap_tick(const struct trap_frame *frame);

/** End the program, or print the screen and end; trap.S calls it. */
_Noreturn void trap_handle(const struct trap_frame *frame);

#endif
