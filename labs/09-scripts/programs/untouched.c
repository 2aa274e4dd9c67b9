/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * An exec that fails leaves its caller as it was: memory, break, signals,
 * descriptors, name, file system data. Says so after each failure; the caller
 * must live to say it.
 */
#include "try.h"
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>

static char image[1 << 16], before[16384], after[16384];
static long fd_cloexec, fd_kept;

static void check(const char *what, int holds)
{
	if (!holds)
		say("   NOT as before: %s\n", what);
}

/* An exec that must fail, by this very process. */
static void fail(const char *what, const char *path)
{
	const char *argv[] = {"dropped", "kept", NULL};
	struct sigaction sa;
	unsigned long mask = 0;
	char comm[16];
	long n, pid;

	say("== %s\n", what);
	n = get_file("/proc/self/maps", before, sizeof(before) - 1);
	before[n] = '\0';
	put_failure(syscall3(__NR_execve, path, argv, NULL));
	n = get_file("/proc/self/maps", after, sizeof(after) - 1);
	after[n] = '\0';
	check("/proc/self/maps", str_eq(before, after));
	check("a descriptor with FD_CLOEXEC is open",
	      syscall2(__NR_fcntl, fd_cloexec, F_GETFD) == FD_CLOEXEC);
	check("a descriptor's offset", syscall3(__NR_lseek, fd_kept, 0, 1) == 3);
	syscall4(__NR_rt_sigaction, SIGUSR1, NULL, &sa, 8);
	check("the handler of SIGUSR1", sa.sa_handler == (void *)&fail);
	syscall4(__NR_rt_sigprocmask, 0, NULL, &mask, 8);
	check("the signal mask", mask == 1UL << (SIGUSR2 - 1));
	syscall2(__NR_prctl, PR_GET_NAME, comm);
	check("comm", str_eq(comm, "before"));
	/* A task whose exec is under way shares its root and directory with no new one. */
	pid = syscall5(__NR_clone, CLONE_FS | SIGCHLD, 0, NULL, NULL, NULL);
	if (pid == 0)
		syscall1(__NR_exit_group, 0);
	if (pid < 0) {
		put("   NOT as before: clone(CLONE_FS) fails with ");
		put_errno(-pid);
		put("\n");
	} else {
		syscall4(__NR_wait4, pid, NULL, 0, NULL);
	}
	put("   the caller goes on\n");
}

/* Nobody holds a file of a failed exec any more: it may be written to. */
static void write_to(const char *path)
{
	long fd = syscall2(__NR_open, path, O_RDWR);

	say("== open %s for writing: ", path);
	if (fd < 0)
		put_errno(-fd);
	put(fd < 0 ? "\n" : "works\n");
	syscall1(__NR_close, fd);
}

int main(long *stack __attribute__((unused)))
{
	long n = get_file("/t/argv", image, sizeof(image));
	struct sigaction sa = {.sa_handler = (void *)&fail,
			       .sa_flags = 0x04000000,
			       .sa_restorer = (void *)&fail};
	unsigned long mask = 1UL << (SIGUSR2 - 1);

	put_file("/tmp/cut-elf", image, n / 2 > 120 ? 120 : n / 2, 0755);
	put_file("/tmp/text", "text\n", 5, 0755);
	put_file("/tmp/lost", "#!/t/missing\n", 13, 0755);
	put_file("/tmp/of-text", "#!/tmp/text -a\n", 15, 0755);
	put_file("/tmp/me", "#!/tmp/me -a\n", 13, 0755);
	put_file("/tmp/blank", "#! \n", 4, 0755);
	syscall2(__NR_prctl, PR_SET_NAME, "before");
	syscall4(__NR_rt_sigaction, SIGUSR1, &sa, NULL, 8);
	syscall4(__NR_rt_sigprocmask, 0, &mask, NULL, 8);
	syscall1(__NR_brk, syscall1(__NR_brk, 0) + 8192);
	fd_cloexec = syscall2(__NR_open, "/dev/null", O_RDONLY | O_CLOEXEC);
	fd_kept = syscall2(__NR_open, "/tmp/text", O_RDONLY);
	syscall3(__NR_read, fd_kept, after, 3);
	fail("no such file", "/tmp/missing");
	fail("a text", "/tmp/text");
	fail("an ELF file that is cut", "/tmp/cut-elf");
	fail("a script without an interpreter", "/tmp/blank");
	fail("a script whose interpreter is missing", "/tmp/lost");
	fail("a script whose interpreter is a text", "/tmp/of-text");
	fail("a script that is its own interpreter", "/tmp/me");
	write_to("/tmp/text");
	write_to("/tmp/cut-elf");
	write_to("/tmp/blank");
	write_to("/tmp/lost");
	write_to("/tmp/of-text");
	write_to("/tmp/me");
	return 0;
}
