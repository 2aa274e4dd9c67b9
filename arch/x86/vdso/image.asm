; SPDX-License-Identifier: MIT
; The finished vdso in the kernel's read-only data: whole pages, which mm/vdso.c maps. Always two
; pages, because /proc/PID/maps shows the size.
VDSO_PAGES	equ 2

section .rodata align=4096
global vdso_image_start:object
global vdso_image_end:object

vdso_image_start:
	incbin "vdso.so"
	; a negative count here means that the image has outgrown its pages
	times VDSO_PAGES * 4096 - ($ - vdso_image_start) db 0
vdso_image_end:

section .note.GNU-stack noalloc noexec nowrite progbits
