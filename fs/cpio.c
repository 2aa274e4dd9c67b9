/* SPDX-License-Identifier: MIT */
/*
 * The newc cpio format: a header of 13 numbers in hexadecimal, the name, the
 * bytes of the file. Header and name together, and the bytes, are padded to 4.
 *
 *   070701 ino mode uid gid nlink mtime size major minor rmajor rminor namesize check
 *   name\0 | body
 *
 * A name may end in more than one NUL, so that the body is page aligned.
 *
 * Uses no global state. Every length is compared with what is left of the archive before it is
 * used.
 * Abridges the parser of Linux's init/initramfs.c. Left out: check sums (070702 archives are read
 * without testing them).
 * Not on the road of an exec.
 */
#include <cpio.h>
#include <errno.h>
#include <string.h>

#define HEADER_SIZE 110
#define NR_FIELDS   13
#define PAD4(n)	    (((n) + 3) & ~(size_t)3)

static int damaged(struct cpio_entry *e, const char *error)
{
	e->error = error;
	return -EINVAL;
}

/* Returns the value of a hexadecimal digit, or 16 if @c is not one. */
static unsigned int hex_digit(unsigned char c)
{
	unsigned int decimal = c - '0', letter = (c | 0x20) - 'a';

	return decimal <= 9 ? decimal : letter <= 5 ? letter + 10 : 16;
}

/* Reads the 13 numbers after the magic. Returns 0 or -EINVAL. */
static int parse_header(const char *s, uint32_t fields[NR_FIELDS])
{
	for (int i = 0; i < NR_FIELDS; i++) {
		uint32_t v = 0;

		for (int j = 0; j < 8; j++) {
			unsigned int digit = hex_digit(*s++);

			if (digit > 15)
				return -EINVAL;
			v = v << 4 | digit;
		}
		fields[i] = v;
	}
	return 0;
}

/* Describes what is in place of a header. */
static const char *foreign_magic(const char *p, size_t left)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *error;
	} known[] = {
		{"070707", 6, "old cpio format: make the archive with \"cpio -H newc\""},
		{"\x1f\x8b", 2, "compressed with gzip twice: unpack it with \"gzip -d\" first"},
		{"\xfd\x37zXZ", 6, "compressed with xz: unpack it with \"xz -d\" first"},
		{"\x28\xb5\x2f\xfd", 4, "compressed with zstd: unpack it with \"zstd -d\" first"},
		{"BZh", 3, "compressed with bzip2: unpack it with \"bzip2 -d\" first"},
		{"\x02\x21\x4c\x18", 4, "compressed with lz4: unpack it with \"lz4 -d\" first"},
		{"\x5d\0\0", 3,
		 "compressed with lzma: unpack it with \"xz -d --format=lzma\" first"},
		{"\x89LZO\0", 5, "compressed with lzo: unpack it with \"lzop -d\" first"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (left >= known[i].len && !memcmp(p, known[i].magic, known[i].len))
			return known[i].error;
	return "no cpio magic";
}

/*
 * Fills @e from the header at @p; @left bytes of the archive are left. Returns the size of
 * header and name with padding, or -EINVAL.
 */
static long read_header(const char *p, size_t left, struct cpio_entry *e)
{
	uint32_t f[NR_FIELDS];
	size_t head;

	if (left < 6 || (memcmp(p, "070701", 6) && memcmp(p, "070702", 6)))
		return damaged(e, foreign_magic(p, left));
	if (left < HEADER_SIZE)
		return damaged(e, "header cut off");
	if (parse_header(p + 6, f))
		return damaged(e, "header is not hexadecimal");
	e->ino = f[0], e->mode = f[1], e->uid = f[2], e->gid = f[3], e->nlink = f[4],
	e->mtime = f[5];
	e->body_len = f[6];
	e->major = f[7], e->minor = f[8], e->rmajor = f[9], e->rminor = f[10];
	if (f[11] == 0 || f[11] > CPIO_NAME_MAX)
		return damaged(e, "impossible length of a name");
	head = PAD4(HEADER_SIZE + (size_t)f[11]);
	if (HEADER_SIZE + (size_t)f[11] > left || (e->body_len && head > left))
		return damaged(e, "name cut off");
	e->name = p + HEADER_SIZE;
	if (e->name[f[11] - 1] != '\0')
		return damaged(e, "name without end");
	return head;
}

int cpio_next(const void *data, size_t size, size_t *pos, struct cpio_entry *e)
{
	const char *p = data;
	size_t at = *pos;
	long head;

	while (at < size && p[at] == '\0')
		at++;
	*pos = at;
	if (at >= size)
		return CPIO_END;
	if (at & 3)
		return damaged(e, "broken padding");
	head = read_header(p + at, size - at, e);
	if (head < 0)
		return head;
	if (e->body_len && e->body_len > size - at - head)
		return damaged(e, "file cut off");
	e->body = p + at + head;
	at += head + PAD4(e->body_len);
	*pos = at < size ? at : size;
	return strcmp(e->name, "TRAILER!!!") ? CPIO_ENTRY : CPIO_TRAILER;
}
