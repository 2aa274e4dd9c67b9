/* SPDX-License-Identifier: MIT */
/*
 * Unconstrained inputs for EVA, the value analysis of Frama-C. Read after the kernel's headers.
 */
#ifndef EVA_ANY_H
#define EVA_ANY_H

#include <types.h>

/* Each read is any value. */
extern volatile u64 any_u64;

/*@ assigns ((u8 *)p)[0 .. n - 1] \from any_u64;
    ensures \initialized(((u8 *)p) + (0 .. n - 1)); */
void any_bytes(void *p, size_t n);

#endif
