/* SPDX-License-Identifier: MIT */
/*
 * What both kernels must agree on in a small window of the address space; and the steps of a guest
 * test that tools/twin.py has written.
 */
#ifndef SPACE_SHOWN_H
#define SPACE_SHOWN_H

#include "steps.h"
#include <sys/prctl.h>

#define WINDOW	     0x10000000000UL
#define WINDOW_PAGES 24
#define WINDOW_END   (WINDOW + WINDOW_PAGES * PAGE)

/* ftruncate makes the first file end within its last page. */
#define FILE_BYTES (5 * PAGE + 100)

/* 10, and 11 read-only: a file of pages full of a, b, c ...; 12: an empty one; 13: /dev/zero. */
static inline void open_files(void)
{
	static char page[PAGE];
	int fd;

	unlink("/tmp/twin.1");
	unlink("/tmp/twin.2");
	fd = open("/tmp/twin.1", O_RDWR | O_CREAT | O_TRUNC, 0644);
	for (int i = 0; i < 6; i++) {
		memset(page, 'a' + i, PAGE);
		if (write(fd, page, PAGE) != PAGE)
			_exit(99);
	}
	if (ftruncate(fd, FILE_BYTES))
		_exit(99);
	dup2(fd, 10);
	close(fd);
	fd = open("/tmp/twin.1", O_RDONLY);
	dup2(fd, 11);
	close(fd);
	fd = open("/tmp/twin.2", O_RDWR | O_CREAT | O_TRUNC, 0644);
	dup2(fd, 12);
	close(fd);
	fd = open("/dev/zero", O_RDWR);
	dup2(fd, 13);
	close(fd);
}

/* One digit a page of the window: 8 present, 4 of a file or shared, 2 mapped once, 1 soft-dirty. */
static inline void show_pages(char *digits)
{
	uint64_t e[WINDOW_PAGES] = {0};
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (pread(fd, e, sizeof(e), WINDOW / PAGE * 8) < 0)
		e[0] = -1;
	close(fd);
	for (int i = 0; i < WINDOW_PAGES; i++)
		digits[i] = "0123456789abcdef"[(e[i] >> 63 & 1) * 8 + (e[i] >> 61 & 1) * 4 +
					       (e[i] >> 56 & 1) * 2 + (e[i] >> 55 & 1)];
	digits[WINDOW_PAGES] = 0;
}

/* Is this VMA in the window, the heap, or where mmap chooses? Others are the program's own. */
static inline int is_shown(const char *line, unsigned long start)
{
	return (start >= WINDOW && start < WINDOW_END) || strstr(line, "[heap]") ||
	       (start > 0x7f0000000000 && !strchr(line, '['));
}

/* A line of maps without device and inode. */
static inline size_t copy_maps_line(char *to, const char *line)
{
	int head = 0, name = 0;

	sscanf(line, "%*s %*s %*s%n %*s %*s %n", &head, &name);
	return sprintf(to, "%.*s %s\n", head, line, name ? line + name : "");
}

/* The VMAs from @lowest to below @end, and one digit a page. */
static inline char *shown(unsigned long lowest, unsigned long end)
{
	static char text[1 << 14];
	char *line, *rest = proc_text("/proc/self/maps");
	size_t len = 0;

	while ((line = strsep(&rest, "\n")) && *line) {
		unsigned long start = strtoul(line, NULL, 16);

		if (start >= lowest && start < end && is_shown(line, start) &&
		    len < sizeof(text) - 512)
			len += copy_maps_line(text + len, line);
	}
	show_pages(text + len);
	strcat(text, "\n");
	return text;
}

/* ---- steps of a guest test -------------------------------------------------- */

static inline const char *window(void) { return shown(WINDOW, WINDOW_END); }

/* What mincore says: its error, and a digit a page. */
static inline const char *in_memory(unsigned long addr, unsigned long len)
{
	static unsigned char vec[WINDOW_PAGES + 1];
	static char text[40];
	int n;

	memset(vec, 9, sizeof(vec));
	n = sprintf(text, "%ld ", call(SYS_mincore, addr, len, vec));
	for (int i = 0; i < 16; i++)
		n += sprintf(text + n, "%x", vec[i] & 15);
	return text;
}

/* The first byte of each page of the window, or what a read causes. */
static inline const char *all_bytes(void)
{
	static char text[WINDOW_PAGES * 6];
	int n = 0;

	for (int i = 0; i < WINDOW_PAGES; i++)
		n += sprintf(text + n, "%s%d", i ? " " : "", touch(WINDOW + i * PAGE, 0));
	return text;
}

/*
 * Sets the break to @bytes above the first one, which depends on the program's size; where it is
 * then, likewise. Never below what the C library uses.
 */
static inline long break_at(long bytes)
{
	static unsigned long first;

	if (!first)
		first = syscall(SYS_brk, 0);
	return syscall(SYS_brk, first + bytes) - first;
}

static pid_t waiting[8];
static int nr_waiting;

static inline void child_waits(void)
{
	pid_t pid = OK(fork());

	if (!pid)
		for (;;)
			pause();
	waiting[nr_waiting++] = pid;
}

static inline void end_child(void)
{
	kill(waiting[--nr_waiting], SIGKILL);
	waitpid(waiting[nr_waiting], NULL, 0);
}

#endif
