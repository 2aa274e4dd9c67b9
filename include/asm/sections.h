/* SPDX-License-Identifier: MIT */
/* Borders of the kernel image, from boot/kernel.lds. All are page aligned but _end. */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

extern char _text[], _etext[], _rodata[], _erodata[], _data[], _end[];

#endif
