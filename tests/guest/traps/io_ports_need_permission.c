/*
 * ioperm(2) and iopl(2) permit I/O ports to one thread. Children and the program of an exec have
 * them, too; interrupts cannot be disabled.
 */
#include "check.h"
#include <asm/prctl.h>
#include <elf.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/io.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <ucontext.h>

#define PORT 0x80 /* of the machine's test codes: harmless */

static greg_t trap, error;

static void handler(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;

	trap = g[REG_TRAPNO];
	error = g[REG_ERR];
	fault_handler(sig, info, context);
}

/* 1: the instruction ran. 0: #GP. */
#define RUNS(insn, ...) \
	({ \
		int ran_ = 0; \
		trap = error = 0; \
		if (!sigsetjmp(fault_jump, 1)) { \
			asm volatile(insn __VA_ARGS__); \
			ran_ = 1; \
		} else { \
			EQ(fault_seen.sig, SIGSEGV); \
			EQ(fault_seen.code, SI_KERNEL); \
			EQ(fault_seen.addr, NULL); \
			EQ(trap, 13); \
			EQ(error, 0); \
		} \
		ran_; \
	})

static int byte_at(unsigned short port) { return RUNS("inb %w0, %%al", ::"d"(port) : "rax"); }
static int word_at(unsigned short port) { return RUNS("inw %w0, %%ax", ::"d"(port) : "rax"); }

static void watch_faults(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	OK(sigaction(SIGSEGV, &sa, NULL));
}

static void errors(void)
{
	ERR(ioperm(0, 0, 0), EINVAL);
	ERR(ioperm(-1, 1, 1), EINVAL);
	ERR(ioperm(65536, 1, 0), EINVAL);
	ERR(ioperm(65535, 2, 0), EINVAL);
	ERR(ioperm(1, -1, 1), EINVAL);
	ERR(syscall(SYS_iopl, 4), EINVAL);
	ERR(syscall(SYS_iopl, -1), EINVAL);
	OK(ioperm(0, 65536, 0));
	OK(iopl(0));
	EQ(byte_at(PORT), 0);
}

static void one_port(void)
{
	OK(ioperm(PORT, 1, 1));
	EQ(byte_at(PORT), 1);
	EQ(byte_at(PORT - 1), 0);
	EQ(byte_at(PORT + 1), 0);
	EQ(word_at(PORT), 0); /* all of its ports must be permitted */
	EQ(word_at(PORT - 1), 0);
	OK(ioperm(PORT, 2, 1));
	EQ(word_at(PORT), 1);
	OK(ioperm(65535, 1, 1));
	EQ(byte_at(65535), 1);
	EQ(word_at(65535), 0);
	OK(ioperm(65535, 1, 0));
	OK(ioperm(PORT + 1, 1, 0));
	EQ(byte_at(PORT), 1);
	EQ(byte_at(PORT + 1), 0);
}

/* A child may not change its parent's ports. */
static void child(void)
{
	EQ(byte_at(PORT), 1);
	EQ(byte_at(PORT + 1), 0);
	OK(ioperm(PORT, 1, 0));
	EQ(byte_at(PORT), 0);
	OK(ioperm(PORT + 1, 1, 1));
}

static void *other_thread(void *arg)
{
	EQ(byte_at(PORT), arg != NULL);
	OK(ioperm(PORT + 1, 1, 1));
	EQ(byte_at(PORT + 1), 1);
	return NULL;
}

static void in_thread(int permitted)
{
	pthread_t t;

	EQ(pthread_create(&t, NULL, other_thread, (void *)(long)permitted), 0);
	EQ(pthread_join(t, NULL), 0);
}

static void again(void) { EXEC_SELF("after exec"); }

