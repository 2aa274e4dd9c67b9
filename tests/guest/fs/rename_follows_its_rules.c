/*
 * rename(): replaces files and empty directories; never a directory into itself; RENAME_NOREPLACE,
 * RENAME_EXCHANGE.
 */
#include "check.h"

int main(void)
{
	struct stat a, b;

	OK(mkdir("ren", 0755));
	OK(chdir("ren"));
	put_file("f1", "one", 0644);
	put_file("f2", "two!", 0644);
	OK(stat("f1", &a));
	OK(rename("f1", "f2"));
	OK(stat("f2", &b));
	EQ(a.st_ino, b.st_ino);
	ERR(access("f1", F_OK), ENOENT);
	OK(mkdir("d1", 0755));
	OK(mkdir("d2", 0755));
	OK(mkdir("d2/sub", 0755));
	ERR(rename("d1", "d2"), ENOTEMPTY);
	ERR(rename("f2", "d1"), EISDIR);
	ERR(rename("d1", "f2"), ENOTDIR);
	ERR(rename("d2", "d2/sub/x"), EINVAL);
	ERR(rename("d2/sub", "d2"), ENOTEMPTY);
	ERR(rename("none", "x"), ENOENT);
	ERR(rename(".", "x"), EBUSY);
	ERR(rename("f2", "d1/.."), EBUSY);
	ERR(rename("f2/", "x"), ENOTDIR);
	ERR(rename("f2", "x/"), ENOTDIR);
	OK(rename("d2/sub", "d1"));
	OK(rename("d1", "d2/moved"));
	OK(stat("d2/moved/..", &a));
	OK(stat("d2", &b));
	EQ(a.st_ino, b.st_ino);
	EQ(b.st_nlink, 3);
	put_file("f3", "three", 0644);
	ERR(renameat2(AT_FDCWD, "f2", AT_FDCWD, "f3", RENAME_NOREPLACE), EEXIST);
	OK(stat("f2", &a));
	OK(renameat2(AT_FDCWD, "f2", AT_FDCWD, "d2", RENAME_EXCHANGE));
	OK(stat("d2", &b));
	EQ(a.st_ino, b.st_ino);
	OK(access("f2/moved", F_OK));
	ERR(renameat2(AT_FDCWD, "f3", AT_FDCWD, "d2", RENAME_EXCHANGE | RENAME_NOREPLACE), EINVAL);
	OK(link("f3", "f4"));
	OK(rename("f3", "f4"));
	OK(access("f3", F_OK));
	return 0;
}
