/* SPDX-License-Identifier: MIT */
/* Random numbers: lib/random.c. */
#ifndef RANDOM_H
#define RANDOM_H

#include <types.h>

u64 get_random_u64(void);
void get_random_bytes(void *buf, size_t n);

#endif
