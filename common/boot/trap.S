/*
 * Where the CPU goes on an exception.  An entry per vector makes the stack
 * look the same for all: the frame of trap.h.  Nothing returns, so nothing
 * is restored; but the timer's does, if what it interrupts is to go on.
 *
 * Source: Intel SDM volume 3, "Error Code" and "64-Bit Mode Stack Frame".
 */

#include "timer.h"

/* The vectors for which the CPU pushes an error code. */
#define HAS_ERROR_CODE 0x60227d00     /* 8, 10-14, 17, 21, 29, 30 */

	.text
	.altmacro
	.macro entry vector
trap_entry_\vector:
	.if ((HAS_ERROR_CODE >> \vector) & 1) == 0
	push $0                           /* in its place */
	.endif
	push $\vector
	jmp trap_common
	.endm

/* All registers, as the frame has them. */
	.macro push_all
	push %rax
	push %rbx
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %rbp
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	cld                               /* C relies on it */
	mov %rsp, %rdi                    /* the frame */
	.endm

	.set vector, 0
	.rept 32
	entry %vector
	.set vector, vector + 1
	.endr

trap_common:
	push_all
	and $-16, %rsp                    /* as C wants it at a call */
	call trap_handle                  /* does not return */
	ud2

/* The CPU has aligned the stack to 16 bytes before it pushed its part, and the
 * frame is 22 words: so it is as C wants it. */
	.globl trap_timer, trap_spurious
trap_timer:
	push $0
	push $TIMER_VECTOR
	push_all
	call trap_tick
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rbp
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rbx
	pop %rax
	add $16, %rsp                     /* vector, error code */
trap_spurious:                            /* nothing has happened */
	iretq

	.section .rodata
	.balign 8
	.globl trap_entries
	.macro address vector
	.quad trap_entry_\vector
	.endm
trap_entries:
	.set vector, 0
	.rept 32
	address %vector
	.set vector, vector + 1
	.endr

	.section .note.GNU-stack, "", @progbits
