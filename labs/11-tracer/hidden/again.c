/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/*
 * Execs itself once more, with another name and no environment; an exec that fails comes first.
 */
#include <mini.h>

int main(long *stack)
{
	static const char *const argv[] = {"", "second", "\377\377\377\377\377\377\377\377\377",
					   NULL};
	static const char *const envp[] = {NULL};

	if (stack[0] != 1)
		return 5;
	syscall3(__NR_execve, "/t/none", argv, envp);
	syscall3(__NR_execve, "/t/again", argv, envp);
	return 1;
}
