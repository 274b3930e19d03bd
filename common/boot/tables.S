/*
 * The first page tables, as the assembler fills them, and the stacks.
 *
 *     pml4    0  --+-> direct_pdpt  0-3 --> direct_pd: 4 GiB in 2 MiB pages
 *           256  --+
 *           257  ----> direct_pdpt, its second page
 *           511  ----> kernel_pdpt  510 --> kernel_pd  0, 1: 4 MiB from 0
 *
 * Entry 0 makes the direct map appear at address 0 as well, where the CPU
 * runs when paging comes on.  paging_init() takes it away and gives the
 * kernel tables of 4 KiB pages.
 *
 * Source: Intel SDM volume 3, "4-Level Paging".
 */
#include "layout.h"
#include "paging.h"

#define PHYS(symbol)  ((symbol) - KERNEL_VIRT)
#define TABLE(symbol) PHYS(symbol) + PTE_PRESENT + PTE_WRITE
#define LARGE         (PTE_PRESENT + PTE_WRITE + PTE_LARGE)
#define PAGE          0x1000
#define LARGE_BYTES   0x200000

	.data
	.balign PAGE
	.globl pml4, direct_pdpt, direct_pd, kernel_pd, kernel_pt
pml4:
	.quad TABLE(direct_pdpt)
	.skip 255 * 8
	.quad TABLE(direct_pdpt)
	.quad TABLE(direct_pdpt + PAGE)
	.skip 253 * 8
	.quad TABLE(kernel_pdpt)

direct_pdpt:
	.quad TABLE(direct_pd)
	.quad TABLE(direct_pd + PAGE)
	.quad TABLE(direct_pd + 2 * PAGE)
	.quad TABLE(direct_pd + 3 * PAGE)
	.skip (DIRECT_GIB - DIRECT_GIB_ALWAYS) * 8

	.set base, 0
direct_pd:
	.rept DIRECT_GIB_ALWAYS * 512
	.quad base + LARGE
	.set base, base + LARGE_BYTES
	.endr

kernel_pdpt:
	.skip 510 * 8
	.quad TABLE(kernel_pd)
	.skip 8

	.set base, 0
kernel_pd:
	.rept KERNEL_TABLES
	.quad base + LARGE
	.set base, base + LARGE_BYTES
	.endr
	.skip (512 - KERNEL_TABLES) * 8

	.bss
	.balign PAGE
kernel_pt:
	.skip KERNEL_TABLES * PAGE

/* A stack grows down into its guard, and the CPU faults. */
	.macro stack name, bytes
	.globl \name, \name\()_end
	.skip GUARD_BYTES
\name:
	.skip \bytes
\name\()_end:
	.endm

	stack kernel_stack, KERNEL_STACK_BYTES
	stack double_fault_stack, FAULT_STACK_BYTES
	stack nmi_stack, FAULT_STACK_BYTES
	stack machine_check_stack, FAULT_STACK_BYTES

	.section .note.GNU-stack, "", @progbits
