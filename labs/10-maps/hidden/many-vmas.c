/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * maps that are longer than any first buffer; another process's maps; smaps of the kernel's VMAs.
 */
#include "../programs/vmas.h"

static void show(const char *path)
{
	long fd = syscall2(__NR_open, path, O_RDONLY), n;

	while ((n = syscall3(__NR_read, fd, text, 1000)) > 0)
		syscall3(__NR_write, 1, text, n);
	syscall1(__NR_close, fd);
}

/*
 * The lines of smaps from the VMA with @name to the next VMA, less those of pages that differ by
 * luck.
 */
static void show_smaps(const char *name)
{
	int on = 0;

	for (const char *p = read_text("/proc/self/smaps"); *p; p++) {
		const char *line = p;

		while (*p != '\n')
			p++;
		if (line[8] == '-' || line[12] == '-')
			on = line_ends_with(line, name);
		if (on)
			syscall3(__NR_write, 1, line, p + 1 - line);
	}
}

int main(long *stack)
{
	unsigned long vdso = aux_value(stack, AT_SYSINFO_EHDR);
	char path[] = "/proc/00000/maps", *digit = path + 11;
	int fds[2];
	long pid;

	read_at(vdso);
	read_at(vdso - 4 * PAGE);
	show_smaps("[vvar]");
	show_smaps("[vdso]");
	syscall1(__NR_pipe, fds);
	pid = syscall0(__NR_fork);
	if (pid == 0) {
		anon(0x20000000, PAGE, PROT_READ);
		syscall1(__NR_brk, syscall1(__NR_brk, 0) + PAGE);
		syscall3(__NR_write, fds[1], "", 1);
		syscall0(__NR_pause);
	}
	syscall3(__NR_read, fds[0], text, 1);
	for (long rest = pid; rest; rest /= 10)
		*--digit = '0' + rest % 10;
	memcpy(digit -= 6, "/proc/", 6);
	put("== a child's\n");
	show(digit);
	syscall2(__NR_kill, pid, 9);
	syscall4(__NR_wait4, pid, NULL, 0, NULL);
	for (unsigned long i = 0; i < 400; i++)
		anon(0x20000000 + i * PAGE, PAGE, i & 1 ? PROT_READ : PROT_READ | PROT_WRITE);
	put("== 400 VMAs more\n");
	show("/proc/self/maps");
	return 0;
}
