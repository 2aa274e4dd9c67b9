/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* A script becomes an argument of its interpreter: without and with an argument of its own. */
#include "try.h"

int main(long *stack __attribute__((unused)))
{
	const char *many[] = {"0", "one", "two", "three", "four", NULL}, *none[] = {NULL},
		   *one[] = {"only", NULL};

	SCRIPT("#!/t/argv\n");
	SCRIPT("#!/t/argv -e\n");
	SCRIPT("#!/t/argv\nthe rest is the interpreter's\n");
	put("== the same with four arguments\n");
	run("/tmp/script", many, none);
	put("== the same with argv[0] alone\n");
	run("/tmp/script", one, none);
	put("== the same with no argv at all\n");
	run("/tmp/script", none, none);
	put("== the same by a relative path\n");
	run("./script", one, none);
	put("== a program that is no script\n");
	run("/t/argv", many, none);
	return 0;
}
