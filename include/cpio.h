/* SPDX-License-Identifier: MIT */
/*
 * Reads cpio archives of the newc format: fs/cpio.c. Pure functions of bytes, also built on the
 * host.
 */
#ifndef CPIO_H
#define CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPIO_HEADER_SIZE 110
#define CPIO_NAME_MAX	 4096 /* with the NUL; also of a symbolic link's target, without it */

struct cpio_entry {
	uint32_t ino, mode, uid, gid, nlink, mtime;
	uint32_t major, minor, rmajor, rminor;
	const char *name;	    /* in the archive, NUL-ended */
	const void *body;	    /* in the archive */
	size_t body_len, body_here; /* as the header says; as many as the archive has */
	uint32_t check;
	bool has_check;	   /* @check is the sum of the bytes of the body */
	bool cut;	   /* the archive ends before the end of this entry and its padding */
	const char *error; /* after -EINVAL: what is wrong at *pos, in Linux's words */
	const char *hint;  /* the same, and what can be done */
};

enum { CPIO_END, CPIO_ENTRY, CPIO_TRAILER, CPIO_SKIPPED };

/*
 * Reads the entry at *pos of @data, after any padding, and moves *pos past it. Returns CPIO_ENTRY;
 * CPIO_TRAILER at the end of an archive, after which another may follow; CPIO_SKIPPED if it is cut
 * off or Linux ignores it; CPIO_END if nothing is left; -EINVAL if *pos is damaged.
 */
int cpio_next(const void *data, size_t size, size_t *pos, struct cpio_entry *e);

#endif
