/* SPDX-License-Identifier: MIT */
/* The parts of the kernel image, from boot/kernel.lds. All but _end are page aligned. */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

extern char _text[], _etext[], _rodata[], _erodata[], _data[], _end[];
/* Not aligned: the functions of kernel/sched/. */
extern char __sched_text_start[], __sched_text_end[];
/* Functions that the compiler makes, to be called first: with KASAN only. */
extern void (*const __init_array_start[])(void), (*const __init_array_end[])(void);

#endif
