; SPDX-License-Identifier: MIT
;
; Clears pages by 16 bytes an instruction; `rep stosq` counts as one instruction for each 8 bytes.
;
; xmm0 holds a value of the current task, since the kernel uses no xmm registers else. So it is put
; back. Who comes in between puts back what it finds: an interrupt that clears a page, too, another
; task by fpu_save and fpu_restore.

	bits 64
	global clear_pages

	section .text

; void clear_pages(void *p, size_t size): whole pages. After cpu_init, which permits xmm registers
; (CR4.OSFXSR).
clear_pages:
	sub	rsp, 16
	movups	[rsp], xmm0
	pxor	xmm0, xmm0
	add	rsi, rdi		; the end
.page:
%assign i 0
%rep 4096 / 16
	movaps	[rdi + i], xmm0
%assign i i + 16
%endrep
	add	rdi, 4096
	cmp	rdi, rsi
	jne	.page
	movups	xmm0, [rsp]
	add	rsp, 16
	ret
