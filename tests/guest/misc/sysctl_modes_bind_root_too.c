/* SPDX-License-Identifier: MIT */
/*
 * What the mode of a file in /proc/sys forbids is forbidden to root as well, and it goes by the
 * effective user. Nobody can change these files, nor the directory of a process.
 */
#include "../check.h"
#include <sys/fsuid.h>

int main(void)
{
	char task[64];

	ERR(open("/proc/sys/kernel/ostype", O_WRONLY), EACCES);
	ERR(open("/proc/sys/kernel/ostype", O_RDWR | O_TRUNC), EACCES);
	ERR(open("/proc/sys/vm/drop_caches", O_RDONLY), EACCES);
	close(OK(open("/proc/sys/vm/drop_caches", O_WRONLY)));
	ERR(access("/proc/sys/kernel", W_OK), EACCES);
	OK(access("/proc", W_OK));
	ERR(unlink("/proc/sys/kernel/panic"), EACCES);
	ERR(rename("/proc/sys/kernel/ostype", "/proc/sys/kernel/panic"), EACCES);
	ERR(chown("/proc/sys/kernel/panic", 0, 0), EPERM);
	ERR(chmod("/proc/sys/kernel/panic", 0644), EPERM);
	OK(utimensat(AT_FDCWD, "/proc/sys/kernel/panic", NULL, 0));

	sprintf(task, "/proc/self/task/%d", getpid());
	ERR(access("/proc/self", W_OK), EPERM);
	ERR(access(task, W_OK), EPERM);
	ERR(chown("/proc/self", 0, 0), EPERM);
	ERR(utimensat(AT_FDCWD, "/proc/self", NULL, 0), EPERM);
	ERR(unlink("/proc/self/stat"), EPERM);
	OK(chown("/proc/self/stat", 0, 0));

	OK(setresgid(5, 5, 5));
	OK(setgroups(0, NULL));
	setfsuid(5);
	close(OK(open("/proc/sys/kernel/panic", O_WRONLY)));
	setfsuid(0);
	OK(seteuid(5));
	ERR(open("/proc/sys/kernel/panic", O_WRONLY), EACCES);
	return 0;
}
