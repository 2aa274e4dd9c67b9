/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/*
 * With randomised addresses: rsp is a multiple of 16, the bytes of AT_RANDOM are
 * new each time; tables larger than the first room of the stack.
 */
#include "../programs/execs.h"

#define STRINGS 30000UL
#define ROUNDS	6

static const char *many[STRINGS + 2];
static char hex[ROUNDS][33];

static void check(const char *what, int holds)
{
	if (holds)
		return;
	say("%s: NO\n", what);
	syscall1(__NR_exit_group, 1);
}

static void check_stack(long *stack)
{
	const char *platform = (const char *)aux(stack, AT_PLATFORM, 0);

	check("rsp is a multiple of 16", !((long)stack & 15));
	check("AT_PLATFORM is \"x86_64\"", platform && str_eq(platform, "x86_64"));
	check("AT_RANDOM lies on the stack",
	      aux(stack, AT_RANDOM, 0) > (long)stack && aux(stack, AT_RANDOM, 0) < stack[1]);
}

/* Executes itself with one more word: this round's random bytes. */
static int next_round(long *stack)
{
	const unsigned char *r = (unsigned char *)aux(stack, AT_RANDOM, 0);
	const char *argv[ROUNDS + 2] = {"fresh"};
	long n = stack[0];

	for (int i = 0; i < 16; i++) {
		hex[0][2 * i] = 'a' + (r[i] >> 4);
		hex[0][2 * i + 1] = 'a' + (r[i] & 15);
	}
	for (long i = 1; i < n; i++) {
		argv[i] = (const char *)stack[1 + i];
		check("the random bytes are new", !str_eq(argv[i], hex[0]));
	}
	argv[n] = hex[0];
	if (n <= ROUNDS)
		syscall3(__NR_execve, "/t/fresh", argv, argv + n + 1);
	return n <= ROUNDS;
}

int main(long *stack)
{
	check_stack(stack);
	if (stack[0] == (long)STRINGS + 1) {
		for (unsigned long i = 1; i <= STRINGS; i++)
			check("each string is there",
			      str_eq((char *)stack[1 + i], i % 2 ? "x" : ""));
		return stack[1 + STRINGS + 1] != 0;
	}
	if (stack[0] <= ROUNDS)
		return next_round(stack);
	many[0] = "fresh";
	for (unsigned long i = 1; i <= STRINGS; i++)
		many[i] = i % 2 ? "x" : "";
	syscall3(__NR_execve, "/t/fresh", many, many + STRINGS + 1);
	return 2;
}
