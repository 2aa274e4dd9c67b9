/*
 * 40 symbolic links in one walk pass, 41 are ELOOP; a trailing slash follows; readlink() cuts
 * silently.
 */
#include "check.h"

int main(void)
{
	char a[16], b[16], buf[100];

	OK(mkdir("sym", 0755));
	OK(chdir("sym"));
	put_file("l0", "end", 0644);
	for (int i = 1; i <= 41; i++) {
		sprintf(a, "l%d", i - 1);
		sprintf(b, "l%d", i);
		OK(symlink(a, b));
	}
	OK(open("l40", O_RDONLY));
	ERR(open("l41", O_RDONLY), ELOOP);
	OK(symlink("self", "self"));
	ERR(open("self", O_RDONLY), ELOOP);
	EQ(readlink("l41", buf, 100), 3);
	EQ(readlink("l41", buf, 2), 2);
	ERR(readlink("l0", buf, 100), EINVAL);
	ERR(syscall(SYS_readlink, "l41", buf, 0), EINVAL);
	ERR(symlink("", "empty"), ENOENT);
	ERR(symlink("x", "l1"), EEXIST);
	OK(mkdir("dir", 0755));
	OK(symlink("dir", "to_dir"));
	struct stat st;
	OK(lstat("to_dir/", &st));
	EQ(S_ISDIR(st.st_mode), 1);
	OK(lstat("to_dir", &st));
	EQ(st.st_size, 3);
	EQ(st.st_mode & 0777, 0777);
	ERR(rmdir("to_dir/"), ENOTDIR);
	OK(symlink("/proc/self", "p"));
	OK(access("p/maps", R_OK));
	return 0;
}
