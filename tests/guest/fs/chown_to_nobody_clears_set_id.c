/* SPDX-License-Identifier: MIT */
/* fchown(-1, -1) changes no owner, but clears set-user-ID, and set-group-ID of a program. */
#include "check.h"
#include <sys/stat.h>

static mode_t after(mode_t mode)
{
	struct stat st;
	int fd = OK(open("set-id", O_CREAT | O_RDWR, 0600));

	OK(fchmod(fd, mode));
	OK(fchown(fd, -1, -1));
	OK(fstat(fd, &st));
	OK(unlink("set-id"));
	return st.st_mode & 07777;
}

int main(void)
{
	EQ(after(04755), 0755);
	EQ(after(02755), 0755);
	EQ(after(02745), 02745);
	EQ(after(06711), 0711);
	return 0;
}
