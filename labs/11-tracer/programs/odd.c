/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/* Execs /t/quiet with strings that are empty, long, or have words of -1 in them. */
#include <mini.h>

static char minus_one[40], longer[300];

static void fill(char *s, int c, int n)
{
	while (n--)
		*s++ = (char)c;
}

int main(long *stack __attribute__((unused)))
{
	const char *argv[] = {"", minus_one, "two words", "", longer, NULL};
	const char *envp[] = {"", "A=", minus_one, NULL};

	fill(minus_one, -1, sizeof(minus_one) - 1);
	fill(longer, 'x', sizeof(longer) - 1);
	syscall3(__NR_execve, "/t/quiet", argv, envp);
	return 1;
}
