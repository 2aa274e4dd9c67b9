/* SPDX-License-Identifier: MIT */
/*
 * peek PROGRAM ARG...: runs it on Linux and prints /proc/PID/maps and the stack, from argc up,
 * before its first instruction, and maps again when it ends. The film of an exec has them in its
 * second column. Exon has no ptrace and does not need this: its film has all of it.
 */
#include "../user/mini.h"

#define PTRACE_TRACEME	  0
#define PTRACE_PEEKUSER	  3
#define PTRACE_CONT	  7
#define PTRACE_SETOPTIONS 0x4200
#define O_TRACEEXIT	  0x40
#define RSP		  152	       /* offsetof(struct user, regs.rsp) */
#define EVENT_EXIT	  (5 | 6 << 8) /* SIGTRAP and the event's number */

static char path[32], text[65536];

static void path_of(long pid, const char *name)
{
	char digits[12];
	char *p = path;
	int n = 0;

	for (const char *s = "/proc/"; *s;)
		*p++ = *s++;
	for (; pid; pid /= 10)
		digits[n++] = '0' + pid % 10;
	while (n)
		*p++ = digits[--n];
	*p++ = '/';
	while (*name)
		*p++ = *name++;
	*p = '\0';
}

static long read_all(long pid, const char *name)
{
	long fd, n, all = 0;

	path_of(pid, name);
	fd = syscall2(__NR_open, path, 0);
	while ((n = syscall3(__NR_read, fd, text + all, sizeof(text) - all)) > 0)
		all += n;
	syscall1(__NR_close, fd);
	return all;
}

static void say_maps(long pid, const char *when)
{
	say("\n== maps %s\n", when);
	syscall3(__NR_write, 1, text, read_all(pid, "maps"));
	say("== end\n");
}

/* All that the kernel has put on the stack: the read ends where the VMA ends. */
static void say_stack(long pid)
{
	unsigned long sp = 0;
	long fd, n;

	syscall4(__NR_ptrace, PTRACE_PEEKUSER, pid, RSP, &sp);
	path_of(pid, "mem");
	fd = syscall2(__NR_open, path, 0);
	n = syscall4(__NR_pread64, fd, text, sizeof(text), sp);
	syscall1(__NR_close, fd);
	say("== stack ");
	put_number(sp, 16, 0);
	put(" ");
	for (long i = 0; i < n; i++) {
		put_number((unsigned char)text[i] >> 4, 16, 0);
		put_number(text[i] & 15, 16, 0);
	}
	put("\n");
}

int main(long *stack)
{
	char **argv = (char **)(stack + 1), **envp = argv + stack[0] + 1;
	int status = 0, sig = 0;
	long pid = syscall0(__NR_fork);

	if (!pid) {
		syscall4(__NR_ptrace, PTRACE_TRACEME, 0, 0, 0);
		syscall3(__NR_execve, argv[1], argv + 1, envp);
		return 127;
	}
	syscall4(__NR_wait4, pid, &status, 0, 0);
	if ((status & 0xff) != 0x7f)
		return 1;
	syscall4(__NR_ptrace, PTRACE_SETOPTIONS, pid, 0, O_TRACEEXIT);
	say_maps(pid, "start");
	say_stack(pid);
	do {
		syscall4(__NR_ptrace, PTRACE_CONT, pid, 0, sig);
		syscall4(__NR_wait4, pid, &status, 0, 0);
		if (status >> 8 == EVENT_EXIT)
			say_maps(pid, "end");
		sig = status >> 8 == EVENT_EXIT ? 0 : status >> 8 & 0x7f;
	} while ((status & 0xff) == 0x7f);
	return 0;
}
