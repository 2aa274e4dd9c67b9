/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* The interpreter of a script may be a script: what the last one is given, and where it ends. */
#include "try.h"

/* /tmp/sN: a script for /tmp/s(N-1), with an argument of its own if @arg. */
static void link_of_chain(int n, int arg)
{
	char text[] = "#!/tmp/s? -?\n", name[] = "/tmp/s?";

	text[8] = '0' + n - 1;
	text[11] = '0' + n;
	name[6] = '0' + n;
	text[9] = arg ? ' ' : '\n';
	put_file(name, text, arg ? 13 : 10, 0755);
}

int main(long *stack __attribute__((unused)))
{
	const char *argv[] = {"dropped", "kept", NULL};
	char name[] = "/tmp/s?";

	for (int arg = 0; arg < 2; arg++) {
		put_file("/tmp/s1", "#!/t/argv -1\n", 13, 0755);
		for (int i = 2; i < 10; i++)
			link_of_chain(i, arg);
		for (int i = 1; i < 10; i++) {
			name[6] = '0' + i;
			say("== a chain of %d scripts, %s\n", (unsigned long)i,
			    arg ? "each with an argument" : "only the last with an argument");
			run(name, argv, argv + 2);
		}
	}
	put("== a script that is its own interpreter\n");
	put_file("/tmp/me", "#!/tmp/me\n", 10, 0755);
	run("/tmp/me", argv, argv + 2);
	put("== a chain to an interpreter that is not there\n");
	put_file("/tmp/s1", "#!/t/missing\n", 13, 0755);
	run("/tmp/s4", argv, argv + 2);
	put("== a chain to a text\n");
	put_file("/tmp/s1", "text\n", 5, 0755);
	run("/tmp/s4", argv, argv + 2);
	put("== a chain to a file that may not be executed\n");
	put_file("/tmp/s1", "#!/t/argv\n", 10, 0644);
	run("/tmp/s4", argv, argv + 2);
	return 0;
}
