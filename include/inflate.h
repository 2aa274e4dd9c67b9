/* SPDX-License-Identifier: MIT */
/* Reads gzip: fs/inflate.c. Pure functions of bytes, also built on the host. */
#ifndef INFLATE_H
#define INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Do these @n bytes begin as a gzip file does? */
bool is_gzip(const void *data, size_t n);

/*
 * Unpacks the gzip member of at most *in_len bytes at @in to @out, which has room for *out_len
 * bytes. Both lengths become what was used. Returns 0; -EINVAL if damaged, -EIO if it ends too
 * early, both with what was unpacked before; -ENOSPC if the room is too small: the lengths stay.
 */
int gunzip(const void *in, size_t *in_len, void *out, size_t *out_len);

#endif
