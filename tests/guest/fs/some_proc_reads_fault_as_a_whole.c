/*
 * A read that runs into unmapped memory: most files of /proc return the part before it; environ and
 * the files of /proc/sys return EFAULT, and the position stays.
 */
#include "check.h"

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
	return 0;
}
