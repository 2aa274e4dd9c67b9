/* SPDX-License-Identifier: MIT */
/* /proc/PID/ns: one namespace of each kind, what its file can do, and setns into it. */
#include "check.h"
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>

static const struct {
	const char *link, *name;
	int type;
} kinds[] = {
	{"net", "net", CLONE_NEWNET},
	{"uts", "uts", CLONE_NEWUTS},
	{"ipc", "ipc", CLONE_NEWIPC},
	{"pid", "pid", CLONE_NEWPID},
	{"pid_for_children", "pid", CLONE_NEWPID},
	{"user", "user", CLONE_NEWUSER},
	{"mnt", "mnt", CLONE_NEWNS},
	{"cgroup", "cgroup", CLONE_NEWCGROUP},
	{"time", "time", CLONE_NEWTIME},
	{"time_for_children", "time", CLONE_NEWTIME},
};

static void read_link(pid_t pid, const char *link, char *text, size_t n)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link);
	text[OK(readlink(path, text, n - 1))] = '\0';
}

static void links_name_namespaces(void)
{
	char mine[64], of_init[64], want[64], path[64];
	struct stat st;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		read_link(getpid(), kinds[i].link, mine, sizeof(mine));
		read_link(1, kinds[i].link, of_init, sizeof(of_init));
		STREQ(mine, of_init);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[i].link);
		OK(stat(path, &st));
		EQ(st.st_mode, S_IFREG | 0444);
		snprintf(want, sizeof(want), "%s:[%lu]", kinds[i].name, st.st_ino);
		STREQ(mine, want);
		EQ(ioctl(OK(open(path, O_RDONLY)), NS_GET_NSTYPE), kinds[i].type);
	}
}

static void the_file_only_stands_for_it(void)
{
	int fd = OK(open("/proc/self/ns/uts", O_RDONLY)), user = OK(ioctl(fd, NS_GET_USERNS));
	char c, path[64], text[64] = "";
	uid_t uid = 1;

	ERR(read(fd, &c, 1), EINVAL);
	ERR(lseek(fd, 0, SEEK_SET), ESPIPE);
	ERR(ioctl(fd, NS_GET_PARENT), EINVAL);
	ERR(ioctl(fd, NS_GET_OWNER_UID, &uid), EINVAL);
	EQ(ioctl(user, NS_GET_OWNER_UID, &uid), 0);
	EQ(uid, 0);
	ERR(ioctl(user, NS_GET_OWNER_UID, 8), EFAULT);
	ERR(ioctl(user, NS_GET_USERNS), EPERM);
	ERR(ioctl(user, NS_GET_PARENT), EPERM);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", user);
	CHECK(readlink(path, text, sizeof(text)) > 0);
	CHECK(!strncmp(text, "user:[", 6));
	ERR(open("/proc/self/ns/uts", O_RDWR), EPERM);
	ERR(open("/proc/self/ns/uts", O_RDONLY | O_TRUNC), EPERM);
	ERR(open("/proc/self/ns/uts", O_RDONLY | O_NOFOLLOW), ELOOP);
	ERR(chmod("/proc/self/ns/uts", 0600), EPERM);
}

static void setns_checks_what_it_enters(void)
{
	int uts = OK(open("/proc/self/ns/uts", O_RDONLY)), pid = OK(pidfd_open(getpid(), 0));

	OK(setns(uts, 0));
	OK(setns(uts, CLONE_NEWUTS));
	ERR(setns(uts, CLONE_NEWIPC), EINVAL);
	ERR(setns(OK(open("/proc/self/ns/user", O_RDONLY)), 0), EINVAL);
	ERR(setns(99, 0), EBADF);
	ERR(setns(0, 0), EINVAL);
	ERR(setns(pid, 0), EINVAL);
	ERR(setns(pid, 1), EINVAL);
	ERR(setns(pid, CLONE_NEWUSER), EINVAL);
	OK(setns(pid, CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWTIME));
	OK(chdir("/proc"));
	OK(setns(pid, CLONE_NEWNS));
	STREQ(getcwd((char[8]){0}, 8), "/");
}

static void nobody_enters_none(void)
{
	int uts = OK(open("/proc/self/ns/uts", O_RDONLY));
	char text[64];

	become_nobody();
	ERR(setns(uts, 0), EPERM);
	ERR(readlink("/proc/1/ns/uts", text, sizeof(text)), EACCES);
	ERR(open("/proc/1/ns", O_RDONLY), EACCES);
	CHECK(readlink("/proc/self/ns/uts", text, sizeof(text)) > 0);
}

int main(void)
{
	links_name_namespaces();
	the_file_only_stands_for_it();
	setns_checks_what_it_enters();
	EQ(in_child(nobody_enters_none), 0);
	return 0;
}
