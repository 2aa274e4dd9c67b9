/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * The image is one for all: private copies stay private, hundreds of users
 * leave it whole, and it keeps its name where it is moved; it cannot be cut.
 */
#include "../programs/vmas.h"

static unsigned long vdso;

static unsigned long sum(void)
{
	unsigned long s = 0;

	for (unsigned long i = 0; i < 2 * PAGE; i += 8)
		s = s * 31 + *(volatile unsigned long *)(vdso + i);
	return s;
}

static void touch(unsigned long at)
{
	read_at(at);
	read_at(at + PAGE);
	syscall3(__NR_mprotect, at, 2 * PAGE, PROT_READ | PROT_WRITE);
	if (*(volatile char *)(at + 16) & 1)
		write_at(at + PAGE + 16);
	write_at(at + 64);
}

static void area(const char *what, unsigned long addr)
{
	for (const char *p = read_text("/proc/self/maps"); *p; p++) {
		const char *line = p;
		unsigned long start = hex(&p), end = (p++, hex(&p));

		while (*p != '\n')
			p++;
		if (addr >= start && addr < end) {
			say("%s: ", what);
			syscall3(__NR_write, 1, line, p + 1 - line);
			return;
		}
	}
	say("%s: no VMA\n", what);
}

int main(long *stack)
{
	const char *argv[] = {(const char *)stack[1], "x", NULL};
	unsigned long before;
	int status, odd = 0;

	vdso = aux_value(stack, AT_SYSINFO_EHDR);
	if (stack[0] > 1) {
		touch(vdso);
		/* Not by way of the end of main: the grader looks at each machine there. */
		syscall1(__NR_exit_group, 0);
	}
	before = sum();
	for (int i = 0; i < 300; i++) {
		long pid = syscall0(__NR_fork);

		if (pid == 0) {
			if (i & 1)
				syscall3(__NR_execve, argv[0], argv, argv + 2);
			touch(vdso);
			syscall1(__NR_exit_group, 0);
		}
		syscall4(__NR_wait4, pid, &status, 0, NULL);
		odd += status != 0;
	}
	say("%d children ended badly\n", (unsigned long)odd);
	say("the image is %s\n", sum() == before ? "as before" : "changed");
	syscall5(__NR_mremap, vdso, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0x20000000);
	area("moved", 0x20000000);
	area("where it was", vdso);
	vdso = 0x20000000;
	say("the image is %s\n", sum() == before ? "as before" : "changed");
	say("one page of it cannot be protected alone: %s\n",
	    syscall3(__NR_mprotect, vdso, PAGE, PROT_READ) == -EINVAL ? "EINVAL" : "otherwise");
	syscall3(__NR_mprotect, vdso, 2 * PAGE, PROT_READ);
	area("without x", vdso);
	say("one page of it cannot be unmapped alone: %s\n",
	    syscall2(__NR_munmap, vdso, PAGE) == -EINVAL ? "EINVAL" : "otherwise");
	syscall2(__NR_munmap, vdso, 2 * PAGE);
	area("unmapped", vdso);
	return 0;
}
