/* SPDX-License-Identifier: MIT */
/* The names of the system for uname(2), /proc/version and /proc/sys/kernel: kernel/utsname.c. */
#ifndef UTSNAME_H
#define UTSNAME_H

#include <linux/utsname.h>

/* sethostname changes the node name. */
extern struct new_utsname init_uts;

#endif
