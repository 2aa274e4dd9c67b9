/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * traced PROG ARGS: the VMAs of PROG when its exec has finished. Linux stops a traced process
 * right there.
 */
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int cat(const char *path)
{
	FILE *f = fopen(path, "r");
	int c;

	if (!f)
		return 1;
	while ((c = getc(f)) != EOF)
		putchar(c);
	return fclose(f);
}

int main(int argc, char **argv)
{
	char path[40];
	int status;
	pid_t pid = fork();

	if (argc < 2)
		return 2;
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return 1;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	status = cat(path);
	ptrace(PTRACE_KILL, pid, 0, 0);
	return status;
}
