; SPDX-License-Identifier: MIT
; The ways between user code and the kernel: in by SYSCALL, exception or interrupt, out by SYSRET
; or IRET. In every case C code gets one full struct pt_regs.
;
; Abridges Linux's arch/x86/entry/entry_64.S. Left out: 32-bit calls, page table isolation,
; speculation fences, the espfix stack.
;
;   user mode     GS base = user's,    KERNEL_GS_BASE = per-CPU data
;   kernel mode   GS base = per-CPU,   KERNEL_GS_BASE = user's      (SWAPGS between the two)
;
	bits 64
	default rel
	%include "ptregs.inc"

	extern do_syscall_64, trap_dispatch, exit_to_user_mode, schedule_tail
	extern last_frame
	extern exc_nmi, exc_double_fault, exc_machine_check, boot_percpu
	global entry_SYSCALL_64, entry_SYSCALL_compat, ret_from_fork_asm, trap_stubs, spurious_stub

MSR_GS_BASE	equ 0xc0000101
ENOSYS		equ 38
TRAP_GP		equ 13

; Completes pt_regs below di, in the order of the struct. %1: the value of ax.
%macro SAVE_REST 1
	push	rsi
	push	rdx
	push	rcx
	push	%1
	push	r8
	push	r9
	push	r10
	push	r11
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
%endmacro

; The registers that a C function need not preserve. Leaves rsp at orig_ax.
%macro RESTORE_SCRATCH 0
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rax
	pop	rcx
	pop	rdx
	pop	rsi
	pop	rdi
%endmacro

%macro RESTORE_ALL 0
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	RESTORE_SCRATCH
%endmacro

	section .text

; ---- SYSCALL ---------------------------------------------------------------
; rcx = user rip, r11 = user rflags, rsp = the user's. SFMASK has cleared IF: until rsp is the
; kernel's only an NMI or #MC can come, and each of them has a stack of its own.
entry_SYSCALL_64:
	swapgs
	mov	[gs:PERCPU_USER_SP], rsp
	mov	rsp, [gs:PERCPU_KERNEL_STACK]
	push	USER_DS
	push	qword [gs:PERCPU_USER_SP]
	push	r11
	push	USER_CS
	push	rcx
	push	rax				; orig_ax
	push	rdi
	SAVE_REST -ENOSYS
	lea	rbp, [last_frame]		; a backtrace ends here
	mov	rdi, rsp
	call	do_syscall_64			; true: SYSRET may be used
	test	al, al
	jz	return_to_user

	mov	rbp, [rsp + PT_BP]		; C code has preserved rbx and r12 to r15
	add	rsp, PT_R11
	RESTORE_SCRATCH				; rcx = ip and r11 = flags are what SYSRET loads
	mov	rsp, [rsp + PT_SP - PT_ORIG_AX]
	swapgs
	o64 sysret

; On some processors SYSCALL of 32-bit code, which a far jump reaches, comes here. There are no
; 32-bit calls: the program gets a general protection fault.
entry_SYSCALL_compat:
	swapgs
	mov	[gs:PERCPU_USER_SP], rsp
	mov	rsp, [gs:PERCPU_KERNEL_STACK]
	push	USER_DS
	push	qword [gs:PERCPU_USER_SP]
	push	r11
	push	USER32_CS
	push	rcx
	push	0				; error code
	push	rdi
	mov	edi, TRAP_GP
	swapgs
	jmp	common_trap

; ---- exceptions and interrupts ----------------------------------------------
; At entry: the error code (or 0) and rdi are pushed, edi = vector, interrupts are off.
common_trap:
	SAVE_REST rax
	cld
	mov	esi, edi
	xor	ecx, ecx
	test	byte [rsp + PT_CS], 3
	jnz	.user_gs
	lea	rax, [iret_to_user]		; A failed IRET to user mode traps in kernel
	cmp	[rsp + PT_IP], rax		; mode, but GS is the user's already.
	jne	.kernel_gs
	inc	ecx
.user_gs:
	swapgs
	lea	rbp, [last_frame]
.kernel_gs:
	mov	rdi, rsp
	mov	rdx, [rsp + PT_ORIG_AX]		; the error code
	mov	qword [rsp + PT_ORIG_AX], -1	; no system call to restart
	call	trap_dispatch			; returns the pt_regs to leave by
	mov	rsp, rax
	test	byte [rsp + PT_CS], 3
	jnz	return_to_user
	RESTORE_ALL
	add	rsp, 8
	iretq

; rsp = pt_regs at the top of the kernel stack, interrupts off, no work left.
return_to_user:
	RESTORE_ALL
	add	rsp, 8
	swapgs
iret_to_user:
	iretq

; A new task comes here from __switch_stacks, rsp = its pt_regs.
; rbx = fn and r12 = arg of a kernel thread, or rbx = 0.
ret_from_fork_asm:
	call	schedule_tail
	test	rbx, rbx
	jz	.user
	mov	rdi, r12
	call	rbx				; returns only after an exec
.user:
	mov	rdi, rsp
	call	exit_to_user_mode
	jmp	return_to_user

; ---- the stubs, one for each vector -------------------------------------------
%define HAS_ERROR(v) ((v) == 8 || (v) == 10 || (v) == 11 || (v) == 12 || (v) == 13 || (v) == 14 \
		      || (v) == 17 || (v) == 21 || (v) == 29 || (v) == 30)

%macro TRAP_STUB 1
trap_stub_%1:
%if !HAS_ERROR(%1)
	push	0
%endif
	push	rdi
	mov	edi, %1
	jmp	common_trap
%endmacro

; NMI, #DF and #MC have stacks of their own. They can come at any instruction, even between SWAPGS
; and the stack switch. So GS may be the user's or the kernel's: it is saved, set and restored.
; %1 vector, %2 C function(regs, error code)
%macro PARANOID_STUB 2
trap_stub_%1:
%if !HAS_ERROR(%1)
	push	0
%endif
	push	rdi
	SAVE_REST rax
	cld
	mov	ecx, MSR_GS_BASE
	rdmsr
	mov	r12d, eax
	mov	r13d, edx
	mov	rax, boot_percpu
	mov	rdx, rax
	shr	rdx, 32
	wrmsr
	lea	rbp, [last_frame]
	mov	rdi, rsp
	mov	rsi, [rsp + PT_ORIG_AX]
	call	%2
	mov	ecx, MSR_GS_BASE
	mov	eax, r12d
	mov	edx, r13d
	wrmsr
	RESTORE_ALL
	add	rsp, 8
	iretq
%endmacro

%assign v 0
%rep 48
%if v == 2
	PARANOID_STUB 2, exc_nmi
%elif v == 8
	PARANOID_STUB 8, exc_double_fault
%elif v == 18
	PARANOID_STUB 18, exc_machine_check
%else
	TRAP_STUB %[v]
%endif
%assign v v + 1
%endrep

; A spurious interrupt of the local APIC: the request was withdrawn. It needs no EOI.
spurious_stub:
	iretq

	section .rodata
	align 8
; Addresses of the stubs of vectors 0..47, for the IDT.
trap_stubs:
%assign v 0
%rep 48
	dq	trap_stub_%[v]
%assign v v + 1
%endrep
