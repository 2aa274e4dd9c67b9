/*
 * execveat(): AT_EMPTY_PATH runs a descriptor, a relative path starts at dirfd, a script in an
 * O_CLOEXEC fd is ENOENT.
 */
#include "check.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

static char *args[] = {"x", "run", NULL};
static int fd, flags;
static const char *path;

static void run(void)
{
	syscall(SYS_execveat, fd, path, args, args + 2, flags);
	_exit(errno);
}

static int result(int f, const char *p, int fl)
{
	fd = f, path = p, flags = fl;
	return WEXITSTATUS(in_child(run));
}

int main(int argc, char **argv)
{
	char name[16];

	if (argc > 1) {
		prctl(PR_GET_NAME, name);
		if (!strncmp((char *)getauxval(AT_EXECFN), "/dev/fd/", 8))
			return 101 + !!strchr((char *)getauxval(AT_EXECFN) + 8, '/');
		return strcmp(argv[1], "run") ? 99 : 100;
	}
	copy_self("/tmp/at_target", 0755);
	int file = OK(open("/tmp/at_target", O_RDONLY | O_CLOEXEC)), dir = OK(open("/tmp", O_PATH));
	int by_path = OK(open("/tmp/at_target", O_PATH));
	EQ(result(file, "", AT_EMPTY_PATH), 101);
	EQ(result(by_path, "", AT_EMPTY_PATH), 101);
	EQ(result(dir, "at_target", 0), 102);
	EQ(result(-1, "/tmp/at_target", 0), 100);
	EQ(result(AT_FDCWD, "at_target", 0), 100);
	EQ(result(file, "", 0), ENOENT);
	EQ(result(file, "x", 0), ENOTDIR);
	EQ(result(-1, "x", 0), EBADF);
	EQ(result(dir, "", AT_EMPTY_PATH), EACCES);
	EQ(result(dir, "at_target", 1), EINVAL);
	unlink("/tmp/at_link");
	OK(symlink("at_target", "/tmp/at_link"));
	EQ(result(dir, "at_link", 0), 102);
	EQ(result(dir, "at_link", AT_SYMLINK_NOFOLLOW), ELOOP);
	put_file("/tmp/at_script", "#!/bin/true\n", 0755);
	EQ(result(OK(open("/tmp/at_script", O_RDONLY)), "", AT_EMPTY_PATH), 0);
	EQ(result(OK(open("/tmp/at_script", O_RDONLY | O_CLOEXEC)), "", AT_EMPTY_PATH), ENOENT);
	return 0;
}
