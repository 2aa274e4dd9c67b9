/* SPDX-License-Identifier: MIT */
/* The symbol table that tools/kallsyms.sh makes from the first link: functions only, by address. */
#ifndef KALLSYMS_H
#define KALLSYMS_H

#include <types.h>

struct kallsym {
	u32 offset;		/* from _text */
	u32 name;		/* into kallsyms_names */
};

extern const u32 kallsyms_count;
extern const struct kallsym kallsyms_table[];
extern const char kallsyms_names[];

#endif
