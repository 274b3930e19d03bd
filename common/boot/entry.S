/*
 * The first instructions: from the loader's 32-bit protected mode, without
 * paging, to C in 64-bit mode in the high half.
 *
 * Two loaders reach the same code.  GRUB finds the multiboot2 header and
 * enters with its magic in EAX and the address of its information in EBX;
 * QEMU's -kernel finds the PVH note and enters with EBX alone.
 *
 * Source: "Multiboot2 Specification version 2.0"; Xen "docs/misc/pvh";
 * Intel SDM volume 3, "Initializing IA-32e Mode".
 */
#include "layout.h"

#define PHYS(symbol) ((symbol) - KERNEL_VIRT)

#define HEADER_MAGIC   0xe85250d6
#define HEADER_BYTES   (header_end - header)
#define PVH_MAGIC      0x336ec578        /* boot_info.h has it for C */
#define NOTE_PVH       18                /* XEN_ELFNOTE_PHYS32_ENTRY */

#define COM1           0x3f8
#define VGA_TEXT       0xb8000
#define QEMU_EXIT_PORT 0xf4              /* see machine.c */
#define QEMU_FAILURE   0x11

	.section .multiboot2, "a"
	.balign 8
header:
	.long HEADER_MAGIC
	.long 0                           /* architecture: i386 */
	.long HEADER_BYTES
	.long -(HEADER_MAGIC + HEADER_BYTES)
	.short 3, 0                       /* tag: entry address */
	.long 12
	.long PHYS(multiboot2_entry)
	.balign 8
	.short 5, 1                       /* tag: framebuffer, if there is one */
	.long 20
	.long 800, 600, 32                /* pixels, lines, bits of a pixel */
	.balign 8
	.short 0, 0                       /* tag: end */
	.long 8
header_end:

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 8, NOTE_PVH              /* bytes of name, of value; type */
	.asciz "Xen"
	.quad PHYS(pvh_entry)

	.text
	.code32
	.globl pvh_entry
pvh_entry:
	mov $PVH_MAGIC, %eax              /* tells start() who came */

	.globl multiboot2_entry
multiboot2_entry:
	cli
	cld
	mov %eax, %ebp
	rdtsc                             /* overwrites EAX and EDX */
	mov %eax, PHYS(entry_time)
	mov %edx, PHYS(entry_time + 4)
	mov $PHYS(bss_base), %edi
	mov $PHYS(data_end), %ecx
	sub %edi, %ecx
	shr $2, %ecx                      /* from bytes to what stosl stores */
	xor %eax, %eax
	rep stosl                         /* .bss: see kernel.ld */
	mov %ebp, %edi                    /* start()'s first argument */
	mov %ebx, %esi                    /* and its second */

	mov $0x80000000, %eax             /* CPUID: highest extended leaf */
	cpuid
	cmp $0x80000001, %eax
	jb no_long_mode
	mov $0x80000001, %eax             /* CPUID: extended features */
	cpuid
	bt $29, %edx                      /* LM: long mode */
	jnc no_long_mode

	mov $0x60, %eax                   /* CR4: MCE, PAE, nothing else */
	mov %eax, %cr4
	mov $PHYS(pml4), %eax
	mov %eax, %cr3
	mov $0x100, %eax                  /* EFER.LME: long mode */
	bt $20, %edx                      /* NX: pages without execution */
	jnc 1f
	or $0x800, %eax                   /* EFER.NXE */
1:	xor %edx, %edx                    /* nothing else, such as SYSCALL */
	mov $0xc0000080, %ecx             /* EFER */
	wrmsr
	mov $0x80010037, %eax             /* CR0: PG, WP, NE, ET, EM, MP, PE: */
	mov %eax, %cr0                    /* caches on, which not every BIOS */
	                                  /* does; no x87, no MMX: nobody */
	                                  /* keeps their registers apart */
	lgdt PHYS(entry_gdt)
	ljmp $CODE_SELECTOR, $PHYS(long_mode)

/* Nothing is there to print with, so the UART and the screen get each byte
 * by hand.  The UART is set as in serial.c. */
no_long_mode:
	mov $PHYS(uart_setup), %esi
	mov $6, %ecx
1:	movzwl (%esi), %edx               /* port */
	mov 2(%esi), %al                  /* value */
	out %al, %dx
	add $3, %esi
	loop 1b
	mov $PHYS(no_long_mode_text), %esi
	mov $VGA_TEXT, %edi
next_character:
	lodsb
	test %al, %al
	jz stop
	cmp $' ', %al                     /* a line's end is for the UART */
	jb 1f
	mov $0x0f, %ah                    /* white on black */
	stosw
1:
	mov %al, %bl
	mov $0x10000, %ecx                /* a UART that is not there */
	mov $(COM1 + 5), %dx              /* line status */
1:	in %dx, %al
	test $0x20, %al                   /* room for a character */
	loopz 1b
	mov %bl, %al
	mov $COM1, %dx
	out %al, %dx
	jmp next_character
stop:
	mov $QEMU_FAILURE, %al
	out %al, $QEMU_EXIT_PORT          /* in QEMU the machine ends */
1:	hlt
	jmp 1b

	.code64
long_mode:
	mov $high_half, %rax
	jmp *%rax
high_half:
	mov $DATA_SELECTOR, %eax
	mov %eax, %ss
	mov %eax, %ds
	mov %eax, %es
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	lldt %ax                          /* none: after reset one lies at 0 */
	mov $kernel_stack_end, %rsp
	push $0
	popfq                             /* a loader may have left NT */
	xor %ebp, %ebp                    /* backtraces end here */
	call start                        /* (EDI, ESI); does not return */
	ud2

	.section .rodata
	.balign 4
entry_gdt:
	.short 3 * 8 - 1                  /* without the TSS, so far */
	.long PHYS(gdt)
uart_setup:
	.short COM1 + 1
	.byte 0x00                        /* no interrupts */
	.short COM1 + 3
	.byte 0x80                        /* the divisor's latch */
	.short COM1
	.byte 1                           /* 115200 baud */
	.short COM1 + 1
	.byte 0
	.short COM1 + 3
	.byte 0x03                        /* 8N1 */
	.short COM1 + 2
	.byte 0x07                        /* FIFOs on and empty */
no_long_mode_text:
	.ascii "boot: this CPU has no 64-bit mode; Pagewise needs an x86_64"
	.fill 80 - (. - no_long_mode_text), 1, ' '
	.asciz "\r\n"

/* When the first instruction ran.  Not in .bss, which is cleared later. */
	.data
	.balign 8
	.globl entry_time
entry_time:
	.quad 0

/* kernel.ld holds it against its own. */
	.globl layout_kernel_virt
	.set layout_kernel_virt, KERNEL_VIRT

	.section .note.GNU-stack, "", @progbits