static void without_root(void)
{
	become_nobody();
	EQ(byte_at(PORT), 1);
	EQ(byte_at(PORT + 1), 0);
	ERR(ioperm(PORT, 1, 1), EPERM);
	ERR(ioperm(PORT, -1, 1), EINVAL);
	ERR(iopl(1), EPERM);
	ERR(iopl(3), EPERM);
	OK(iopl(0));
	OK(ioperm(PORT, 1, 0));
	EQ(byte_at(PORT), 0);
}

static void all_ports(void)
{
	OK(iopl(1));
	EQ(byte_at(PORT + 1), 0);
	EQ(RUNS("cli"), 0);
	OK(iopl(3));
	EQ(byte_at(PORT + 1), 1);
	EQ(word_at(65535), 0); /* there is no port 65536 */
	EQ(RUNS("cli"), 1);    /* does nothing */
	EQ(RUNS("sti"), 1);
	EQ(RUNS("hlt"), 0);
	asm volatile("pushf; popq %0" : "=r"(error));
	EQ(error & 0x3200, 0x200); /* IF, and IOPL 0 */
	OK(ioperm(0, 65536, 0));
	EQ(byte_at(PORT + 1), 1);
	OK(iopl(0));
	EQ(byte_at(PORT + 1), 0);
	EQ(byte_at(PORT), 0);
	OK(iopl(3));
}

static void child_of_iopl(void)
{
	EQ(byte_at(PORT), 1);
	become_nobody();
	OK(iopl(3)); /* the same level */
	EQ(byte_at(PORT), 1);
	OK(iopl(0));
	EQ(byte_at(PORT), 0);
	ERR(iopl(1), EPERM);
}

static void tracee(void)
{
	OK(ptrace(PTRACE_TRACEME, 0, 0, 0));
	raise(SIGSTOP);
	OK(ioperm(PORT, 1, 1));
	raise(SIGSTOP);
}

/* A tracer can read the bitmap. */
static void regset(void)
{
	unsigned char map[8200] = {0};
	struct iovec iov = {map, sizeof(map)};
	pid_t pid = OK(fork());
	int status;

	if (!pid) {
		tracee();
		_exit(0);
	}
	EQ(waitpid(pid, &status, 0), pid);
	ERR(ptrace(PTRACE_GETREGSET, pid, NT_386_IOPERM, &iov), ENXIO);
	OK(ptrace(PTRACE_CONT, pid, 0, 0));
	EQ(waitpid(pid, &status, 0), pid);
	iov.iov_len = sizeof(map);
	OK(ptrace(PTRACE_GETREGSET, pid, NT_386_IOPERM, &iov));
	EQ(iov.iov_len, 8192);
	EQ(map[PORT / 8], 0xfe);
	EQ(map[PORT / 8 - 1], 0xff);
	EQ(map[8191], 0xff);
	iov.iov_len = 12;
	ERR(ptrace(PTRACE_GETREGSET, pid, NT_386_IOPERM, &iov), EINVAL);
	iov.iov_len = 16;
	OK(ptrace(PTRACE_GETREGSET, pid, NT_386_IOPERM, &iov));
	ERR(ptrace(PTRACE_SETREGSET, pid, NT_386_IOPERM, &iov), EOPNOTSUPP);
	OK(ptrace(PTRACE_KILL, pid, 0, 0));
	EQ(waitpid(pid, &status, 0), pid);
}

int main(int argc, char **argv)
{
	(void)argv;
	watch_faults();
	if (argc > 1) {
		EQ(byte_at(PORT), 1);
		EQ(byte_at(PORT + 1), 0);
		return 0;
	}
	regset();
	errors();
	one_port();
	EQ(in_child(child), 0);
	in_thread(1);
	EQ(byte_at(PORT), 1);
	EQ(byte_at(PORT + 1), 0);
	EQ(in_child(again), 0);
	EQ(in_child(without_root), 0);
	EQ(byte_at(PORT), 1);
	all_ports();
	EQ(in_child(child_of_iopl), 0);
	in_thread(1);
	EQ(byte_at(PORT), 1);
	return 0;
}
