/* SPDX-License-Identifier: MIT */
/* Loops of one instruction or a few, for memcpy, memset and pages. */
#ifndef ASM_STRING_H
#define ASM_STRING_H

#include <kasan.h>

static inline void rep_movsq(void *dst, const void *src, size_t words)
{
	kasan_copy(dst, src, words * 8);
	__asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(words) : : "memory");
}

static inline void rep_stosq(void *dst, u64 v, size_t words)
{
	__asm__ volatile("rep stosq" : "+D"(dst), "+c"(words) : "a"(v) : "memory");
}

/* lib/clear_pages.asm: @p and @size are multiples of a page. */
void clear_pages(void *p, size_t size);

#endif
