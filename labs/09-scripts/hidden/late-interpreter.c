/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Scripts whose interpreter passes all checks and cannot be mapped; a vfork
 * parent is let go by such an exec, and by one that fails softly; and many
 * failures leave the next exec as good as the first.
 */
#include "../programs/try.h"
#include <elf.h>

static char image[1 << 16];
static const char *const argv[] = {"dropped", "kept", NULL};

/* In a function of its own: the child shares its stack. */
static __attribute__((noinline)) void run_vfork(const char *path)
{
	long pid = syscall0(__NR_vfork), ret;

	if (pid == 0) {
		ret = syscall3(__NR_execve, path, argv, argv + 2);
		put_failure(ret);
		syscall1(__NR_exit_group, STATUS_NOT_RUN);
	}
	put_end(pid);
}

int main(long *stack __attribute__((unused)))
{
	long n = get_file("/t/argv", image, sizeof(image)), pid;
	Elf64_Ehdr *eh = (Elf64_Ehdr *)image;
	Elf64_Phdr *ph = (Elf64_Phdr *)(image + eh->e_phoff);
	int status, odd = 0;

	while (ph->p_type != PT_LOAD)
		ph++;
	put_file("/tmp/soft", image, 100, 0755);
	ph->p_vaddr = 0x7ffffffe0000;
	put_file("/tmp/hard", image, n, 0755);
	put_file("/tmp/of-soft", "#!/tmp/soft -a\n", 15, 0755);
	put_file("/tmp/of-hard", "#!/tmp/hard -a\n", 15, 0755);
	put_file("/tmp/of-of-hard", "#! /tmp/of-hard\n", 16, 0755);
	put("== a script of a file that fails early\n");
	run_vfork("/tmp/of-soft");
	put("== a script of a file that fails late\n");
	run_vfork("/tmp/of-hard");
	put("== a script of such a script\n");
	run_vfork("/tmp/of-of-hard");
	put("== a hundred of each\n");
	for (int i = 0; i < 200; i++) {
		pid = syscall0(__NR_fork);
		if (pid == 0) {
			syscall3(__NR_execve, i & 1 ? "/tmp/of-hard" : "/tmp/of-soft", argv,
				 argv + 2);
			syscall1(__NR_exit_group, STATUS_NOT_RUN);
		}
		syscall4(__NR_wait4, pid, &status, 0, NULL);
		odd += i & 1 ? (status & 127) != 11 : status != STATUS_NOT_RUN << 8;
	}
	say("   %d ended otherwise\n", (unsigned long)odd);
	for (int i = 0; i < 4; i++) {
		static const char *const files[] = {"/tmp/soft", "/tmp/hard", "/tmp/of-soft",
						    "/tmp/of-hard"};
		long fd = syscall2(__NR_open, files[i], O_RDWR);

		say("   open %s for writing: ", files[i]);
		put_errno(fd < 0 ? -fd : 0);
		put("\n");
		syscall1(__NR_close, fd);
	}
	put("== a good program\n");
	run_vfork("/t/argv");
	return 0;
}
