/* SPDX-License-Identifier: MIT */
/* The loops of <asm/string.h> in C: host tests run on other processors, too. */
#ifndef HOST_ASM_STRING_H
#define HOST_ASM_STRING_H

#include <types.h>

static inline void rep_movsq(void *dst, const void *src, size_t words)
{
	__builtin_memcpy(dst, src, words * 8);
}

static inline void rep_stosq(void *dst, u64 v, size_t words)
{
	u64 *p = dst;

	while (words--)
		*p++ = v;
}

static inline void clear_pages(void *p, size_t size) { __builtin_memset(p, 0, size); }

#endif
