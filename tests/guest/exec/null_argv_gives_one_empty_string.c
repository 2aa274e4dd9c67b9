/*
 * argv NULL or empty: the program gets argc 1 and argv[0] "", and an empty environment for envp
 * NULL.
 */
#include "check.h"

static char *nothing[] = {NULL};

static void null_argv(void)
{
	syscall(SYS_execve, self(), NULL, NULL);
	_exit(99);
}

static void empty_argv(void)
{
	syscall(SYS_execve, self(), nothing, nothing);
	_exit(99);
}

int main(int argc, char **argv, char **envp)
{
	if (!argv[0][0]) {
		EQ(argc, 1);
		EQ(argv[1], NULL);
		EQ(envp[0], NULL);
		return 7;
	}
	EQ(in_child(null_argv), 7 << 8);
	EQ(in_child(empty_argv), 7 << 8);
	return 0;
}
