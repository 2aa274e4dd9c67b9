/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Prints what a program is given, in two lines: its arguments; the name it was executed by
 * (AT_EXECFN), its comm.
 */
#include "try.h"
#include <linux/auxvec.h>
#include <linux/prctl.h>

int main(long *stack)
{
	long argc = stack[0], *aux = stack + 1 + argc + 1;
	char comm[16] = "";

	put("   argv:");
	for (long i = 0; i < argc; i++) {
		const char *arg = (const char *)stack[1 + i];
		size_t n = str_len(arg);

		put(" ");
		put_bytes(arg, n > 100 ? 40 : n);
		if (n > 100)
			say(".. (%d bytes)", n);
	}
	put("\n");
	if (stack[1 + argc])
		put("   argv does not end with NULL\n");
	while (*aux)
		aux++;
	for (aux++; aux[0] != AT_NULL; aux += 2)
		if (aux[0] == AT_EXECFN)
			say("   AT_EXECFN \"%s\"", (const char *)aux[1]);
	syscall2(__NR_prctl, PR_GET_NAME, comm);
	say(", comm \"%s\"\n", comm);
	return 0;
}
