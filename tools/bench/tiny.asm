; SPDX-License-Identifier: MIT
; The smallest honest program: a static ELF64 that exits with status 0.
; One read-execute segment holds the whole file; the stack is not executable.
; nasm -f bin -o tiny tiny.asm
        bits 64
base    equ 0x400000
        org base
ehdr:   db 0x7f, "ELF", 2, 1, 1, 0
        times 8 db 0
        dw 2, 62                        ; ET_EXEC, EM_X86_64
        dd 1
        dq start                        ; e_entry
        dq phdr - base                  ; e_phoff
        dq 0                            ; e_shoff
        dd 0                            ; e_flags
        dw 64, 56, 2, 0, 0, 0
phdr:   dd 1, 5                         ; PT_LOAD, R+X
        dq 0, base, base
        dq end - base, end - base, 0x1000
        dd 0x6474e551, 6                ; PT_GNU_STACK, R+W
        dq 0, 0, 0, 0, 0, 16
start:  mov eax, 231                    ; exit_group
        xor edi, edi
        syscall
end:
