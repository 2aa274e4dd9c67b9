/* SPDX-License-Identifier: MIT */
/* tmpfs: a name more than nr_inodes is ENOSPC; statfs counts hard links too; ramfs has no limit. */
#include "check.h"
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/vfs.h>

static long inodes_left(void)
{
	struct statfs st;

	OK(statfs(".", &st));
	return st.f_ffree;
}

static void name_of(char *name, long i) { sprintf(name, "f%ld", i); }

int main(void)
{
	struct statfs st;
	char name[30];
	long left, i;
	FILE *f;

	mkdir("small", 0700);
	mkdir("ram", 0700);
	OK(mount("none", "small", "tmpfs", 0, NULL));
	OK(mount("none", "ram", "ramfs", 0, NULL));
	OK(statfs("ram", &st));
	EQ(st.f_files, 0);
	EQ(st.f_blocks, 0);
	OK(chdir("small"));
	OK(statfs(".", &st));
	EQ(st.f_files, st.f_blocks);
	EQ(st.f_ffree, st.f_files - 1);
	left = inodes_left();
	put_file("a", "x", 0600);
	EQ(inodes_left(), left - 1);
	OK(link("a", "b"));
	EQ(inodes_left(), left - 2);
	OK(symlink("a", "c"));
	OK(mkdir("d", 0700));
	EQ(inodes_left(), left - 4);
	OK(rename("b", "e"));
	OK(unlink("e"));
	OK(unlink("c"));
	OK(rmdir("d"));
	EQ(inodes_left(), left - 1);
	i = OK(open("a", O_RDONLY));
	OK(unlink("a"));
	EQ(inodes_left(), left - 1); /* until it is closed */
	close(i);
	EQ(inodes_left(), left);

	for (i = 0; i < left; i++) {
		name_of(name, i);
		OK(mknod(name, S_IFREG | 0600, 0));
	}
	EQ(inodes_left(), 0);
	ERR(mknod("more", S_IFREG | 0600, 0), ENOSPC);
	ERR(mkdir("more", 0700), ENOSPC);
	ERR(open("more", O_CREAT | O_WRONLY, 0600), ENOSPC);
	ERR(symlink("x", "more"), ENOSPC);
	ERR(link("f1", "more"), ENOSPC);
	OK(rename("f1", "f2"));
	OK(mkdir("more", 0700));
	OK(chdir(".."));
	OK(umount("small"));
	OK(umount("ram"));

	f = fopen("/proc/mounts", "r");
	CHECK(f &&
	      fscanf(f, "rootfs / rootfs rw,size=%ldk,nr_inodes=%ld,inode64 0 0", &left, &i) == 2);
	EQ(left, i * 4);
	return 0;
}
