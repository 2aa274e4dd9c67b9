/* All sets of registers can be read and written; what the CPU would refuse is refused. */
#include "ptrace/tracee.h"

/* Stops with known values in rbx, r12 and xmm5, and returns what they are afterwards. */
static void child(void)
{
	unsigned long a = 0x1111, b = 0x2222, c = 0x3333;

	__asm__ volatile("movq %0, %%rbx; movq %1, %%r12; movq %2, %%xmm5\n\t"
			 "int3\n\t"
			 "movq %%rbx, %0; movq %%r12, %1; movq %%xmm5, %2"
			 : "+r"(a), "+r"(b), "+r"(c)
			 :
			 : "rbx", "r12", "xmm5");
	_exit(a == 0xaaaa && b == 0xbbbb && c == 0xcccc ? 0 : 1);
}

static long regset(int request, pid_t pid, long type, void *buf, size_t *n)
{
	struct iovec iov = {buf, *n};
	long ret = PT(request, pid, type, &iov);

	*n = iov.iov_len;
	return ret;
}

int main(void)
{
	struct user_regs_struct r, copy;
	struct user_fpregs_struct fp, fp2;
	unsigned char xstate[8192] __attribute__((aligned(64)));
	unsigned long value;
	size_t n;
	pid_t pid = tracee(child);

	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGTRAP));
	r = regs_of(pid);
	EQ(r.rbx, 0x1111);
	EQ(r.r12, 0x2222);
	EQ(r.cs, 0x33);
	EQ(r.ss, 0x2b);
	EQ(r.ds, 0);
	EQ(r.gs_base, 0);
	CHECK(r.fs_base);
	EQ(r.orig_rax, -1);
	EQ(r.eflags & 0x202, 0x202);

	/* One at a time, as struct user numbers them. */
	OK(PT(PTRACE_PEEKUSR, pid, offsetof(struct user, regs.r12), &value));
	EQ(value, 0x2222);
	OK(PT(PTRACE_PEEKUSR, pid, offsetof(struct user, u_fpstate), &value));
	EQ(value, 0);
	OK(PT(PTRACE_POKEUSR, pid, offsetof(struct user, regs.rbx), 0xaaaa));
	ERR(PT(PTRACE_PEEKUSR, pid, 4, &value), EIO);
	ERR(PT(PTRACE_PEEKUSR, pid, 928, &value), EIO); /* the end of Linux's struct user */
	ERR(PT(PTRACE_PEEKUSR, pid, -8L, &value), EIO);
	ERR(PT(PTRACE_POKEUSR, pid, offsetof(struct user, u_tsize), 0), EIO);
	ERR(PT(PTRACE_POKEUSR, pid, offsetof(struct user, regs.cs), 0), EIO);
	ERR(PT(PTRACE_POKEUSR, pid, offsetof(struct user, regs.ss), 0x10), EIO);
	ERR(PT(PTRACE_POKEUSR, pid, offsetof(struct user, regs.ds), 8), EIO);
	ERR(PT(PTRACE_POKEUSR, pid, offsetof(struct user, regs.fs_base), -1L), EIO);
	ERR(PT(PTRACE_POKEUSR, pid, offsetof(struct user, regs.gs_base), 1L << 47), EIO);
	/* IOPL, IF and VM stay; TF would be the tracee's own. */
	OK(PT(PTRACE_POKEUSR, pid, offsetof(struct user, regs.eflags), 0x3000));
	EQ(regs_of(pid).eflags, 0x202);
	OK(PT(PTRACE_POKEUSR, pid, offsetof(struct user, regs.eflags), r.eflags));

	/* All together. */
	copy = regs_of(pid);
	copy.r12 = 0xbbbb;
	OK(PT(PTRACE_SETREGS, pid, 0, &copy));
	copy = regs_of(pid);
	r.rbx = 0xaaaa;
	r.r12 = 0xbbbb;
	EQ(memcmp(&r, &copy, sizeof(r)), 0);
	n = sizeof(r) + 8;
	memset(&copy, 0, sizeof(copy));
	n = sizeof(copy);
	OK(regset(PTRACE_GETREGSET, pid, NT_PRSTATUS, &copy, &n));
	EQ(n, sizeof(r));
	EQ(memcmp(&r, &copy, sizeof(r)), 0);
	n = 16;
	memset(&copy, 0xff, sizeof(copy));
	OK(regset(PTRACE_GETREGSET, pid, NT_PRSTATUS, &copy, &n));
	EQ(n, 16);
	EQ(copy.r15, r.r15);
	EQ(copy.r13, -1);
	n = 16;
	OK(regset(PTRACE_SETREGSET, pid, NT_PRSTATUS, &copy, &n));
	n = 12;
	EQ(regset(PTRACE_GETREGSET, pid, NT_PRSTATUS, &copy, &n), -1);
	EQ(errno, EINVAL);
	n = 16;
	EQ(regset(PTRACE_GETREGSET, pid, 0x7777, &copy, &n), -1);
	EQ(errno, EINVAL);
	EQ(regset(PTRACE_GETREGSET, pid, NT_PRSTATUS, (void *)8, &n), -1);
	EQ(errno, EFAULT);
	ERR(PT(PTRACE_GETREGSET, pid, NT_PRSTATUS, 8), EFAULT);

	/* The FPU: xmm5 in two sets. */
	OK(PT(PTRACE_GETFPREGS, pid, 0, &fp));
	EQ(fp.padding[12], 0); /* where the whole state has its features */
	EQ(fp.xmm_space[20], 0x3333);
	EQ(fp.cwd, 0x37f);
	EQ(fp.mxcsr, 0x1f80);
	fp.xmm_space[20] = 0xcccc;
	fp.mxcsr |= 0x10000;
	ERR(PT(PTRACE_SETFPREGS, pid, 0, &fp), EINVAL);
	fp.mxcsr = 0x1f80;
	OK(PT(PTRACE_SETFPREGS, pid, 0, &fp));
	n = sizeof(fp2);
	OK(regset(PTRACE_GETREGSET, pid, NT_PRFPREG, &fp2, &n));
	EQ(n, 512);
	EQ(fp2.xmm_space[20], 0xcccc);
	n = 256;
	EQ(regset(PTRACE_SETREGSET, pid, NT_PRFPREG, &fp2, &n), -1);
	EQ(errno, EINVAL);
	n = sizeof(xstate);
	if (!regset(PTRACE_GETREGSET, pid, NT_X86_XSTATE, xstate, &n)) {
		CHECK(n >= 576);
		EQ(memcmp(xstate + 160 + 5 * 16, &fp2.xmm_space[20], 16), 0);
		EQ(xstate[464] & 3, 3); /* the features */
		OK(regset(PTRACE_SETREGSET, pid, NT_X86_XSTATE, xstate, &n));
		xstate[520] = 1;
		EQ(regset(PTRACE_SETREGSET, pid, NT_X86_XSTATE, xstate, &n), -1);
		EQ(errno, EINVAL);
		xstate[520] = 0;
		xstate[519] = 0x40;
		EQ(regset(PTRACE_SETREGSET, pid, NT_X86_XSTATE, xstate, &n), -1);
		EQ(errno, EINVAL);
		n -= 8;
		EQ(regset(PTRACE_SETREGSET, pid, NT_X86_XSTATE, xstate, &n), -1);
		EQ(errno, EFAULT);
	}
	EQ(resume(PTRACE_CONT, pid, 0), 0);
	return 0;
}
