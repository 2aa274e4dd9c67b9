/* flags: -static */
/* SPDX-License-Identifier: MIT */
/* try PROGRAM ARGUMENTS: execute it, or print why not. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc > 1)
		execv(argv[1], argv + 1);
	puts(strerrorname_np(errno));
	return 1;
}
