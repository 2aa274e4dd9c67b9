/* Each way in which a path cannot be executed has its errno. */
#include "check.h"

int main(void)
{
	char name[300], *volatile bad = (char *)8, *argv[] = {"x", NULL},
				  *bad_argv[] = {"x", (char *)8, NULL};

	memset(name, 'n', sizeof(name) - 1);
	name[299] = 0;
	OK(mkdir("path_errors", 0755));
	OK(chdir("path_errors"));
	put_file("plain", "#!/bin/sh\n", 0644);
	put_file("empty", "", 0755);
	put_file("garbage",
		 "\x7f"
		 "ELFgarbage",
		 0755);
	put_file("noline", "#!", 0755);
	put_file("lost", "#!/does/not/exist\n", 0755);
	put_file("indir", "#!/\n", 0755);
	OK(symlink("loop", "loop"));
	ERR(execv("missing", argv), ENOENT);
	ERR(execv("", argv), ENOENT);
	ERR(execv("plain", argv), EACCES);
	ERR(execv(".", argv), EACCES);
	ERR(execv("/dev/null", argv), EACCES);
	ERR(execv("empty", argv), ENOEXEC);
	ERR(execv("garbage", argv), ENOEXEC);
	ERR(execv("noline", argv), EACCES);
	ERR(execv("lost", argv), ENOENT);
	ERR(execv("indir", argv), EACCES);
	ERR(execv("plain/x", argv), ENOTDIR);
	ERR(execv("loop", argv), ELOOP);
	ERR(execv(name, argv), ENAMETOOLONG);
	ERR(execv(bad, argv), EFAULT);
	ERR(execv(self(), (char **)bad), EFAULT);
	ERR(execv(self(), bad_argv), EFAULT);
	ERR(execve(self(), argv, bad_argv), EFAULT);
	ERR(execve("missing", (char **)bad, (char **)bad), EFAULT);
	return 0;
}
