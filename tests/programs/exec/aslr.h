/* SPDX-License-Identifier: MIT */
/*
 * aslr COUNT [R]: print where things are, then execute ourselves, COUNT times.
 * R: without randomisation from the second time on. A line:
 * "@ stack-pointer stack-end mmap-base brk program vdso problems", hexadecimal.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

static char text[32768];

static void read_file(const char *name)
{
	int fd = open(name, O_RDONLY);
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += got;
	text[n] = 0;
	close(fd);
}

/*
 * VMAs that overlap, are not in order, lie below mmap_min_addr or hold nothing; *stack_end: the
 * end of [stack].
 */
static int check_maps(unsigned long *stack_end, unsigned long sp)
{
	unsigned long last = 65536, start, end;
	int problems = 0;
	char *eol;

	read_file("/proc/self/maps");
	for (char *p = text; *p; p = eol + 1) {
		eol = strchr(p, '\n');
		*eol = 0;
		start = strtoul(p, &p, 16);
		end = strtoul(p + 1, &p, 16);
		problems += start < last || end <= start;
		last = end;
		if (strstr(p, "[stack]")) {
			*stack_end = end;
			problems += sp < start || sp >= end;
		}
	}
	return problems;
}

static unsigned long start_brk(void)
{
	char *p;

	read_file("/proc/self/stat");
	p = strrchr(text, ')');
	for (int field = 2; field < 47; field++)
		p = strchr(p, ' ') + 1;
	return strtoul(p, NULL, 10);
}

int main(int argc, char **argv)
{
	unsigned long sp = (unsigned long)(argv - 1), stack_end = 0, mmap_base = getauxval(AT_BASE);
	int count = argc > 1 ? atoi(argv[1]) : 0, problems = check_maps(&stack_end, sp);
	char line[200], next[16];

	if (!mmap_base)
		mmap_base = (unsigned long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
						-1, 0);
	problems += (sp & 15) != 0;
	snprintf(line, sizeof(line), "@ %lx %lx %lx %lx %lx %lx %x\n", sp, stack_end, mmap_base,
		 start_brk(), getauxval(AT_PHDR) & ~4095UL, getauxval(AT_SYSINFO_EHDR), problems);
	if (write(1, line, strlen(line)) < 0 || count <= 1)
		return 0;
	if (argc > 2 && argv[2][0] == 'R')
		personality(personality(-1) | ADDR_NO_RANDOMIZE);
	snprintf(next, sizeof(next), "%04d", count - 1);
	argv[1] = next;
	execv("/proc/self/exe", argv);
	return 1;
}
