/* SPDX-License-Identifier: MIT */
/* AT_FDCWD is no descriptor for fchmod, fchown and fchdir. */
#include "check.h"

int main(void)
{
	ERR(fchmod(AT_FDCWD, 0644), EBADF);
	ERR(fchown(AT_FDCWD, 0, 0), EBADF);
	ERR(fchdir(AT_FDCWD), EBADF);
	ERR(syscall(SYS_chmod, NULL, 0644), EFAULT);
	return 0;
}
