/* SPDX-License-Identifier: MIT */
/*
 * The names of the system. sysname is Linux and release begins as Linux's, because glibc and
 * programs check them; the end of release is Exon's.
 *
 * Abridges Linux's init/version.c.
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
