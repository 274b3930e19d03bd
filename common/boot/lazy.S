/*
 * A page fault that may end well: see lazy.h.  What C may overwrite is kept,
 * and where lazy_fault() cannot help, all is as the CPU left it for trap.S.
 *
 * Source: Intel SDM volume 3, "Error Code" and "64-Bit Mode Stack Frame".
 */

#define PAGE_FAULT 14

	.text
	.globl lazy_entry
lazy_entry:
	push %rbp
	push %rax
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11                         /* ten: the stack is aligned */
	cld                               /* C relies on it */
	mov %cr2, %rdi                    /* the address */
	mov 80(%rsp), %rsi                /* the error code */
	call lazy_fault
	test %al, %al                     /* pop leaves the flags alone */
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rax
	pop %rbp
	jz 1f
	add $8, %rsp                      /* the error code */
	iretq
1:	jmp *trap_entries + 8 * PAGE_FAULT

	.section .note.GNU-stack, "", @progbits
