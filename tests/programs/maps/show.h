/* SPDX-License-Identifier: MIT */
/* Print our own address space, without touching it: one read buffer on the stack, no malloc. */
#include <fcntl.h>
#include <unistd.h>

static inline void show_maps(void)
{
	char buf[4096];
	int fd = open("/proc/self/maps", O_RDONLY);
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (write(1, buf, n) != n)
			break;
	close(fd);
}
