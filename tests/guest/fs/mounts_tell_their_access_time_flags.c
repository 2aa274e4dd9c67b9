/* SPDX-License-Identifier: MIT */
/* noatime, nodiratime, relatime, strictatime: what mount(2) makes of them, and who shows them. */
#include "check.h"
#include <dirent.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#define ST_FLAGS (0x400 | 0x800 | 0x1000) /* ST_NOATIME, ST_NODIRATIME, ST_RELATIME */

/* /proc/self/mounts and statfs have @text and @flags. */
static void shows(const char *text, long flags)
{
	FILE *f = fopen("/proc/self/mounts", "r");
	char line[256], want[64];
	struct statfs st;

	CHECK(f);
	snprintf(want, sizeof(want), " /tmp/at tmpfs %s,inode64", text);
	while (fgets(line, sizeof(line), f) && !strstr(line, " /tmp/at "))
		;
	fclose(f);
	if (!strstr(line, want)) {
		printf("expected \"%s\", got \"%s\"\n", want, line);
		exit(1);
	}
	OK(statfs("/tmp/at", &st));
	EQ(st.f_flags & ST_FLAGS, flags);
}

static void remount(unsigned long flags)
{
	OK(mount(NULL, "/tmp/at", NULL, MS_REMOUNT | MS_BIND | flags, NULL));
}

static void flags_are_shown(void)
{
	shows("rw,relatime", 0x1000);
	remount(MS_NOATIME);
	shows("rw,noatime", 0x400);
	remount(MS_NOSUID);
	shows("rw,nosuid,noatime", 0x400);
	remount(MS_NODIRATIME);
	shows("rw,nodiratime,relatime", 0x1800);
	remount(MS_STRICTATIME);
	shows("rw", 0);
	remount(MS_NODEV);
	shows("rw,nodev", 0);
	remount(MS_NOATIME | MS_NODIRATIME);
	shows("rw,noatime,nodiratime", 0xc00);
	remount(MS_RELATIME);
	shows("rw,relatime", 0x1000);
}

/* Is the access time of the directory set by reading it? */
static int reading_sets_it(void)
{
	const struct timespec old[2] = {{1000, 0}, {2000, 0}};
	struct stat st;
	DIR *d;

	OK(utimensat(AT_FDCWD, "/tmp/at", old, 0));
	d = opendir("/tmp/at");
	CHECK(d);
	while (readdir(d))
		;
	closedir(d);
	OK(stat("/tmp/at", &st));
	return st.st_atime != 1000;
}

int main(void)
{
	OK(mkdir("/tmp/at", 0755));
	OK(mount("t", "/tmp/at", "tmpfs", 0, NULL));
	flags_are_shown();
	EQ(reading_sets_it(), 1);
	remount(MS_NODIRATIME);
	EQ(reading_sets_it(), 0);
	OK(umount("/tmp/at"));
	return 0;
}
