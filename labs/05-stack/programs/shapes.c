/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/*
 * Executes "shape" with 1 to 10 strings, with empty ones, with none, with no
 * environment: all addresses come out.
 */
#include "execs.h"

#define SHAPE "/t/shape"

int main(long *stack __attribute__((unused)))
{
	static const char *const nothing[] = {NULL}, *const empty[] = {"", "", "", NULL};
	static const char *const environment[] = {"A=1", "", "LONG=0123456789abcdef", NULL};
	static char text[16] = "aaaaaaaaaaaaaaa";
	const char *argv[11];

	for (int n = 1; n <= 10; n++) {
		for (int i = 0; i < n; i++)
			argv[i] = text + (i * 7 + n) % 16;
		argv[n] = NULL;
		say("%d strings\n", (unsigned long)n);
		run(SHAPE, argv, n % 2 ? environment : nothing);
	}
	put("empty strings\n");
	run(SHAPE, empty, empty);
	put("an argv without strings\n");
	run(SHAPE, nothing, environment);
	put("argv NULL, envp NULL\n");
	run(SHAPE, NULL, NULL);
	return 0;
}
