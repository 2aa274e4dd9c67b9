/* Nobody cannot see root's maps, memory links and descriptors in /proc. */
#include "check.h"

static void as_nobody(void)
{
	char buf[100];

	become_nobody();
	ERR(open("/proc/1/maps", O_RDONLY), EACCES);
	ERR(readlink("/proc/1/exe", buf, 100), EACCES);
	ERR(readlink("/proc/1/cwd", buf, 100), EACCES);
	ERR(open("/proc/1/fd", O_RDONLY), EACCES);
	OK(open("/proc/1/status", O_RDONLY));
	OK(open("/proc/1/cmdline", O_RDONLY));
}

int main(void)
{
	EQ(in_child(as_nobody), 0);
	return 0;
}
