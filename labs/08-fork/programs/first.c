/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/* A child is born, says what it finds, and its parent learns how it ended. */
#include <family.h>

static int in_data = 5;

int main(long *stack __attribute__((unused)))
{
	int on_stack = 6, status = -1;
	long pid = fork_child();

	if (pid == 0) {
		say("child: data %d, stack %d\n", (unsigned long)in_data, (unsigned long)on_stack);
		end(7);
	}
	long got = syscall4(__NR_wait4, pid, &status, 0, NULL);
	say("parent: data %d, stack %d; %s child ended with %d\n", (unsigned long)in_data,
	    (unsigned long)on_stack, got == pid ? "its" : "another", (unsigned long)(status >> 8));
	return 0;
}
