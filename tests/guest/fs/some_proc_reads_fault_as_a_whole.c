/*
 * A read that runs into unmapped memory: most files of /proc return the part before it; environ and
 * the files of /proc/sys return EFAULT, and the position stays. A vector that reads a file of
 * /proc/sys is one read.
 */
#include "check.h"
#include <sys/uio.h>

static char *edge; /* two bytes before nothing */

static void part(const char *file)
{
	int fd = OK(open(file, O_RDONLY));

	EQ(read(fd, edge, 100), 2);
	EQ(lseek(fd, 0, SEEK_CUR), 2);
	close(fd);
}

static void none(const char *file)
{
	int fd = OK(open(file, O_RDONLY));
	char first[2], again[2];

	EQ(read(fd, first, 2), 2);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	ERR(read(fd, edge, 100), EFAULT);
	EQ(lseek(fd, 0, SEEK_CUR), 0);
	EQ(read(fd, again, 2), 2);
	EQ(memcmp(first, again, 2), 0);
	close(fd);
}

static void vector(const char *file)
{
	char a, b;
	struct iovec good[] = {{&a, 1}, {&b, 1}}, bad[] = {{edge, 2}, {edge + 2, 100}};
	int fd = OK(open(file, O_RDONLY));

	ERR(readv(fd, bad, 2), EFAULT);
	EQ(lseek(fd, 0, SEEK_CUR), 0);
	EQ(readv(fd, good, 2), 2);
	EQ(a, edge[0]);
	EQ(b, edge[1]);
	close(fd);
}

int main(void)
{
	edge = anon(2 * PAGE, PROT_READ | PROT_WRITE);
	OK(munmap(edge + PAGE, PAGE));
	edge += PAGE - 2;
	part("/proc/self/auxv");
	part("/proc/self/maps");
	part("/proc/self/status");
	part("/proc/self/limits");
	part("/proc/meminfo");
	none("/proc/self/environ");
	none("/proc/sys/kernel/pid_max");
	none("/proc/sys/kernel/core_pattern");
	none("/proc/sys/kernel/hostname");
	none("/proc/sys/kernel/osrelease");
	vector("/proc/sys/kernel/pid_max");
	vector("/proc/sys/kernel/printk");
	vector("/proc/sys/kernel/hostname");
	return 0;
}
