/* SPDX-License-Identifier: MIT */
/*
 * aslr COUNT [R]: print where things are, then execute ourselves, COUNT times.
 * R: without randomisation from the second time on. A line:
 * "@ stack-pointer stack-end mmap-base brk program vdso problems", hexadecimal.
 *
 * Without a C library: the emulator translates all code anew at each address, which would be nearly
 * all of the time of a thousand execs.
 */
#include "../../../user/mini.h"
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/personality.h>

static char text[32768];

static void read_file(const char *name)
{
	long fd = syscall3(__NR_open, name, O_RDONLY, 0), n = 0, got;

	while ((got = syscall3(__NR_read, fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += got;
	text[n] = 0;
	syscall1(__NR_close, fd);
}

/* The number at *@p, which moves behind it. */
static unsigned long number(const char **p, unsigned int base)
{
	unsigned long value = 0;

	for (;; (*p)++) {
		unsigned int digit = **p <= '9' ? **p - '0' : **p - 'a' + 10;

		if (digit >= base)
			return value;
		value = value * base + digit;
	}
}

static char *add_hex(char *p, unsigned long value)
{
	int digits = 1;

	while (digits < 16 && value >> 4 * digits)
		digits++;
	while (digits--)
		*p++ = "0123456789abcdef"[value >> 4 * digits & 15];
	*p++ = ' ';
	return p;
}

static const char *find(const char *p, char c)
{
	while (*p && *p != c)
		p++;
	return p;
}

/*
 * VMAs that overlap, are not in order, lie below mmap_min_addr or hold nothing; *stack_end: the
 * end of [stack].
 */
static int check_maps(unsigned long *stack_end, unsigned long sp)
{
	unsigned long last = 65536, start, end;
	int problems = 0;

	read_file("/proc/self/maps");
	for (const char *p = text; *p; p = find(p, '\n') + 1) {
		start = number(&p, 16);
		p++;
		end = number(&p, 16);
		problems += start < last || end <= start;
		last = end;
		if (find(p, '\n')[-1] == ']' && find(p, '[')[1] == 's') {
			*stack_end = end;
			problems += sp < start || sp >= end;
		}
	}
	return problems;
}

static unsigned long start_brk(void)
{
	const char *p = text;

	read_file("/proc/self/stat");
	p = find(p, ')');
	for (int field = 2; field < 47; field++)
		p = find(p, ' ') + 1;
	return number(&p, 10);
}

static unsigned long auxval(long *stack, long type)
{
	long *p = stack + 1 + stack[0] + 1;

	while (*p++)
		;
	while (p[0] != AT_NULL && p[0] != type)
		p += 2;
	return p[1];
}

int main(long *stack)
{
	const char *count = stack[0] > 1 ? (const char *)stack[2] : "0";
	unsigned long sp = (unsigned long)stack, stack_end = 0, mmap_base = auxval(stack, AT_BASE);
	int left = number(&count, 10), problems = check_maps(&stack_end, sp) + ((sp & 15) != 0);
	char line[200] = "@ ", *p = line + 2, next[] = "0000";

	if (!mmap_base)
		mmap_base =
			syscall6(__NR_mmap, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p = add_hex(p, sp);
	p = add_hex(p, stack_end);
	p = add_hex(p, mmap_base);
	p = add_hex(p, start_brk());
	p = add_hex(p, auxval(stack, AT_PHDR) & ~4095UL);
	p = add_hex(p, auxval(stack, AT_SYSINFO_EHDR));
	p = add_hex(p, problems);
	p[-1] = '\n';
	if (syscall3(__NR_write, 1, line, p - line) < 0 || left <= 1)
		return 0;
	if (stack[0] > 2 && *(char *)stack[3] == 'R')
		syscall1(__NR_personality, syscall1(__NR_personality, -1) | ADDR_NO_RANDOMIZE);
	left--;
	for (int i = 3; i >= 0; i--, left /= 10)
		next[i] = '0' + left % 10;
	stack[2] = (long)next;
	syscall3(__NR_execve, "/proc/self/exe", stack + 1, stack + 1 + stack[0] + 1);
	return 1;
}
