/* In a deleted directory getcwd() is ENOENT, nothing can be made there, ".." still leads out. */
#include "check.h"

int main(void)
{
	char buf[64];

	OK(mkdir("gone", 0755));
	OK(chdir("gone"));
	ERR(syscall(SYS_getcwd, buf, 5), ERANGE);
	EQ(syscall(SYS_getcwd, buf, 64), 10);
	OK(rmdir("/tmp/gone"));
	ERR(syscall(SYS_getcwd, buf, 64), ENOENT);
	ERR(open("f", O_CREAT | O_WRONLY, 0600), ENOENT);
	ERR(mkdir("d", 0755), ENOENT);
	EQ(readlink("/proc/self/cwd", buf, 64), 19);
	buf[19] = 0;
	STREQ(buf, "/tmp/gone (deleted)");
	OK(chdir(".."));
	STREQ(getcwd(buf, 64), "/tmp");
	return 0;
}
