/* SPDX-License-Identifier: MIT */
/*
 * What the programs of this lab share. Each has code and three segments, laid
 * out by its first line and three.lds: look at it with
 * `readelf -lW build/labs/04-segments/programs/NAME`. It prints its own map,
 * then what it finds in its memory.
 */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include <mini.h>
#include <fcntl.h>

static inline void show_maps(void)
{
	char buf[1024];
	int fd = syscall3(__NR_open, "/proc/self/maps", O_RDONLY, 0);
	long n;

	while ((n = syscall3(__NR_read, fd, buf, sizeof(buf))) > 0)
		syscall3(__NR_write, 1, buf, n);
	syscall1(__NR_close, fd);
}

/* The bytes of [from, to), one line for each run of equal ones. */
static inline void show_bytes(const char *name, const void *from, const void *to)
{
	const volatile unsigned char *p = from, *end = to;

	while (p < end) {
		const volatile unsigned char *first = p;

		while (p < end && *p == *first)
			p++;
		say("%s: at %x %d bytes of ", name, (unsigned long)first,
		    (unsigned long)(p - first));
		put_number(*first, 16, 2);
		put("\n");
	}
}

/* Up to the end of the page of the byte before @p. */
static inline const void *page_end(const void *p)
{
	return (const void *)(((unsigned long)p + 4095) & ~4095UL);
}

/* Where the heap would begin: behind the highest segment. */
static inline void show_brk(void) { say("brk: %x\n", (unsigned long)syscall1(__NR_brk, 0)); }

/*
 * The program's three segments (three.lds): bytes of the file a, b, c and zeros
 * a0, b0, c0, each with an end: a_end and so on. @rights as in an assembler's .section.
 */
#define FILE_BYTES(name, rights, size, byte) \
	extern char name[], name##_end[]; \
	__asm__(".section ." #name ",\"" rights "\",@progbits\n" #name ":\n\t.fill " #size \
		",1," #byte "\n" #name "_end:\n\t.text\n")
#define ZEROS(name, rights, size) \
	extern char name[], name##_end[]; \
	__asm__(".section ." #name ",\"" rights "\",@nobits\n" #name ":\n\t.zero " #size \
		"\n" #name "_end:\n\t.text\n")

/* What follows in the file: a page that is mapped shows it, unless it is zeroed. */
__asm__(".section .behind,\"\",@progbits\n\t.fill 4096,1,0xee\n\t.text\n");

#endif
