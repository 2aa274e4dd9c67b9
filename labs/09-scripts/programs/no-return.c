/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * A file that passes all checks and cannot be mapped: by then the old program
 * is gone, so the errno has nobody to go to. SIGSEGV, whatever the caller
 * thought of SIGSEGV.
 */
#include "try.h"
#include <elf.h>
#include <linux/signal.h>

static char image[1 << 16], work[1 << 16];
static long size;

static Elf64_Phdr *first_load(void)
{
	Elf64_Ehdr *eh = (Elf64_Ehdr *)work;
	Elf64_Phdr *ph = (Elf64_Phdr *)(work + eh->e_phoff);

	while (ph->p_type != PT_LOAD)
		ph++;
	return ph;
}

static void start(void) { memcpy(work, image, size); }

/*
 * Runs the patched file in a child whose SIGSEGV is 0: as it was, 1: ignored, 2: caught and
 * blocked.
 */
static void attempt(const char *what, int care)
{
	const char *argv[] = {"dropped", "kept", NULL};
	struct sigaction sa = {.sa_handler = care == 1 ? SIG_IGN : (void *)&attempt,
			       .sa_flags = 0x04000000,
			       .sa_restorer = (void *)&attempt};
	unsigned long mask = 1UL << (SIGSEGV - 1);
	long pid;

	say("== %s\n", what);
	put_file("/tmp/bad", work, size, 0755);
	pid = syscall0(__NR_fork);
	if (pid == 0) {
		if (care)
			syscall4(__NR_rt_sigaction, SIGSEGV, &sa, NULL, 8);
		if (care == 2)
			syscall4(__NR_rt_sigprocmask, SIG_BLOCK, &mask, NULL, 8);
		put_failure(syscall3(__NR_execve, "/tmp/bad", argv, argv + 2));
		syscall1(__NR_exit_group, STATUS_NOT_RUN);
	}
	put_end(pid);
}

/*
 * The file maps this very code where it is now, and fails at a later segment:
 * a kernel that gives the errno back would come back to the next instruction.
 * It needs no memory, and says so by its status.
 */
static void attempt_with_our_code(const char *what)
{
	static const char *const argv[] = {"dropped", NULL};
	long pid;

	say("== %s\n", what);
	put_file("/tmp/bad", work, size, 0755);
	pid = syscall0(__NR_fork);
	if (pid == 0)
		__asm__ volatile("syscall\n\tmov %0, %%edi\n\tmov %1, %%eax\n\tsyscall\n"
				 :
				 : "i"(77), "i"(__NR_exit_group), "a"(__NR_execve), "D"("/tmp/bad"),
				   "S"(argv), "d"(argv + 1)
				 : "rcx", "r11", "memory");
	put_end(pid);
}

int main(long *stack __attribute__((unused)))
{
	Elf64_Phdr *last = NULL;

	size = get_file("/t/argv", image, sizeof(image));
	start();
	attempt("the file as it is", 0);
	first_load()->p_vaddr = 0x7ffffffe0000;
	attempt("the first segment lies where the stack is", 0);
	attempt("the same, SIGSEGV is ignored by the caller", 1);
	attempt("the same, SIGSEGV is caught and blocked by the caller", 2);
	start();
	first_load()->p_vaddr = 0x800000000000;
	attempt("the first segment lies above user space", 0);
	start();
	first_load()->p_memsz = first_load()->p_filesz - 1;
	attempt("a segment is smaller in memory than in the file", 0);
	start();
	first_load()->p_vaddr += 16;
	attempt("address and file offset do not agree within their pages", 0);
	size = get_file("/t/no-return", image, sizeof(image));
	start();
	for (Elf64_Phdr *ph = first_load(); ph->p_type == PT_LOAD; ph++)
		last = ph->p_filesz ? ph : last;
	last->p_memsz = last->p_filesz - 1;
	attempt_with_our_code(
		"a late segment is wrong: the code is there already (status 77: execve came back "
		"to it)");
	start();
	((Elf64_Ehdr *)work)->e_phnum = 0;
	attempt("no program headers: found out before the point of no return", 0);
	return 0;
}
