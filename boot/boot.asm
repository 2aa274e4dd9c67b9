; SPDX-License-Identifier: MIT
;
; The first instructions. One ELF64 file with two entry points, both 32-bit with paging off:
;
;   GRUB, multiboot2 (header below)  eax = 0x36d76289, ebx = information
;   QEMU -kernel, PVH (note below)                     ebx = hvm_start_info
;      |
;      v
;   clear bss -> long mode there? -> tables -> PAE, EFER.LME|NXE, CR0.PG -> 64 bit
;   -> high half, boot stack -> start_kernel(magic, info)
;
; The boot page tables map the first 4 GiB in 2 MiB pages, at 0 and at PAGE_OFFSET, and the first
; GiB also at KERNEL_BASE. All of it is writable and executable; mem_init builds the final tables.
; Abridges Linux's arch/x86/boot/compressed/head_64.S, kernel/head_64.S and platform/pvh/head.S.

KERNEL_BASE	equ 0xffffffff80000000
%define PHYS(sym) (sym - KERNEL_BASE)

MAGIC_MB2	equ 0x36d76289
MAGIC_PVH	equ 0x336ec578
STACK_SIZE	equ 16384		; also the stack of the idle task

PTE_TABLE	equ 0x003		; present, writable
PTE_LARGE	equ 0x083		; and 2 MiB

CR0_PE		equ 1 << 0
CR0_WP		equ 1 << 16
CR0_PG		equ 1 << 31
CR4_PAE		equ 1 << 5
MSR_EFER	equ 0xc0000080
EFER_LME	equ 1 << 8
EFER_NXE	equ 1 << 11
COM1		equ 0x3f8

global start_multiboot2, start_pvh, boot_stack, boot_tsc
extern start_kernel, _bss, _end

section .multiboot2 progbits alloc noexec nowrite align=8
header:
	dd 0xe85250d6, 0, header_end - header	; i386
	dd 0x100000000 - (0xe85250d6 + (header_end - header))
	align 8
	dw 3, 0					; entry address: physical
	dd 12, PHYS(start_multiboot2)
	align 8
	dw 6, 0					; modules page aligned
	dd 8
	align 8
	dw 0, 0
	dd 8
header_end:

section .note.Xen note alloc noexec nowrite align=4
	dd 4, 8, 18				; XEN_ELFNOTE_PHYS32_ENTRY
	db "Xen", 0
	dq PHYS(start_pvh)

section .head.text progbits alloc exec nowrite align=16
bits 32
start_pvh:
	mov eax, MAGIC_PVH
start_multiboot2:
	cli
	cld
	mov ebp, eax			; the magic; ebx keeps the information
	rdtsc
	mov [PHYS(boot_tsc)], eax
	mov [PHYS(boot_tsc) + 4], edx
	mov edi, PHYS(_bss)
	mov ecx, PHYS(boot_end)		; the rest is cleared in 64-bit mode
	sub ecx, edi
	shr ecx, 2			; all ends are page aligned
	xor eax, eax
	rep stosd
	mov esp, PHYS(boot_stack) + STACK_SIZE

	mov esi, ebx			; cpuid destroys ebx
	mov eax, 0x80000000
	cpuid
	cmp eax, 0x80000001
	jb no_long_mode
	mov eax, 0x80000001
	cpuid
	bt edx, 29
	jnc no_long_mode
	mov ebx, esi
	mov esi, EFER_LME
	bt edx, 20
	jnc .tables
	or esi, EFER_NXE

.tables:
	mov eax, PHYS(boot_pdpt) + PTE_TABLE
	mov [PHYS(boot_pml4)], eax
	mov [PHYS(boot_pml4) + 273 * 8], eax	; PAGE_OFFSET
	mov dword [PHYS(boot_pml4) + 511 * 8], PHYS(boot_pdpt_high) + PTE_TABLE
	mov dword [PHYS(boot_pdpt_high) + 510 * 8], PHYS(boot_pd) + PTE_TABLE
	mov eax, PHYS(boot_pd) + PTE_TABLE
	xor ecx, ecx
.next_gib:
	mov [PHYS(boot_pdpt) + ecx * 8], eax
	add eax, 4096
	inc ecx
	cmp ecx, 4
	jb .next_gib
	mov eax, PTE_LARGE
	xor ecx, ecx
.next_page:
	mov [PHYS(boot_pd) + ecx * 8], eax
	add eax, 1 << 21
	inc ecx
	cmp ecx, 4 * 512
	jb .next_page

	mov eax, CR4_PAE
	mov cr4, eax
	mov eax, PHYS(boot_pml4)
	mov cr3, eax
	mov ecx, MSR_EFER
	rdmsr
	or eax, esi
	wrmsr
	mov eax, cr0
	or eax, CR0_PG | CR0_WP | CR0_PE
	mov cr0, eax
	lgdt [PHYS(boot_gdtr)]
	jmp 8:PHYS(start64_low)

; Writes a message to the serial port, then stops.
no_long_mode:
	mov esi, PHYS(no_long_mode_text)
.next_char:
	mov dx, COM1 + 5
.wait:
	in al, dx
	test al, 0x20
	jz .wait
	lodsb
	test al, al
	jz .stop
	mov dx, COM1
	out dx, al
	jmp .next_char
.stop:
	hlt
	jmp .stop

no_long_mode_text:
	db "Exon: this processor has no 64-bit mode (QEMU: use qemu-system-x86_64)", 13, 10, 0

bits 64
start64_low:
	mov rax, start64
	jmp rax
start64:
	mov rax, boot_gdt
	mov [rel boot_gdtr + 2], rax
	lgdt [rel boot_gdtr]
	mov eax, 16
	mov ds, eax
	mov es, eax
	mov ss, eax
	xor eax, eax
	mov fs, eax
	mov gs, eax
	mov rsp, boot_stack + STACK_SIZE
	mov rdi, boot_end
	mov rcx, _end
	sub rcx, rdi
	shr rcx, 3
	xor eax, eax
	rep stosq
	mov edi, ebp
	mov esi, ebx
	xor ebp, ebp			; the end of every backtrace
	push rbp
	jmp start_kernel

section .data align=16
boot_tsc:	dq 0			; the time-stamp counter at the first instruction
boot_gdt:
	dq 0
	dq 0x00af9b000000ffff		; 8: 64-bit code
	dq 0x00cf93000000ffff		; 16: data
boot_gdtr:
	dw boot_gdtr - boot_gdt - 1
	dq PHYS(boot_gdt)

section .bss.boot nobits alloc noexec write align=4096
boot_pml4:	resb 4096
boot_pdpt:	resb 4096
boot_pdpt_high:	resb 4096
boot_pd:	resb 4 * 4096
boot_stack:	resb STACK_SIZE
boot_end:
