/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/* How many strings it got, how many bytes they have, and a sum over all of them. */
#include "execs.h"

static void count(const char *name, char **strings)
{
	unsigned long n = 0, bytes = 0, sum = 0;

	for (; strings[n]; n++)
		for (const unsigned char *p = (unsigned char *)strings[n]; *p; p++, bytes++)
			sum = sum * 31 + *p;
	say("%s: %d strings of %d bytes, sum %x\n", name, n, bytes, sum);
}

int main(long *stack)
{
	count("argv", (char **)stack + 1);
	count("envp", env_of(stack));
	return 0;
}
