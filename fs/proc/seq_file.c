/* SPDX-License-Identifier: MIT */
/*
 * Text for /proc, written piece by piece into a buffer of fixed size. What does
 * not fit sets count beyond size: the caller makes a larger buffer and begins again.
 * Abridges Linux's fs/seq_file.c; the buffer's life and the reading belong to fs/proc.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <namei.h>
#include <printk.h>
#include <seq_file.h>
#include <slab.h>
#include <string.h>
#include <linux/limits.h>

static void seq_set_overflow(struct seq_file *m) { m->count = m->size + 1; }

/* 0. */
int seq_printf(struct seq_file *m, const char *fmt, ...)
{
	size_t room = m->count < m->size ? m->size - m->count : 0, len;
	va_list ap;

	va_start(ap, fmt);
	len = vsnprintf(m->buf + m->count, room, fmt, ap);
	va_end(ap);
	if (len < room) /* its NUL took the last byte otherwise */
		m->count += len;
	else
		seq_set_overflow(m);
	return 0;
}

void seq_write(struct seq_file *m, const void *p, size_t n)
{
	if (m->count + n > m->size) {
		seq_set_overflow(m);
		return;
	}
	memcpy(m->buf + m->count, p, n);
	m->count += n;
}

void seq_puts(struct seq_file *m, const char *s) { seq_write(m, s, strlen(s)); }

void seq_putc(struct seq_file *m, char c) { seq_write(m, &c, 1); }

void seq_pad(struct seq_file *m, size_t column_start, size_t column)
{
	while (m->count <= m->size && m->count < column_start + column)
		seq_putc(m, ' ');
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

/* 0, or -ENAMETOOLONG, -ENOMEM with nothing written. */
int seq_path(struct seq_file *m, const struct path *p, const char *esc)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *text;
	int err = 0;

	if (!buf)
		return -ENOMEM;
	text = d_path(p, buf, PATH_MAX);
	if (IS_ERR(text))
		err = PTR_ERR(text);
	else
		seq_mangle(m, text, esc);
	kfree(buf);
	return err;
}
