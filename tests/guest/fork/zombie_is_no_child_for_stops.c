/* SPDX-License-Identifier: MIT */
/* A child that has ended is none whose stops or continues can be waited for: ECHILD. */
#include "check.h"

int main(void)
{
	siginfo_t info;
	pid_t pid = OK(fork());

	if (!pid)
		_exit(3);
	OK(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	ERR(waitid(P_PID, pid, &info, WSTOPPED | WNOHANG), ECHILD);
	ERR(waitid(P_ALL, 0, &info, WCONTINUED), ECHILD);
	EQ(waitpid(pid, NULL, WNOHANG), pid);
	return 0;
}
