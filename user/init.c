/* SPDX-License-Identifier: MIT */
/*
 * The first process of a root tree without Debian's busybox: mounts /proc, then runs /run.sh
 * between two marks if there is one, otherwise one shell after the other.
 */
#include <linux/reboot.h>
#include "mini.h"

static char *const env[] = {"PATH=/bin:/usr/local/bin", "HOME=/root", "TERM=linux", NULL};

static long run(char *const argv[])
{
	int status = 0;
	long pid = syscall0(__NR_fork);

	if (pid == 0) {
		syscall0(__NR_setsid);
		syscall3(__NR_execve, argv[0], argv, env);
		say("init: cannot execute %s\n", argv[0]);
		syscall1(__NR_exit_group, 127);
	}
	while (syscall4(__NR_wait4, -1, &status, 0, 0) != pid)
		;
	return status >> 8 & 0xff;
}

static void power_off(void)
{
	syscall4(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF,
		 0);
}

int main(long *stack)
{
	char *const shell[] = {"/bin/sh", NULL};
	char *const script[] = {"/bin/sh", "/run.sh", NULL};

	(void)stack;
	syscall5(__NR_mount, "proc", "/proc", "proc", 0, 0);
	if (syscall2(__NR_access, "/run.sh", 0) == 0) {
		say("=== begin\n");
		say("=== end %d\n", (unsigned long)run(script));
		power_off();
	}
	say("Debian's programs are not here; this is Exon's own small shell ('help').\n");
	for (;;)
		run(shell);
}
