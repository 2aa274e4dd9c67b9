/* SPDX-License-Identifier: MIT */
/* AT_FDCWD is no descriptor for fchmod, fchown, fchdir, fstat and fstatfs. */
#include "check.h"
#include <sys/stat.h>
#include <sys/vfs.h>

int main(void)
{
	struct stat st;
	struct statfs fs;

	ERR(fchmod(AT_FDCWD, 0644), EBADF);
	ERR(fchown(AT_FDCWD, 0, 0), EBADF);
	ERR(fchdir(AT_FDCWD), EBADF);
	ERR(syscall(SYS_fstat, AT_FDCWD, &st), EBADF);
	ERR(syscall(SYS_fstatfs, AT_FDCWD, &fs), EBADF);
	ERR(syscall(SYS_chmod, NULL, 0644), EFAULT);
	return 0;
}
