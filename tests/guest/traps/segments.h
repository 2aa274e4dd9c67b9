/* SPDX-License-Identifier: MIT */
/* What the tests of modify_ldt(2) share. */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include "check.h"
#include <asm/ldt.h>
#include <ucontext.h>

#define SELECTOR(n) ((n) << 3 | 7)

enum { DATA, DOWN, CODE, CONFORMING };

/* The call returns an int: in user code an errno is a positive number. */
static inline int modify_ldt(int func, void *ptr, unsigned long size)
{
	return (int)syscall(SYS_modify_ldt, func, ptr, size);
}

static inline struct user_desc segment(unsigned int n, unsigned int contents, unsigned int base)
{
	return (struct user_desc){
		.entry_number = n,
		.base_addr = base,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.contents = contents,
		.limit_in_pages = 1,
	};
}

static inline struct user_desc empty_segment(unsigned int n)
{
	return (struct user_desc){.entry_number = n, .read_exec_only = 1, .seg_not_present = 1};
}

static inline void set_segment(struct user_desc d) { EQ(modify_ldt(0x11, &d, sizeof(d)), 0); }

/* 0: there is no such segment, or it is not for this code. */
static inline unsigned int access_rights(unsigned short selector)
{
	unsigned int rights = 0;

	asm volatile("lar %1, %0" : "+r"(rights) : "r"((unsigned int)selector));
	return rights;
}

static inline unsigned int segment_limit(unsigned short selector)
{
	unsigned int limit = 0x5555;

	asm volatile("lsl %1, %0" : "+r"(limit) : "r"((unsigned int)selector));
	return limit;
}
#endif
