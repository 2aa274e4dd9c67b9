/* SPDX-License-Identifier: MIT */
/* How much of a machine is in use. For a kernel of make DEBUG=1. */
#ifndef USE_H
#define USE_H

#include "../../guest/check.h"

/* KiB, and slab objects. */
struct use {
	long free, objects;
};

static inline struct use in_use(void)
{
	char text[32] = "";
	int fd = OK(open("/proc/sys/debug/slab_objects", O_RDONLY));

	OK(read(fd, text, sizeof(text) - 1));
	close(fd);
	return (struct use){proc_number("/proc/meminfo", "MemFree"), strtol(text, NULL, 0)};
}

#endif
