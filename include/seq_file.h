/* SPDX-License-Identifier: MIT */
/* A text that /proc makes: fs/proc/seq_file.c. */
#ifndef SEQ_FILE_H
#define SEQ_FILE_H

#include <types.h>

struct path;

struct seq_file {
	char *buf;
	size_t size, count; /* count > size: did not fit, try again larger */
	void *private;
};

int seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3); /* 0 */
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
void seq_write(struct seq_file *m, const void *p, size_t n);
/* Spaces up to @column, counted from @column_start. */
void seq_pad(struct seq_file *m, size_t column_start, size_t column);
/* @s with Linux's octal escapes for the characters in @esc. */
void seq_mangle(struct seq_file *m, const char *s, const char *esc);
/* The path of @p, mangled. 0 or -errno. */
int seq_path(struct seq_file *m, const struct path *p, const char *esc);

#endif
