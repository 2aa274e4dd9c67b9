/*
 * link() counts in st_nlink; not for directories, not over a name; an unlinked open file lives on.
 */
#include "check.h"

int main(void)
{
	struct stat st;
	char buf[8] = "";

	OK(mkdir("lnk", 0755));
	OK(chdir("lnk"));
	put_file("a", "data", 0644);
	OK(link("a", "b"));
	OK(stat("a", &st));
	EQ(st.st_nlink, 2);
	ERR(link("a", "b"), EEXIST);
	ERR(link(".", "dir"), EPERM);
	ERR(link("none", "c"), ENOENT);
	OK(symlink("a", "s"));
	OK(link("s", "s2"));
	OK(lstat("s2", &st));
	EQ(S_ISLNK(st.st_mode), 1);
	OK(linkat(AT_FDCWD, "s", AT_FDCWD, "a3", AT_SYMLINK_FOLLOW));
	OK(lstat("a3", &st));
	EQ(st.st_nlink, 3);
	int fd = OK(open("a", O_RDWR));
	OK(unlink("a"));
	OK(unlink("b"));
	OK(unlink("a3"));
	OK(fstat(fd, &st));
	EQ(st.st_nlink, 0);
	EQ(pread(fd, buf, 8, 0), 4);
	STREQ(buf, "data");
	ERR(linkat(fd, "", AT_FDCWD, "back", AT_EMPTY_PATH), ENOENT);
	ERR(unlink("."), EISDIR);
	ERR(rmdir("s"), ENOTDIR);
	ERR(rmdir("."), EINVAL);
	ERR(rmdir(".."), ENOTEMPTY);
	return 0;
}
