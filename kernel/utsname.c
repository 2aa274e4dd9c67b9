/* SPDX-License-Identifier: MIT */
/*
 * The names of the system. It calls itself Linux, for glibc and programs look
 * at sysname and release before they trust what execve gives them; release's
 * tail tells who it really is. Abridges init/version.c.
 * Not on the road of an exec.
 */
#include <utsname.h>

struct new_utsname init_uts = {
	.sysname = "Linux",
	.nodename = "(none)",
	.release = "6.1.0-exon",
	.version = "#1 Exon",
	.machine = "x86_64",
	.domainname = "(none)",
};
