/**
 * @file
 * Where things lie in virtual memory.  C, assembly and, by a check in
 * kernel.ld, the linker agree on this page.
 *
 *     0x0000000000000000  not mapped: a null pointer faults
 *     0xffff800000000000  direct map: physical address p is at DIRECT_MAP + p
 *     0xffffc00000000000  with "lazy": a window onto p is at LAZY_MAP + p
 *     0xffffffff80000000  kernel: physical address p is at KERNEL_VIRT + p,
 *                         from 1 MiB to the end of the image, page by page
 *     0xffffffff90000000  the picture on the screen, if there is one
 *
 * The kernel is in the last 2 GiB because -mcmodel=kernel lets addresses
 * there be sign-extended 32-bit numbers.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#define DIRECT_MAP  0xffff800000000000 /**< Physical 0 is here. */
#define LAZY_MAP    0xffffc00000000000 /**< With "lazy". */
#define KERNEL_VIRT 0xffffffff80000000 /**< For the kernel. */

/** Up to 256 MiB, and 2 MiB more where they do not begin on a large page. */
#define FRAMEBUFFER_WINDOW 0xffffffff90000000

/** The design's limit: 28 bits of page frame number. */
#define DIRECT_GIB 1024

/** Mapped before anybody has read a memory map. */
#define DIRECT_GIB_ALWAYS 4

/** Tables of 4 KiB pages for the kernel, 2 MiB each from physical 0 on. */
#define KERNEL_TABLES      2

#define KERNEL_STACK_BYTES 0x10000 /**< Of its stack. */
#define FAULT_STACK_BYTES  0x2000  /**< Of an exception's own stack. */
#define GUARD_BYTES        0x1000  /**< Not mapped, below each. */

/* Selectors of cpu.c's GDT. */
#define CODE_SELECTOR 0x08 /**< The kernel's code. */
#define DATA_SELECTOR 0x10 /**< Its data and stack. */
#define TSS_SELECTOR  0x18 /**< The task state segment; takes two entries. */

/* The same for programs, with the privilege that they run with: 3. */
#define USER_DATA_SELECTOR 0x2b /**< A program's data and stack. */
#define USER_CODE_SELECTOR 0x33 /**< A program's code. */

#ifndef __ASSEMBLER__

/* Set by kernel.ld; all but kernel_end are multiples of 4096. */
extern const char kernel_base[], kernel_end[]; /**< The image, .bss included. */
extern const char text_base[], text_end[];     /**< Code. */
extern const char rodata_base[], rodata_end[]; /**< Constants. */
extern const char data_base[], data_end[]; /**< What changes, .bss included. */
extern const char symbols_base[], symbols_end[]; /**< The table of symbols.h. */

/* Stacks, in tables.S: each begins right above a page that is not mapped. */
/** The kernel's own. */
extern const char kernel_stack[], kernel_stack_end[];
/** Of the double fault. */
extern const char double_fault_stack[], double_fault_stack_end[];
/** Of the NMI. */
extern const char nmi_stack[], nmi_stack_end[];
/** Of the machine check. */
extern const char machine_check_stack[], machine_check_stack_end[];

#endif
#endif
