/* reads: fs/cpio.c lib/string.c */
/* eva: -eva-precision 0 -eva-auto-loop-unroll 16 -eva-split-return full */
/* eva: -eva-slevel-function read_entry:100,cpio_next:100,read_archive:100,no_archive:100 */
/* eva: -eva-slevel-function eva_main:100,name_of:100,foreign_magic:20,makes_file:10,strcmp:20 */
/* SPDX-License-Identifier: MIT */
/*
 * Archives that end where their memory ends. Their sizes and the size of the name are given, every
 * other byte is any: the parser reads nothing behind the archive, and a caller nothing of an entry
 * that the parser has not set.
 */
#include <cpio.h>
#include "any.h"

#define ROOM 160

static char archive[ROOM];
size_t seen; /* what is read below must be initialised */

static void see_entry(const struct cpio_entry *e)
{
	seen = e->ino + e->mode + e->uid + e->gid + e->nlink + e->mtime + e->major + e->minor;
	seen = e->rmajor + e->rminor + e->check + e->has_check + e->cut + e->name[0];
	if (e->body_here)
		seen = ((const char *)e->body)[0];
}

static void read_archive(size_t size, size_t pos)
{
	struct cpio_entry e;
	int kind = cpio_next(archive + ROOM - size, size, &pos, &e);

	if (kind == CPIO_ENTRY || kind == CPIO_TRAILER)
		see_entry(&e);
	else if (kind < 0)
		seen = e.error[0] + e.hint[0];
}

/* Zeros, and then what is no archive. */
static void no_archive(void)
{
	//@ loop unroll 4;
	for (size_t size = 0; size < 4; size++) {
		any_bytes(archive, ROOM);
		//@ loop unroll 4;
		for (size_t pos = 0; pos <= size; pos++)
			read_archive(size, pos);
	}
}

static void name_of(const char *digits)
{
	static const u8 sizes[] = {109, 110, 116, 152};

	//@ loop unroll 4;
	for (int i = 0; i < 4; i++) {
		char *start = archive + ROOM - sizes[i];

		any_bytes(archive, ROOM);
		start[0] = '0';
		//@ loop unroll 8;
		for (int d = 0; d < 8 && sizes[i] >= CPIO_HEADER_SIZE; d++)
			start[94 + d] = digits[d];
		read_archive(sizes[i], 0);
	}
}

void eva_main(void)
{
	static const char sizes[][9] = {"00000000", "00000003", "0000000B", "00001001"};

	no_archive();
	//@ loop unroll 4;
	for (int i = 0; i < 4; i++)
		name_of(sizes[i]);
}
