/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/* Where everything of its stack is: rsp, argc, and each string with its address. */
#include "execs.h"

static void show(const char *name, char **strings)
{
	for (unsigned long i = 0; strings[i]; i++)
		say("  %s[%d] %x \"%s\"\n", name, i, (unsigned long)strings[i], strings[i]);
}

int main(long *stack)
{
	say("rsp %x (%d above a multiple of 16), argc %d\n", (unsigned long)stack,
	    (unsigned long)stack & 15, (unsigned long)stack[0]);
	show("argv", (char **)stack + 1);
	show("envp", env_of(stack));
	say("  auxv %x AT_RANDOM %x AT_PLATFORM %x AT_EXECFN %x\n", (unsigned long)auxv_of(stack),
	    (unsigned long)aux(stack, AT_RANDOM, 0), (unsigned long)aux(stack, AT_PLATFORM, 0),
	    (unsigned long)aux(stack, AT_EXECFN, 0));
	return 0;
}
