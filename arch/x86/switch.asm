; SPDX-License-Identifier: MIT
;
; The switch from one task's kernel stack to another's.
; Abridges __switch_to_asm of arch/x86/entry/entry_64.S.

	bits 64
	default rel
	global __switch_stacks, last_frame

	section .text

; void __switch_stacks(unsigned long *prev_sp, unsigned long next_sp)
; Saves the callee-saved registers on prev's stack and its rsp in *prev_sp, then returns on next's
; stack, to the caller that switched away from it. A new task "returns" to ret_from_fork, whose
; address copy_thread has put there (struct switch_frame in process.c).
__switch_stacks:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[rdi], rsp
	mov	rsp, rsi
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	ret

	section .rodata
	align 8
; The outermost frame of every kernel stack. It leads to itself, so that a walk cannot pass it.
last_frame:
	dq	last_frame, 0
