/*
 * openat() and its relatives start at dirfd: EBADF for none, ENOTDIR for a file, ignored for
 * absolute paths.
 */
#include "check.h"

int main(void)
{
	struct stat st;
	char buf[64];

	OK(mkdir("atdir", 0755));
	int dir = OK(open("atdir", O_RDONLY)), file;
	OK(mkdirat(dir, "sub", 0755));
	file = OK(openat(dir, "sub/f", O_CREAT | O_RDWR, 0600));
	OK(fstatat(dir, "sub/f", &st, 0));
	OK(symlinkat("sub/f", dir, "l"));
	EQ(readlinkat(dir, "l", buf, 64), 5);
	OK(linkat(dir, "sub/f", dir, "f2", 0));
	OK(renameat(dir, "f2", AT_FDCWD, "at_moved"));
	OK(unlinkat(AT_FDCWD, "at_moved", 0));
	ERR(unlinkat(dir, "sub", 0), EISDIR);
	ERR(unlinkat(dir, "sub", AT_REMOVEDIR), ENOTEMPTY);
	ERR(openat(99, "x", O_RDONLY), EBADF);
	ERR(openat(file, "x", O_RDONLY), ENOTDIR);
	OK(openat(99, "/dev/null", O_RDONLY));
	OK(fstatat(file, "", &st, AT_EMPTY_PATH));
	ERR(fstatat(file, "", &st, 0), ENOENT);
	ERR(fstatat(dir, "l", &st, 0x4000000), EINVAL);
	OK(faccessat(dir, "l", R_OK, 0));
	OK(fchownat(dir, "l", 1, 1, AT_SYMLINK_NOFOLLOW));
	OK(fstatat(dir, "l", &st, AT_SYMLINK_NOFOLLOW));
	EQ(st.st_uid, 1);
	OK(fchmodat(dir, "sub", 0700, 0));
	OK(fchdir(dir));
	ERR(fchdir(file), ENOTDIR);
	STREQ(getcwd(buf, 64), "/tmp/atdir");
	return 0;
}
