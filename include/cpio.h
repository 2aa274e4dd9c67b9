/* SPDX-License-Identifier: MIT */
/*
 * Reads cpio archives of the newc format: fs/cpio.c. Pure functions of bytes, also built on the
 * host.
 */
#ifndef CPIO_H
#define CPIO_H

#include <stddef.h>
#include <stdint.h>

#define CPIO_NAME_MAX 4096 /* with the NUL */

struct cpio_entry {
	uint32_t ino, mode, uid, gid, nlink, mtime;
	uint32_t major, minor, rmajor, rminor;
	const char *name; /* in the archive, NUL-ended */
	const void *body; /* in the archive */
	size_t body_len;
	const char *error; /* after -EINVAL: what is wrong at *pos */
};

enum { CPIO_END, CPIO_ENTRY, CPIO_TRAILER };

/*
 * Reads the entry at *pos of @data, after any padding, and moves *pos past it. Returns CPIO_ENTRY;
 * CPIO_TRAILER at the end of an archive, after which another may follow; CPIO_END when no bytes are
 * left; -EINVAL if the archive is damaged at *pos: e->error has the reason.
 */
int cpio_next(const void *data, size_t size, size_t *pos, struct cpio_entry *e);

#endif
