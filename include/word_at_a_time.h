/* SPDX-License-Identifier: MIT */
/* Eight bytes of a string at once. */
#ifndef WORD_AT_A_TIME_H
#define WORD_AT_A_TIME_H

#include <types.h>

#define ONES  0x0101010101010101UL
#define HIGHS 0x8080808080808080UL

/*
 * The lowest bit that is set stands in the first byte of @w that is 0: there a borrow sets the top
 * bit, which was clear before.
 */
static inline u64 zero_bytes(u64 w) { return (w - ONES) & ~w & HIGHS; }

/* The subtraction alone also finds bytes above 0x80, which are rare in strings. */
static inline bool has_zero_byte(u64 w) { return ((w - ONES) & HIGHS) && zero_bytes(w); }

#endif
