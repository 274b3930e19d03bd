/**
 * @file
 * What the CPU must be told once: segments, stacks for faults, handlers.
 * And what it can be asked: its features.
 *
 * Source: Intel SDM volume 3, "Protected-Mode Memory Management" and
 * "Interrupt and Exception Handling"; volume 2, "CPUID".
 */
#ifndef CPU_H
#define CPU_H

#include <stdbool.h>
#include <stdint.h>

/** Load GDT, TSS and IDT.  From here on an exception is explained. */
void cpu_init(void);

/** From now on page faults go to @p entry, as the CPU delivers them. */
void cpu_set_page_fault(uint64_t entry);

/** From now on an interrupt of this vector goes to @p entry, with interrupts
 *  off.  No program can cause it by an instruction. */
void cpu_set_interrupt(unsigned vector, uint64_t entry);

/** Where the CPU reads, on an exception in user mode, where the kernel's stack
 *  then is: 8 bytes, at an address that is a multiple of 4. */
void *cpu_user_stack(void);

/** Pages can be without execution; entry.S has turned it on. */
bool cpu_has_nx(void);

/** Pages can be of 1 GiB. */
bool cpu_has_huge_pages(void);

/** It has a local APIC. */
bool cpu_has_apic(void);

/** Width of physical addresses, in bits. */
uint32_t cpu_phys_bits(void);

/** One of the kernel's stacks; the page below it is not mapped. */
struct cpu_stack {
	const char *name; /**< In a word, for a screen. */
	uintptr_t   base; /**< Its lowest byte. */
	uintptr_t   end;  /**< One past its highest. */
};

/** The stack that holds all of [address, address + bytes), or NULL. */
const struct cpu_stack *cpu_stack_of(uint64_t address, uint64_t bytes);

/** The stack whose guard page @p address lies in, or NULL. */
const struct cpu_stack *cpu_guard_of(uint64_t address);

/** Stack number @p index from 0 on, or NULL behind the last. */
const struct cpu_stack *cpu_stack(unsigned index);

#endif
