/* flags: -no-pie */
/*
 * An exec that fails while it maps the new program ends by SIGSEGV, though the old code's address
 * is mapped again. A tracer sees the signal.
 */
#include "ptrace/tracee.h"

/*
 * A copy of this program whose last segment has more bytes in the file than in memory: refused when
 * it is mapped.
 */
static void copy_with_bad_end(const char *path)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	off_t last = 0;
	int fd;

	copy_self(path, 0700);
	fd = OK(open(path, O_RDWR));
	EQ(pread(fd, &eh, sizeof(eh), 0), sizeof(eh));
	for (int i = 0; i < eh.e_phnum; i++) {
		off_t at = eh.e_phoff + i * sizeof(ph);

		EQ(pread(fd, &ph, sizeof(ph), at), sizeof(ph));
		if (ph.p_type == PT_LOAD)
			last = at;
	}
	EQ(pread(fd, &ph, sizeof(ph), last), sizeof(ph));
	ph.p_memsz = ph.p_filesz - 1;
	EQ(pwrite(fd, &ph, sizeof(ph), last), sizeof(ph));
	close(fd);
}

/* No stack is touched behind the system call: were it to return, this would be an exit with 7. */
static void exec_and_exit(void)
{
	static char *args[] = {"x", NULL};
	register char **envp asm("rdx") = NULL;

	asm volatile("syscall; mov $231, %%eax; mov $7, %%edi; syscall"
		     :
		     : "a"(SYS_execve), "D"("./bad_end"), "S"(args), "r"(envp)
		     : "rcx", "r11", "memory");
}

int main(void)
{
	pid_t pid;

	copy_with_bad_end("bad_end");
	EQ(in_child(exec_and_exit) & 0x7f, SIGSEGV);
	pid = tracee(exec_and_exit);
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGSEGV));
	EQ(regs_of(pid).rax, -EINVAL);
	EQ(resume(PTRACE_CONT, pid, SIGSEGV) & 0x7f, SIGSEGV);
	return 0;
}
