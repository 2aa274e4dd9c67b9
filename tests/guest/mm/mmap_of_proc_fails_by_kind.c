/*
 * mmap of a file in /proc: EPERM if it is to be executable, EIO for a file that is not a process's,
 * otherwise ENODEV.
 */
#include "check.h"

static void errnos(const char *path, int read_only, int executable)
{
	int fd = OK(open(path, O_RDONLY));

	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	EQ(errno, read_only);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	EQ(errno, read_only);
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	EQ(errno, executable);
	CHECK(mmap(NULL, 0, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	EQ(errno, EINVAL);
	close(fd);
}

int main(void)
{
	const char *of_process[] = {"/proc/self/maps",	      "/proc/self/status",
				    "/proc/self/cmdline",     "/proc/self/mem",
				    "/proc/mounts",	      "/proc/sys/kernel/pid_max",
				    "/proc/self/task/1/stat", "/proc/self"};
	const char *of_all[] = {"/proc/version", "/proc/meminfo", "/proc/stat",
				"/proc/uptime",	 "/proc/cmdline", "/proc/filesystems"};

	for (unsigned int i = 0; i < sizeof(of_process) / sizeof(of_process[0]); i++)
		if (!access(of_process[i], F_OK))
			errnos(of_process[i], ENODEV, EPERM);
	for (unsigned int i = 0; i < sizeof(of_all) / sizeof(of_all[0]); i++)
		errnos(of_all[i], EIO, EPERM);
	return 0;
}
