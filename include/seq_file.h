/* SPDX-License-Identifier: MIT */
/* A text of records that /proc makes while it is read: fs/proc/seq_file.c. */
#ifndef SEQ_FILE_H
#define SEQ_FILE_H

#include <types.h>

struct path;
struct seq_file;

/*
 * Iterates over the records of a text. *pos is the position of a record, as the operations count
 * it; 0 is the first.
 */
struct seq_operations {
	/* the record at *pos, or NULL; may take locks */
	void *(*start)(struct seq_file *m, loff_t *pos);
	/* the one after @v, moving *pos; NULL: no more */
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v); /* releases what start took */
	int (*show)(struct seq_file *m, void *v);  /* writes @v. 0 or -errno */
};

struct seq_file {
	const struct seq_operations *op;
	char *buf;   /* NULL: not needed yet */
	size_t size; /* of buf */
	/* buf[from, from + count) was not read yet; count == size: did not fit */
	size_t from, count;
	loff_t index;	 /* position of the first record that is not in buf */
	loff_t read_pos; /* position of buf[from] in the text */
	void *private;
	bool strict; /* a read that faults midway returns -EFAULT, not the part before */
};

/*
 * One read(2) at *ppos: as many whole records as fit into buf, at most @n bytes. Returns the bytes
 * done or -errno. May sleep.
 */
ssize_t seq_read(struct seq_file *m, char __user *to, size_t n, loff_t *ppos);
void seq_release(struct seq_file *m); /* frees the buffer */

int seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3); /* 0 */
void seq_puts(struct seq_file *m, const char *s);
static inline void seq_putc(struct seq_file *m, char c)
{
	if (m->count < m->size)
		m->buf[m->count++] = c;
}
void seq_write(struct seq_file *m, const void *p, size_t n);
/*
 * Write a number in hexadecimal, with at least @width (1 to 16) digits, or in decimal. Return the
 * end of it.
 */
char *put_hex(char *p, u64 value, int width);
char *put_decimal(char *p, u64 value);
/* Spaces up to @column, counted from @column_start. */
void seq_pad(struct seq_file *m, size_t column_start, size_t column);
/* @s with Linux's octal escapes for the characters in @esc. */
void seq_mangle(struct seq_file *m, const char *s, const char *esc);
/* The path of @p, mangled. 0 or -errno. */
int seq_path(struct seq_file *m, const struct path *p, const char *esc);

#endif
