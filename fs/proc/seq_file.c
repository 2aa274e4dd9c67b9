/* SPDX-License-Identifier: MIT */
/*
 * Text for /proc, made record by record while it is read. A read returns whole records, as many as
 * fit into a page; the next read continues with the record after them. So a long text is never made
 * twice, and no lock is held between two reads.
 *
 *   buf:  | read already | from ... count bytes ... |  free  |      op->start(index) goes on here
 *
 * A record that does not fit into the buffer alone makes it twice as large.
 * Abridges Linux's fs/seq_file.c.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <namei.h>
#include <printk.h>
#include <seq_file.h>
#include <slab.h>
#include <string.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/limits.h>

#define BUF_KMALLOC (1UL << 20) /* a larger buffer comes from vmalloc */
#define BUF_MAX	    (64UL << 20)

static bool seq_has_overflowed(const struct seq_file *m) { return m->count == m->size; }
static void seq_set_overflow(struct seq_file *m) { m->count = m->size; }

/* ---- the buffer ---------------------------------------------------------- */

static void *alloc_buf(size_t size)
{
	return size > BUF_KMALLOC ? vmalloc(size) : kmalloc(size, GFP_KERNEL);
}

static void free_buf(void *buf)
{
	unsigned long addr = (unsigned long)buf;

	if (addr >= VMALLOC_START && addr < VMALLOC_END)
		vfree(buf);
	else
		kfree(buf);
}

void seq_release(struct seq_file *m)
{
	free_buf(m->buf);
	m->buf = NULL;
}

/* Replaces the buffer by an empty one of @size bytes. 0 or -ENOMEM. */
static int new_buf(struct seq_file *m, size_t size)
{
	seq_release(m);
	m->from = m->count = 0;
	m->size = size;
	m->buf = size <= BUF_MAX ? alloc_buf(size) : NULL;
	return m->buf ? 0 : -ENOMEM;
}

/* ---- reading ------------------------------------------------------------- */

static void rewind(struct seq_file *m)
{
	m->index = m->read_pos = 0;
	m->from = m->count = 0;
}

/*
 * Appends @v. False: it does not fit, or *err is set; then the text is as it was before.
 */
static bool append(struct seq_file *m, void *v, int *err)
{
	size_t before = m->count;

	*err = m->op->show(m, v);
	if (!*err && !seq_has_overflowed(m))
		return true;
	m->count = before;
	return false;
}

/*
 * Fills the empty buffer with records from index on, until @wanted bytes are there or no more fit.
 * No bytes: the text has ended. 0 or -errno.
 */
static int fill(struct seq_file *m, size_t wanted)
{
	loff_t pos;
	void *v;
	int err = 0;

	m->from = m->count = 0;
	for (;;) {
		pos = m->index;
		v = m->op->start(m, &pos);
		while (v && m->count < wanted && append(m, v, &err)) {
			v = m->op->next(m, v, &pos);
			m->index = pos;
		}
		m->op->stop(m, v);
		if (!v || m->count || err)
			return m->count ? 0 : err;
		err = new_buf(m, 2 * m->size);
		if (err)
			return err;
	}
}

/* Moves to byte @offset of the text, from its beginning. 0 or -errno. */
static int traverse(struct seq_file *m, loff_t offset)
{
	int err = 0;

	rewind(m);
	while (!err && m->read_pos < offset) {
		size_t skip = min_t(size_t, m->count, offset - m->read_pos);

		m->from += skip;
		m->count -= skip;
		m->read_pos += skip;
		if (m->count)
			return 0;
		err = fill(m, 1);
		if (!m->count) {
			m->read_pos = offset; /* beyond the end nothing comes */
			break;
		}
	}
	return err;
}

/*
 * Copies the unread bytes of the buffer. Returns their number; fewer than there are if @to faults.
 */
static size_t take(struct seq_file *m, char __user *to, size_t n)
{
	n = min(n, m->count);
	n -= copy_to_user(to, m->buf + m->from, n);
	m->from += n;
	m->count -= n;
	m->read_pos += n;
	return n;
}

ssize_t seq_read(struct seq_file *m, char __user *to, size_t n, loff_t *ppos)
{
	int err = m->buf ? 0 : new_buf(m, PAGE_SIZE);
	size_t done;

	if (!n || err)
		return err;
	if (*ppos == 0)
		rewind(m);
	else if (*ppos != m->read_pos)
		err = traverse(m, *ppos);
	if (err)
		return err;
	done = take(m, to, n);
	if (done < n && !m->count) {
		err = fill(m, n - done);
		done += take(m, to + done, n - done);
	}
	if (m->count && done < n && (!done || m->strict))
		return -EFAULT;
	*ppos += done;
	return done ? (ssize_t)done : err;
}

