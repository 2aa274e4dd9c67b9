/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * By which name a script runs: a symbolic link's, a descriptor's, one that its interpreter cannot
 * open.
 */
#include "try.h"

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

static const char *argv[] = {"dropped", "kept", NULL};

static void run_at(long fd, const char *path, int flags)
{
	long pid = syscall0(__NR_fork);

	if (pid == 0) {
		put_failure(syscall5(__NR_execveat, fd, path, argv, argv + 2, flags));
		syscall1(__NR_exit_group, STATUS_NOT_RUN);
	}
	put_end(pid);
}

int main(long *stack __attribute__((unused)))
{
	long fd;

	put_file("/tmp/a-script-with-a-long-name", "#!/t/argv -a\n", 13, 0755);
	put_file("/tmp/outer", "#!/tmp/a-script-with-a-long-name -o\n", 36, 0755);
	syscall2(__NR_symlink, "a-script-with-a-long-name", "/tmp/link");
	put("== a script: AT_EXECFN and comm are the script's\n");
	run("/tmp/a-script-with-a-long-name", argv, argv + 2);
	put("== by a symbolic link\n");
	run("/tmp/link", argv, argv + 2);
	put("== a script of a script\n");
	run("/tmp/outer", argv, argv + 2);
	put("== by a path with dots\n");
	run("../tmp/./outer", argv, argv + 2);

	fd = syscall2(__NR_open, "/tmp", O_RDONLY | O_DIRECTORY);
	put("== execveat: a name below a directory's descriptor\n");
	run_at(fd, "outer", 0);
	put("== the same, the descriptor is closed by exec\n");
	syscall3(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC);
	run_at(fd, "outer", 0);
	put("== the same, an absolute name: the descriptor does not matter\n");
	run_at(fd, "/tmp/outer", 0);
	syscall1(__NR_close, fd);

	fd = syscall2(__NR_open, "/tmp/link", O_RDONLY);
	put("== execveat: an open script\n");
	run_at(fd, "", AT_EMPTY_PATH);
	put("== the same, the descriptor is closed by exec\n");
	syscall3(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC);
	run_at(fd, "", AT_EMPTY_PATH);
	syscall1(__NR_close, fd);
	fd = syscall2(__NR_open, "/t/argv", O_RDONLY | O_CLOEXEC);
	put("== execveat: an open program, closed by exec\n");
	run_at(fd, "", AT_EMPTY_PATH);
	return 0;
}
