/* SPDX-License-Identifier: MIT */
/* The names of the kernel's functions. tools/kallsyms.sh makes the table from the first link. */
#ifndef KALLSYMS_H
#define KALLSYMS_H

#include <types.h>

struct kallsym {
	u32 offset; /* from _text */
	u32 name;   /* into kallsyms_names */
};

/* lib/kallsyms.c: the function that contains @addr, or NULL. *offset: bytes from its start. */
const char *kallsyms_lookup(unsigned long addr, unsigned long *offset);
/* The same with the bytes of the function. */
const char *kallsyms_lookup_size(unsigned long addr, unsigned long *offset, unsigned long *size);

extern const u32 kallsyms_count; /* functions only, by address */
extern const struct kallsym kallsyms_table[];
extern const char kallsyms_names[];

#endif
