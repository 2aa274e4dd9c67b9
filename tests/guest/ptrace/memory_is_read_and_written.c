/*
 * PEEK and POKE reach each readable or private page of a tracee, read-only code too: that becomes a
 * private page, and the file stays as it is.
 */
#include "ptrace/tracee.h"

static long word = 0x1122334455667788;
static char *readonly, *shared;

static __attribute__((noinline, aligned(4096))) int code(void)
{
	__asm__ volatile("nop; nop; nop; nop; nop; nop; nop; nop");
	return 5;
}

static void child(void)
{
	raise(SIGUSR1);
	_exit(code() == 5 && word == 99 && readonly[0] == 'X' ? 0 : 1);
}

int main(void)
{
	unsigned long value, nops;
	pid_t pid;

	readonly = anon(2 * PAGE, PROT_READ);
	shared = OK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	OK(munmap(readonly + PAGE, PAGE));
	pid = tracee(child);
	EQ(PT(PTRACE_PEEKDATA, pid, &word, &value), 0);
	EQ(value, 0x1122334455667788);
	EQ(PT(PTRACE_PEEKTEXT, pid, (char *)&word + 1, &value), 0);
	OK(PT(PTRACE_POKEDATA, pid, &word, 99));
	OK(PT(PTRACE_POKEDATA, pid, readonly, 'X'));
	EQ(readonly[0], 0);
	ERR(PT(PTRACE_POKEDATA, pid, shared, 1), EIO);
	OK(PT(PTRACE_PEEKDATA, pid, shared, &value));
	ERR(PT(PTRACE_PEEKDATA, pid, readonly + PAGE - 4, &value), EIO);
	ERR(PT(PTRACE_POKEDATA, pid, readonly + PAGE - 4, value), EIO);
	ERR(PT(PTRACE_PEEKDATA, pid, 0, &value), EIO);
	ERR(PT(PTRACE_PEEKDATA, pid, -8L, &value), EIO);
	ERR(PT(PTRACE_PEEKDATA, pid, &word, 8), EFAULT);
	ERR(PT(PTRACE_PEEKDATA, pid, &word, -8L), EFAULT);
	/* A breakpoint in code() stops the tracee, and nobody else. */
	OK(PT(PTRACE_PEEKTEXT, pid, code, &nops));
	OK(PT(PTRACE_POKETEXT, pid, code, (nops & ~0xffUL) | 0xcc));
	EQ(code(), 5);
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGUSR1));
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGTRAP));
	struct user_regs_struct r = regs_of(pid);
	EQ(r.rip, (unsigned long)code + 1);
	r.rip--;
	OK(PT(PTRACE_SETREGS, pid, 0, &r));
	OK(PT(PTRACE_POKETEXT, pid, code, nops));
	EQ(resume(PTRACE_CONT, pid, 0), 0);
	return 0;
}
