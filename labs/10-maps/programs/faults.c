/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* What may be done with the pages of [vvar] and [vdso]. */
#include "vmas.h"

static unsigned long vdso, vvar;

static void read_byte_by_kernel(const char *what, unsigned long at)
{
	long fds[1], ret;
	int *pipe = (int *)fds;

	syscall1(__NR_pipe, pipe);
	ret = syscall3(__NR_write, pipe[1], at, 1);
	say("%s: %s\n", what, ret == 1 ? "fine" : ret == -EFAULT ? "EFAULT" : "another error");
	syscall1(__NR_close, pipe[0]);
	syscall1(__NR_close, pipe[1]);
}

static void protect(const char *what, unsigned long at, long prot)
{
	long ret = syscall3(__NR_mprotect, at, at == vdso ? 2 * PAGE : 4 * PAGE, prot);

	say("%s: %s\n", what, ret == 0 ? "fine" : ret == -EACCES ? "EACCES" : "another error");
}

int main(long *stack)
{
	char before;

	vdso = aux_value(stack, AT_SYSINFO_EHDR);
	vvar = vdso - 4 * PAGE;
	try("read page 0 of [vvar]", read_at, vvar);
	try("read the last byte of page 0 of [vvar]", read_at, vvar + PAGE - 1);
	try("read page 1 of [vvar]", read_at, vvar + PAGE);
	try("read page 2 of [vvar]", read_at, vvar + 2 * PAGE);
	try("read page 3 of [vvar]", read_at, vvar + 3 * PAGE);
	try("read page 0 of [vdso]", read_at, vdso);
	try("read page 1 of [vdso]", read_at, vdso + PAGE);
	try("read below [vvar]", read_at, vvar - 1);
	try("write page 0 of [vvar]", write_at, vvar);
	try("write page 1 of [vvar]", write_at, vvar + PAGE);
	try("write page 0 of [vdso]", write_at, vdso);
	read_byte_by_kernel("write(2) from page 0 of [vvar]", vvar);
	read_byte_by_kernel("write(2) from page 1 of [vvar]", vvar + PAGE);
	read_byte_by_kernel("write(2) from page 1 of [vdso]", vdso + PAGE);
	protect("make [vvar] writable", vvar, PROT_READ | PROT_WRITE);
	protect("make [vvar] executable", vvar, PROT_READ | PROT_EXEC);
	before = *(volatile char *)(vdso + PAGE);
	protect("make [vdso] writable", vdso, PROT_READ | PROT_WRITE | PROT_EXEC);
	try("write page 0 of [vdso] now", write_at, vdso + 8);
	say("the child's write is %s here\n", *(volatile char *)(vdso + 8) ? "seen" : "not seen");
	say("page 1 is %s\n", *(volatile char *)(vdso + PAGE) == before ? "as before" : "changed");
	return 0;
}
