/* SPDX-License-Identifier: MIT */
/* Who the system says it is: uname(2), /proc/version, /proc/sys/kernel. kernel/utsname.c. */
#ifndef UTSNAME_H
#define UTSNAME_H

#include <linux/utsname.h>

/* node and domain name change by sethostname, setdomainname */
extern struct new_utsname init_uts;

#endif