/* ---- writing ------------------------------------------------------------- */

/* 0. */
int seq_printf(struct seq_file *m, const char *fmt, ...)
{
	size_t room = m->size - m->count, len;
	va_list ap;

	va_start(ap, fmt);
	len = vsnprintf(m->buf + m->count, room, fmt, ap);
	va_end(ap);
	if (len < room)
		m->count += len;
	else
		seq_set_overflow(m);
	return 0;
}

void seq_write(struct seq_file *m, const void *p, size_t n)
{
	if (n >= m->size - m->count) {
		seq_set_overflow(m);
		return;
	}
	memcpy(m->buf + m->count, p, n);
	m->count += n;
}

void seq_puts(struct seq_file *m, const char *s) { seq_write(m, s, strlen(s)); }

/* Two hexadecimal digits for each byte, the first one at the lower address. */
#define PAIR(high, low)		  ((low) << 8 | (high))
#define PAIRS_4(high, a, b, c, d) PAIR(high, a), PAIR(high, b), PAIR(high, c), PAIR(high, d)
#define PAIRS_16(high) \
	PAIRS_4(high, '0', '1', '2', '3'), PAIRS_4(high, '4', '5', '6', '7'), \
		PAIRS_4(high, '8', '9', 'a', 'b'), PAIRS_4(high, 'c', 'd', 'e', 'f')
static const u16 hex_pairs[256] = {
	PAIRS_16('0'), PAIRS_16('1'), PAIRS_16('2'), PAIRS_16('3'), PAIRS_16('4'), PAIRS_16('5'),
	PAIRS_16('6'), PAIRS_16('7'), PAIRS_16('8'), PAIRS_16('9'), PAIRS_16('a'), PAIRS_16('b'),
	PAIRS_16('c'), PAIRS_16('d'), PAIRS_16('e'), PAIRS_16('f'),
};

char *put_hex(char *p, u64 value, int width)
{
	int n = value ? (67 - __builtin_clzl(value)) / 4 : 1, i;

	n = max(n, width);
	for (i = n - 2; i >= 0; i -= 2, value >>= 8)
		memcpy(p + i, &hex_pairs[(u8)value], 2);
	if (i == -1)
		*p = hex_pairs[value] >> 8;
	return p + n;
}

char *put_decimal(char *p, u64 value)
{
	char digits[20], *first = digits + sizeof(digits);

	do {
		*--first = '0' + value % 10;
		value /= 10;
	} while (value);
	while (first < digits + sizeof(digits))
		*p++ = *first++;
	return p;
}

void seq_pad(struct seq_file *m, size_t column_start, size_t column)
{
	size_t end = column_start + column;

	if (end >= m->size) {
		seq_set_overflow(m);
	} else if (m->count < end) {
		memset(m->buf + m->count, ' ', end - m->count);
		m->count = end;
	}
}

/* @s with every character of @esc as a backslash and three octal digits. */
void seq_mangle(struct seq_file *m, const char *s, const char *esc)
{
	for (; *s; s++) {
		u8 c = *s;
		char octal[4] = {'\\', '0' + (c >> 6), '0' + (c >> 3 & 7), '0' + (c & 7)};

		if (strchr(esc, c))
			seq_write(m, octal, sizeof(octal));
		else
			seq_putc(m, c);
	}
}

/* Does @s contain a character of @esc? Hardly ever. */
static bool needs_escape(const char *s, const char *esc)
{
	for (; *esc; esc++)
		if (strchr(s, *esc))
			return true;
	return false;
}

/* d_path writes at the end of the free room; then the text is moved down. 0 or -ENAMETOOLONG. */
int seq_path(struct seq_file *m, const struct path *p, const char *esc)
{
	size_t room = m->size - m->count;
	char *to = m->buf + m->count, *text = d_path(p, to, room), *copy;

	if (IS_ERR(text)) {
		if (room >= PATH_MAX)
			return PTR_ERR(text);
		seq_set_overflow(m);
		return 0;
	}
	if (!needs_escape(text, esc)) {
		size_t len = to + room - 1 - text;

		memmove(to, text, len);
		m->count += len;
		return 0;
	}
	copy = kmemdup(text, to + room - text);
	if (!copy)
		return -ENOMEM;
	seq_mangle(m, copy, esc);
	kfree(copy);
	return 0;
}
