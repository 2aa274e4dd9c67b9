/* SPDX-License-Identifier: MIT */
/* O_CREAT with O_DIRECTORY, and O_TMPFILE to read only, are refused before the name is read. */
#include "check.h"

int main(void)
{
	ERR(open("", O_CREAT | O_DIRECTORY, 0600), EINVAL);
	ERR(syscall(SYS_open, 1, O_CREAT | O_DIRECTORY, 0600), EINVAL);
	ERR(open("", O_TMPFILE, 0600), EINVAL);
	ERR(open("", O_TMPFILE | O_CREAT | O_RDWR, 0600), EINVAL);
	ERR(open("", O_CREAT, 0600), ENOENT);
	ERR(open("", O_CREAT | O_DIRECTORY | O_PATH, 0600), ENOENT);
	return 0;
}
