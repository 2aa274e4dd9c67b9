/* Until it is waited for, a dead child is there in state Z, without memory, and takes signals. */
#include "check.h"

int main(void)
{
	char path[64], line[256] = "", state = 0;
	siginfo_t si;
	pid_t pid = OK(fork());

	if (!pid)
		_exit(3);
	OK(waitid(P_PID, pid, &si, WEXITED | WNOWAIT));
	sprintf(path, "/proc/%d/stat", pid);
	FILE *f = fopen(path, "r");
	CHECK(f && fgets(line, sizeof(line), f));
	fclose(f);
	EQ(sscanf(line, "%*d %*s %c", &state), 1);
	EQ(state, 'Z');
	OK(kill(pid, 0));
	OK(kill(pid, SIGKILL));
	sprintf(path, "/proc/%d/exe", pid);
	ERR(readlink(path, line, sizeof(line)), ENOENT);
	sprintf(path, "/proc/%d/maps", pid);
	int fd = OK(open(path, O_RDONLY));
	EQ(read(fd, line, sizeof(line)), 0);
	int status;
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 3 << 8);
	ERR(kill(pid, 0), ESRCH);
	sprintf(path, "/proc/%d", pid);
	ERR(access(path, F_OK), ENOENT);
	return 0;
}
