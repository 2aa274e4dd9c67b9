/* SPDX-License-Identifier: MIT */
/*
 * For the small programs of the labs about pages: what the kernel tells of one
 * page (/proc/self/pagemap), of one VMA (/proc/self/smaps) and of the faults
 * so far. Reads into static memory alone, so that looking changes nothing.
 */
#ifndef PAGES_H
#define PAGES_H

#include <mini.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE	   4096UL
#define FRAME_BITS ((1UL << 55) - 1)
#define EXCLUSIVE  (1UL << 56)
#define OF_FILE	   (1UL << 61)
#define PRESENT	   (1UL << 63)

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static int pagemap_fd = -1;
static char smaps[65536];

/* A place at an address of our own; ends the program if there is none. */
static inline char *map_at(unsigned long at, unsigned long pages, int prot, int flags, int fd,
			   unsigned long offset)
{
	long got = syscall6(__NR_mmap, at, pages * PAGE, prot, flags | (at ? MAP_FIXED : 0), fd,
			    offset);

	if (got < 0 && got > -4096) {
		say("mmap failed: errno %d\n", -got);
		syscall1(__NR_exit_group, 2);
	}
	return (char *)got;
}

/* The entry of /proc/self/pagemap for @p's page; each process opens its own. */
static unsigned long pagemap(const void *p)
{
	unsigned long entry = 0;

	if (pagemap_fd < 0)
		pagemap_fd = syscall3(__NR_open, "/proc/self/pagemap", O_RDONLY, 0);
	syscall4(__NR_pread64, pagemap_fd, &entry, 8, (unsigned long)p / PAGE * 8);
	return entry;
}

static inline unsigned long frame(const void *p) { return pagemap(p) & FRAME_BITS; }

/*
 * One letter a page: - nothing there, f of a file, a anonymous and shown by this entry alone, s
 * anonymous and shared.
 */
static inline void show_pages(const char *what, const char *p, unsigned long pages)
{
	say("%s ", what);
	for (unsigned long i = 0; i < pages; i++) {
		unsigned long e = pagemap(p + i * PAGE);

		say("%c", !(e & PRESENT) ? '-' : e & OF_FILE ? 'f' : e & EXCLUSIVE ? 'a' : 's');
	}
	say("\n");
}

static inline unsigned long minor_faults(void)
{
	static struct rusage usage;

	syscall2(__NR_getrusage, RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* The file's bytes in smaps, with a NUL behind. */
static inline void read_text(const char *path)
{
	int fd = syscall3(__NR_open, path, O_RDONLY, 0);
	unsigned long got = 0;
	long n;

	while (got < sizeof(smaps) - 1 &&
	       (n = syscall3(__NR_read, fd, smaps + got, sizeof(smaps) - 1 - got)) > 0)
		got += n;
	smaps[got] = '\0';
	syscall1(__NR_close, fd);
}

static inline int begins_with(const char *text, const char *start)
{
	while (*start && *text == *start)
		text++, start++;
	return !*start;
}

static inline const char *next_line(const char *p)
{
	while (*p && *p != '\n')
		p++;
	return *p ? p + 1 : p;
}

/* The number behind @name, which begins a line at or after @p; -1 when there is none. */
static inline long number_of(const char *p, const char *name)
{
	for (; *p; p = next_line(p))
		if (begins_with(p, name)) {
			long n = 0;

			for (p += str_len(name); *p == ' ' || *p == '\t'; p++)
				;
			for (; *p >= '0' && *p <= '9'; p++)
				n = 10 * n + *p - '0';
			return n;
		}
	return -1;
}

/* The paragraph of smaps (read before) whose VMA begins at @start; "" when none does. */
static inline const char *paragraph(unsigned long start)
{
	for (const char *p = smaps; *p; p = next_line(p)) {
		unsigned long v = 0, digits = 0;
		const char *q = p;

		for (; (*q >= '0' && *q <= '9') || (*q >= 'a' && *q <= 'f'); q++, digits++)
			v = 16 * v + (*q <= '9' ? *q - '0' : *q - 'a' + 10);
		if (digits >= 8 && *q == '-' && v == start)
			return p;
	}
	return "";
}

/* What /proc/self/smaps counts in the VMA that begins at @start, in pages. */
static inline void show_counts(const char *what, unsigned long start)
{
	static const char *const names[] = {"Rss:",	     "Anonymous:",     "Shared_Clean:",
					    "Shared_Dirty:", "Private_Clean:", "Private_Dirty:"};
	const char *p;

	read_text("/proc/self/smaps");
	p = paragraph(start);
	say("%s pages:", what);
	for (int i = 0; i < 6; i++)
		say(" %s%d", names[i], (unsigned long)number_of(p, names[i]) / 4);
	say("\n");
}

/* A file of @pages pages, page i full of 'A' + i; the descriptor. */
static inline int letter_file(const char *path, unsigned long pages)
{
	static char block[PAGE];
	int fd = syscall3(__NR_open, path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (unsigned long i = 0; i < pages; i++) {
		memset(block, 'A' + i % 26, PAGE);
		syscall3(__NR_write, fd, block, PAGE);
	}
	return fd;
}

static inline char touch(const volatile char *p) { return *p; }

static inline void store(volatile char *p, char c) { *p = c; }

#endif
