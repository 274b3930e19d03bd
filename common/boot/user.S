/*
 * Into user mode and back, and a program to try it with.
 *
 * Source: Intel SDM volume 3, "64-Bit Mode Stack Frame" and "IRET in IA-32e
 * Mode".
 */
#include "layout.h"

#define RFLAGS 0x202                  /* interrupts, no ports */

	.text
/* void user_enter(const struct user_start *start, void *stack)
 *
 * Keeps what C wants back below the stack's top, and tells *stack where: an
 * exception in user mode continues right there. */
	.globl user_enter
user_enter:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	pushf
	mov %cr3, %rax
	push %rax
	mov %rsp, (%rsi)

	mov (%rdi), %rax                  /* start->tables */
	mov %rax, %cr3
	push $USER_DATA_SELECTOR          /* what iretq pops: SS */
	push 16(%rdi)                     /* RSP: start->stack */
	push $RFLAGS
	push $USER_CODE_SELECTOR          /* CS */
	push 8(%rdi)                      /* RIP: start->entry */

	mov 32(%rdi), %rsi                /* start->argument */
	mov 40(%rdi), %rdx
	mov 48(%rdi), %rcx
	mov 56(%rdi), %r8
	mov 24(%rdi), %rdi
	xor %eax, %eax                    /* a program learns nothing of ours */
	xor %ebx, %ebx
	xor %ebp, %ebp
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	xor %r15d, %r15d
	iretq

/* void user_leave(uint64_t stack): user_enter() returns. */
	.globl user_leave
user_leave:
	mov %rdi, %rsp
	mov $DATA_SELECTOR, %eax          /* iretq has taken them away */
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss                     /* an exception leaves it 0 */
	pop %rax
	mov %rax, %cr3
	popf
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret

	.section .rodata
/* See user_mode.h: RDI, RSI, RDX, RCX, R8. */
	.globl user_program, user_program_end
user_program:
	mov %rcx, %r9                     /* the address */
	mov %rdi, %r10
	mov %edx, %eax
	mov %rsi, %rcx
	rep stosb                         /* fill */
	mov %r10, %rdi
	mov %rsi, %rcx
	cmp %rcx, %rcx                    /* equal, should there be no byte */
	repe scasb                        /* read back */
	jne 6f

	cmp $1, %r8
	je 1f
	cmp $2, %r8
	je 2f
	cmp $3, %r8
	je 3f
	cmp $4, %r8
	je 4f
	cmp $5, %r8
	je 5f
	int3                              /* done */
1:	mov (%r9), %al
	int3
2:	mov %al, (%r9)
	int3
3:	jmp *%r9
4:	hlt
5:	jmp 5b
6:	xor %ecx, %ecx
	div %ecx
user_program_end:

	.section .note.GNU-stack, "", @progbits
