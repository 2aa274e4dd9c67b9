/* SPDX-License-Identifier: MIT */
/*
 * tracer PARTS PROG ARGS: watches PROG from the execve that starts it to its end, by ptrace(2) and
 * /proc/PID/maps, and prints what happens to its address space. PARTS are letters: m the maps, s
 * the stack at the first instruction, c the calls that may change the maps, b a breakpoint where
 * ld.so is done; - none. It knows nothing of Exon, and prints the same on Linux.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "story.h"

#define BREAKPOINT 0xcc /* int3 */
#define STRING	   256	/* bytes of a string that are printed */

static struct user_regs_struct registers(const struct tracee *t)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, t->pid, 0, &regs))
		panic("PTRACE_GETREGS: %m");
	return regs;
}

/* Eight bytes of the tracee. PEEKDATA returns them, so that only errno tells an error from -1. */
static long peek(const struct tracee *t, unsigned long addr)
{
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, t->pid, addr, 0);
	if (errno)
		panic("PTRACE_PEEKDATA of %lx: %m", addr);
	return word;
}

/* The child stops itself before its execve, so that the options are set in time. */
static void start_tracee(struct tracee *t, char **argv)
{
	*t = (struct tracee){.pid = fork()};
	if (t->pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execv(argv[0], argv);
		_exit(127);
	}
	if (waitpid(t->pid, &t->status, 0) != t->pid || !WIFSTOPPED(t->status))
		panic("no child that stops");
	ptrace(PTRACE_SETOPTIONS, t->pid, 0,
	       PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
}

/* Bit 7 marks the stops of system calls, so that they are no signals. */
static enum stop next_stop(struct tracee *t)
{
	ptrace(PTRACE_SYSCALL, t->pid, 0, t->signal);
	t->signal = 0;
	if (waitpid(t->pid, &t->status, 0) != t->pid || !WIFSTOPPED(t->status))
		return STOP_END;
	if (t->status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
		return STOP_EXEC;
	if (WSTOPSIG(t->status) == (SIGTRAP | 0x80)) {
		t->in_call = !t->in_call;
		return t->in_call ? STOP_ENTRY : STOP_RETURN;
	}
	t->signal = WSTOPSIG(t->status);
	return STOP_SIGNAL;
}

static void read_maps(const struct tracee *t, struct maps *maps)
{
	char path[32];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", t->pid);
	f = fopen(path, "r");
	maps->count = 0;
	while (f && maps->count < MOST_VMAS) {
		struct vma *vma = &maps->vma[maps->count];

		if (!fgets(vma->text, sizeof(vma->text), f))
			break;
		vma->text[strcspn(vma->text, "\n")] = '\0';
		maps->count += sscanf(vma->text, "%lx-%lx", &vma->start, &vma->end) == 2;
	}
	if (f)
		fclose(f);
}

/* Aligned words only: the next word may lie in a page that is not mapped. */
static void peek_string(const struct tracee *t, unsigned long addr, char *buf, size_t size)
{
	for (size_t i = 0; i < size - 1; i++, addr++) {
		unsigned long word = peek(t, addr & ~7UL);

		buf[i] = (char)(word >> (addr & 7) * 8);
		if (!buf[i])
			return;
	}
	buf[size - 1] = '\0';
}

/* The array at *@sp ends with NULL; *@sp is behind that then. */
static void print_strings(const struct tracee *t, unsigned long *sp, const char *name)
{
	unsigned long string;
	char buf[STRING];

	for (int n = 0; (string = peek(t, *sp)) != 0; *sp += 8, n++) {
		peek_string(t, string, buf, sizeof(buf));
		printf("  %s[%d] \"%s\"\n", name, n, buf);
	}
	*sp += 8;
}

/* From argc at rsp upward. Returns where the auxiliary vector is. */
static unsigned long print_stack(const struct tracee *t, unsigned long sp)
{
	unsigned long auxv, type;
	char buf[STRING];

	printf("argc %ld\n", peek(t, sp));
	sp += 8;
	print_strings(t, &sp, "argv");
	print_strings(t, &sp, "envp");
	for (auxv = sp; (type = peek(t, sp)) != AT_NULL; sp += 16) {
		unsigned long value = peek(t, sp + 8);
		bool string = type == AT_EXECFN || type == AT_PLATFORM;

		if (string)
			peek_string(t, value, buf, sizeof(buf));
		print_aux(type, value, string ? buf : NULL);
	}
	return auxv;
}

/* Prints a call that may change the address space. The others are silent. */
static void print_call(const struct user_regs_struct *regs)
{
	switch (regs->orig_rax) {
	case SYS_mmap:
		printf("mmap(%llx, %llx, %llx, %llx, %d, %llx)", regs->rdi, regs->rsi, regs->rdx,
		       regs->r10, (int)regs->r8, regs->r9);
		break;
	case SYS_mprotect:
		printf("mprotect(%llx, %llx, %llx)", regs->rdi, regs->rsi, regs->rdx);
		break;
	case SYS_munmap:
		printf("munmap(%llx, %llx)", regs->rdi, regs->rsi);
		break;
	case SYS_brk:
		printf("brk(%llx)", regs->rdi);
		break;
	default:
		return;
	}
	print_result(regs->rax);
}

/* Returns the word that was there. POKETEXT writes into code, which the tracee itself may not. */
static long set_breakpoint(const struct tracee *t, unsigned long addr)
{
	long word = peek(t, addr);

	if (ptrace(PTRACE_POKETEXT, t->pid, addr, (word & ~0xffL) | BREAKPOINT))
		panic("PTRACE_POKETEXT at %lx: %m", addr);
	return word;
}

/* The tracee has executed the int3, so rip is one byte behind it. */
static bool leave_breakpoint(struct tracee *t, unsigned long addr, long word)
{
	struct user_regs_struct regs = registers(t);

	if (t->signal != SIGTRAP || regs.rip != addr + 1)
		return false;
	t->signal = 0;
	regs.rip = addr;
	return !ptrace(PTRACE_POKETEXT, t->pid, addr, word) &&
	       !ptrace(PTRACE_SETREGS, t->pid, 0, &regs);
}

/* What is known of the program at the stop before, and where its breakpoint is. */
struct story {
	const char *parts;
	const char *caller;
	struct maps maps;
	unsigned long entry; /* 0: no breakpoint */
	long word;
};

static bool asked(const struct story *s, char part) { return strchr(s->parts, part) != NULL; }

/* AT_ENTRY is the program's first instruction; ld.so's own ones come before. */
static unsigned long entry_of(const struct tracee *t, unsigned long auxv)
{
	while (peek(t, auxv) != AT_ENTRY)
		auxv += 16;
	return peek(t, auxv + 8);
}

/* The new program is there, and none of its instructions was executed yet. */
static void at_exec(struct tracee *t, struct story *s, const struct maps *now)
{
	struct user_regs_struct regs = registers(t);
	unsigned long auxv;

	printf("--- the exec stop\n");
	if (asked(s, 'm')) {
		printf("the caller is %s\n", is_mapped(now, s->caller) ? "still mapped" : "gone");
		print_address("rip", regs.rip, now);
		print_address("rsp", regs.rsp, now);
		print_maps(now);
	}
	auxv = asked(s, 's') ? print_stack(t, regs.rsp) : 0;
	if (auxv && asked(s, 'b')) {
		s->entry = entry_of(t, auxv);
		s->word = set_breakpoint(t, s->entry);
	}
}

static void at_return(struct tracee *t, const struct story *s)
{
	struct user_regs_struct regs = registers(t);

	if (regs.orig_rax == SYS_execve && regs.rax) {
		printf("execve");
		print_result(regs.rax);
	} else if (asked(s, 'c')) {
		print_call(&regs);
	}
}

static void at_signal(struct tracee *t, struct story *s)
{
	if (s->entry && leave_breakpoint(t, s->entry, s->word)) {
		printf("--- the program's own first instruction, %lx\n", s->entry);
		s->entry = 0;
	} else {
		printf("--- signal %d\n", t->signal);
	}
}

/* The maps are read at every stop: what changes without a call, as a stack that grows, shows. */
static void follow(struct tracee *t, struct story *s)
{
	static struct maps now;
	enum stop stop;

	while ((stop = next_stop(t)) != STOP_END) {
		if (asked(s, 'm'))
			read_maps(t, &now);
		if (stop == STOP_EXEC)
			at_exec(t, s, &now);
		else if (stop == STOP_RETURN)
			at_return(t, s);
		else if (stop == STOP_SIGNAL)
			at_signal(t, s);
		if (stop != STOP_EXEC && asked(s, 'c'))
			print_changes(&s->maps, &now);
		s->maps = now;
	}
}

int main(int argc, char **argv)
{
	static char caller[PATH_MAX];
	static struct story story = {.caller = caller};
	struct tracee t;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc < 3 || readlink("/proc/self/exe", caller, sizeof(caller) - 1) < 0)
		panic("usage: tracer PARTS PROG ARGS");
	story.parts = argv[1];
	start_tracee(&t, argv + 2);
	if (asked(&story, 'm'))
		read_maps(&t, &story.maps);
	if (asked(&story, 'm'))
		printf("the caller is %s\n", is_mapped(&story.maps, caller) ? "mapped" : "missing");
	follow(&t, &story);
	if (WIFSIGNALED(t.status))
		printf("--- ended by signal %d\n", WTERMSIG(t.status));
	else
		printf("--- ended with status %d\n", WEXITSTATUS(t.status));
	return 0;
}
