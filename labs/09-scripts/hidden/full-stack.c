/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * The strings of a script that the argument limit has no room for: how long
 * argv[1] may be at most, for a program and for scripts with more and more of
 * their own; and nothing is held by an exec that failed so.
 */
#include "../programs/try.h"
#include <linux/resource.h>

static char text[(64 << 10) + 1], image[1 << 16];

/* Can @path be executed with three arguments of 40000 bytes, two of them @less shorter? */
static int fits(const char *path, long less)
{
	const char *argv[] = {"dropped", text, text + less, text + less, NULL};
	long pid = syscall0(__NR_fork), ret;
	int status = -1;

	if (pid == 0) {
		syscall2(__NR_dup2, syscall2(__NR_open, "/dev/null", O_WRONLY), 1);
		ret = syscall3(__NR_execve, path, argv, argv + 4);
		syscall1(__NR_exit_group, ret == -E2BIG ? 98 : STATUS_NOT_RUN);
	}
	syscall4(__NR_wait4, pid, &status, 0, NULL);
	if (status && status != 98 << 8)
		say("   with %d bytes less: status %d\n", less, (unsigned long)status);
	return status == 0;
}

static void search(const char *path)
{
	long low = 0, high = 60000;

	while (low < high) {
		long middle = (low + high) / 2;

		if (fits(path, middle))
			high = middle;
		else
			low = middle + 1;
	}
	say("== %s fits with %d bytes less\n", path, low);
}

int main(long *stack __attribute__((unused)))
{
	struct rlimit limit = {512 << 10, 512 << 10};
	long fd;

	memset(text, 'x', sizeof(text) - 1);
	put_file("/tmp/i", image, get_file("/t/argv", image, sizeof(image)), 0755);
	put_file("/tmp/s1", "#!/tmp/i\n", 9, 0755);
	put_file("/tmp/s2", "#!/tmp/i an argument\n", 21, 0755);
	put_file("/tmp/s3", "#!/tmp/s2 -\n", 12, 0755);
	syscall2(__NR_setrlimit, RLIMIT_STACK, &limit);
	search("/tmp/i");
	search("/tmp/s1");
	search("/tmp/s2");
	search("/tmp/s3");
	put("== the interpreter may be written to: ");
	fd = syscall2(__NR_open, "/tmp/i", O_RDWR);
	if (fd < 0)
		put_errno(-fd);
	put(fd < 0 ? "\n" : "yes\n");
	return 0;
}
