/* SPDX-License-Identifier: MIT */
/*
 * The newc cpio format: a header of 13 numbers in hexadecimal, the name, the
 * bytes of the file. Header and name together, and the bytes, are padded to 4.
 *
 *   070701 ino mode uid gid nlink mtime size major minor rmajor rminor namesize check
 *   name\0 | body
 *
 * A name may end in more than one NUL, so that the body is page aligned. In an archive of magic
 * 070702 check is the sum of the bytes of the body.
 *
 * Uses no global state. Every length is compared with what is left of the archive before it is
 * used.
 * Abridges the parser of Linux's init/initramfs.c, and takes odd archives as it does: an entry with
 * an impossible length is passed over, and an archive may end anywhere.
 * Not on the road of an exec.
 */
#include <cpio.h>
#include <errno.h>
#include <string.h>

#define NR_FIELDS 13
#define PAD4(n)	  (((n) + 3) & ~(size_t)3)

#define S_IFMT	0170000
#define S_IFLNK 0120000
#define S_IFREG 0100000

static int damaged(struct cpio_entry *e, const char *error, const char *hint)
{
	e->error = error;
	e->hint = hint;
	return -EINVAL;
}

/* Returns the value of a hexadecimal digit, or 16 if @c is not one. */
static unsigned int hex_digit(unsigned char c)
{
	unsigned int decimal = c - '0', letter = (c | 0x20) - 'a';

	return decimal <= 9 ? decimal : letter <= 5 ? letter + 10 : 16;
}

/* The number of eight digits at @s. It may begin with 0x, and ends before what is not a digit. */
static uint32_t parse_field(const char *s)
{
	bool prefix = s[0] == '0' && (s[1] | 0x20) == 'x' && hex_digit(s[2]) < 16;
	uint32_t v = 0, digit;

	for (int i = prefix ? 2 : 0; i < 8 && (digit = hex_digit(s[i])) < 16; i++)
		v = v << 4 | digit;
	return v;
}

/* Reads the 13 numbers after the magic. Returns the size of the name. */
static size_t parse_header(const char *s, struct cpio_entry *e)
{
	uint32_t f[NR_FIELDS];

	for (int i = 0; i < NR_FIELDS; i++)
		f[i] = parse_field(s + 8 * i);
	e->ino = f[0], e->mode = f[1], e->uid = f[2], e->gid = f[3], e->nlink = f[4];
	e->mtime = f[5], e->body_len = f[6];
	e->major = f[7], e->minor = f[8], e->rmajor = f[9], e->rminor = f[10];
	e->check = f[12];
	return f[11];
}

/* What begins like none of an archive's entries: the format is named. */
static int foreign_magic(const char *p, size_t left, struct cpio_entry *e)
{
	static const struct {
		const char *magic, *error, *hint;
	} known[] = {
#define METHOD(name) "compression method " name " not configured"
		{"\x1f\x8b", "no cpio magic",
		 "compressed with gzip twice: unpack it with \"gzip -d\" first"},
		{"\xfd\x37", METHOD("xz"), "compressed with xz: unpack it with \"xz -d\" first"},
		{"\x28\xb5", METHOD("zstd"),
		 "compressed with zstd: unpack it with \"zstd -d\" first"},
		{"BZ", METHOD("bzip2"), "compressed with bzip2: unpack it with \"bzip2 -d\" first"},
		{"\x02\x21", METHOD("lz4"), "compressed with lz4: unpack it with \"lz4 -d\" first"},
		{"\x5d\0", METHOD("lzma"),
		 "compressed with lzma: unpack it with \"xz -d --format=lzma\" first"},
		{"\x89L", METHOD("lzo"), "compressed with lzo: unpack it with \"lzop -d\" first"},
#undef METHOD
	};

	for (size_t i = 0; left >= 2 && i < sizeof(known) / sizeof(known[0]); i++)
		if (!memcmp(p, known[i].magic, 2))
			return damaged(e, known[i].error, known[i].hint);
	return damaged(e, "invalid magic at start of compressed archive", "no cpio magic");
}

/* Does this entry make a file? Linux looks at its name only then. */
static bool makes_file(const struct cpio_entry *e, size_t name_len)
{
	uint32_t type = e->mode & S_IFMT;

	if (name_len == 0 || name_len > CPIO_NAME_MAX)
		return false;
	return type == S_IFLNK ? e->body_len <= CPIO_NAME_MAX : type == S_IFREG || !e->body_len;
}

/*
 * The entry at @p; @left bytes of the archive are left. *size becomes its size with padding.
 * Returns as cpio_next does.
 */
static int read_entry(const char *p, size_t left, struct cpio_entry *e, size_t *size)
{
	size_t name_len, head, body_room;

	*size = CPIO_HEADER_SIZE;
	if (left < CPIO_HEADER_SIZE)
		return CPIO_SKIPPED;
	if (!memcmp(p, "070707", 6))
		return damaged(e, "incorrect cpio method used: use -H newc option",
			       "old cpio format: make the archive with \"cpio -H newc\"");
	if (memcmp(p, "070701", 6) && memcmp(p, "070702", 6))
		return damaged(e, "no cpio magic", "no cpio magic");
	e->has_check = p[5] == '2';
	name_len = parse_header(p + 6, e);
	head = PAD4(CPIO_HEADER_SIZE + name_len);
	*size = head + PAD4(e->body_len);
	body_room = head < left ? left - head : 0;
	if (!makes_file(e, name_len) || head > left)
		return CPIO_SKIPPED;
	e->name = p + CPIO_HEADER_SIZE;
	e->body = p + head;
	e->body_here = e->body_len < body_room ? e->body_len : body_room;
	if ((e->mode & S_IFMT) == S_IFLNK && e->body_here < e->body_len)
		return CPIO_SKIPPED;
	if (e->name[name_len - 1] != '\0')
		return damaged(e, "malformed archive", "name without end");
	return strcmp(e->name, "TRAILER!!!") || (e->mode & S_IFMT) == S_IFLNK ? CPIO_ENTRY
									      : CPIO_TRAILER;
}

int cpio_next(const void *data, size_t size, size_t *pos, struct cpio_entry *e)
{
	const char *p = data;
	size_t at = *pos, len;
	int kind;

	while (at < size && p[at] == '\0')
		at++;
	*pos = at;
	if (at >= size)
		return CPIO_END;
	if (p[at] != '0')
		return foreign_magic(p + at, size - at, e);
	if (at & 3)
		return damaged(e, "broken padding", "broken padding");
	kind = read_entry(p + at, size - at, e, &len);
	if (kind < 0)
		return kind;
	e->cut = len > size - at;
	*pos = e->cut ? size : at + len;
	return kind;
}
