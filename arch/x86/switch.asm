; SPDX-License-Identifier: MIT
; The moment at which one task's kernel stack is exchanged for another's.
; Abridges __switch_to_asm of arch/x86/entry/entry_64.S.

	bits 64
	default rel
	global __switch_stacks

	section .text

; void __switch_stacks(unsigned long *prev_sp, unsigned long next_sp)
; Keeps the callee-saved registers on prev's stack, its rsp in *prev_sp, and
; returns on next's stack to whoever called this there; a new task "returns" to
; the address that copy_thread has laid (struct switch_frame in process.c).
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
