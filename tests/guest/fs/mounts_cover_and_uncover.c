/*
 * A tmpfs mounted over a directory covers it; EBUSY while in use; umount uncovers; read-only is
 * EROFS.
 */
#include "check.h"
#include <sys/mount.h>

int main(void)
{
	struct stat a, b;

	OK(mkdir("mnt", 0755));
	put_file("mnt/under", "x", 0644);
	OK(stat("mnt", &a));
	OK(mount("none", "mnt", "tmpfs", 0, NULL));
	OK(stat("mnt", &b));
	CHECK(a.st_dev != b.st_dev);
	ERR(access("mnt/under", F_OK), ENOENT);
	put_file("mnt/f", "x", 0644);
	ERR(rename("mnt/f", "outside"), EXDEV);
	ERR(link("mnt/f", "outside"), EXDEV);
	ERR(rmdir("mnt"), EBUSY);
	OK(chdir("mnt"));
	ERR(umount("/tmp/mnt"), EBUSY);
	OK(stat("..", &b));
	OK(stat("/tmp", &a));
	EQ(a.st_ino, b.st_ino);
	OK(chdir(".."));
	OK(mount("none", "/tmp/mnt", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	ERR(open("mnt/new", O_CREAT | O_WRONLY, 0600), EROFS);
	ERR(open("mnt/f", O_WRONLY), EROFS);
	ERR(unlink("mnt/f"), EROFS);
	OK(umount("mnt"));
	OK(access("mnt/under", F_OK));
	ERR(umount("mnt"), EINVAL);
	ERR(mount("none", "mnt", "nosuchfs", 0, NULL), ENODEV);
	ERR(mount("none", "mnt/under", "tmpfs", 0, NULL), ENOTDIR);
	return 0;
}
