/* wait4(): no child is ECHILD, a foreign pid too; unknown options EINVAL; WNOHANG answers 0. */
#include "check.h"

int main(void)
{
	int status;

	ERR(waitpid(-1, &status, 0), ECHILD);
	ERR(waitpid(1, &status, 0), ECHILD);
	ERR(waitpid(-1, &status, 0x100), EINVAL);
	ERR(syscall(SYS_wait4, 0x80000000, &status, 0, NULL), ESRCH);
	ERR(waitid(P_ALL, 0, NULL, 0), EINVAL);
	ERR(waitid(99, 0, NULL, WEXITED), EINVAL);
	ERR(waitid(P_PID, 0, NULL, WEXITED), EINVAL);
	pid_t pid = OK(fork());
	if (!pid) {
		sleep_ms(50);
		_exit(1);
	}
	EQ(waitpid(pid, &status, WNOHANG), 0);
	EQ(waitpid(-1, &status, WNOHANG), 0);
	ERR(waitpid(-pid, &status, 0), ECHILD);
	EQ(waitpid(-getpgrp(), &status, 0), pid);
	EQ(status, 1 << 8);
	ERR(waitpid(pid, &status, WNOHANG), ECHILD);
	ERR(syscall(SYS_wait4, -1, (int *)8, 0, NULL), ECHILD);
	if (!OK(fork()))
		_exit(0);
	ERR(syscall(SYS_wait4, -1, (int *)8, 0, NULL), EFAULT);
	ERR(waitpid(-1, &status, 0), ECHILD);
	return 0;
}
