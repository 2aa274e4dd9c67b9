/* O_TMPFILE makes a file without a name; linkat() can give it one, unless O_EXCL forbids it. */
#include "check.h"

static char proc_path[64];

static const char *proc_fd(int fd)
{
	snprintf(proc_path, sizeof(proc_path), "/proc/self/fd/%d", fd);
	return proc_path;
}

static void plain_user(void)
{
	int fd;

	become_nobody();
	ERR(open("dir", O_TMPFILE | O_RDWR, 0600), EACCES);
	fd = OK(open("/tmp", O_TMPFILE | O_RDWR, 0));
	ERR(open(proc_fd(fd), O_RDWR), EACCES);
	ERR(linkat(fd, "", AT_FDCWD, "/tmp/nameless", AT_EMPTY_PATH), ENOENT);
	OK(linkat(AT_FDCWD, proc_fd(fd), AT_FDCWD, "/tmp/nameless", AT_SYMLINK_FOLLOW));
	OK(unlink("/tmp/nameless"));
}

int main(void)
{
	struct stat before, st, named;
	char text[128] = "", want[128];
	int fd;

	umask(022);
	OK(mkdir("dir", 0755));
	OK(stat("dir", &before));
	sleep_ms(20);
	fd = OK(open("dir", O_TMPFILE | O_RDWR, 04666));
	OK(stat("dir", &st));
	EQ(st.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	OK(fstat(fd, &st));
	EQ(st.st_mode, S_IFREG | 04644);
	EQ(st.st_nlink, 0);
	EQ(fcntl(fd, F_GETFL), 0x8000 | O_TMPFILE | O_RDWR);
	OK(readlink(proc_fd(fd), text, sizeof(text) - 1));
	snprintf(want, sizeof(want), "/tmp/dir/#%lu (deleted)", st.st_ino);
	STREQ(text, want);
	EQ(write(fd, "hello", 5), 5);
	OK(linkat(fd, "", AT_FDCWD, "dir/a", AT_EMPTY_PATH));
	OK(stat("dir/a", &named));
	EQ(named.st_ino, st.st_ino);
	EQ(named.st_size, 5);
	EQ(named.st_nlink, 1);
	OK(linkat(fd, "", AT_FDCWD, "dir/b", AT_EMPTY_PATH));
	OK(unlink("dir/a"));
	OK(unlink("dir/b"));
	ERR(linkat(fd, "", AT_FDCWD, "dir/a", AT_EMPTY_PATH), ENOENT);
	fd = OK(open("dir", O_TMPFILE | O_RDWR | O_EXCL, 0600));
	ERR(linkat(fd, "", AT_FDCWD, "dir/a", AT_EMPTY_PATH), ENOENT);
	ERR(linkat(AT_FDCWD, proc_fd(fd), AT_FDCWD, "dir/a", AT_SYMLINK_FOLLOW), ENOENT);

	ERR(open("dir", O_TMPFILE, 0600), EINVAL);
	ERR(open("dir", O_TMPFILE | O_RDWR | O_CREAT, 0600), EINVAL);
	ERR(open("dir", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600), EINVAL);
	put_file("dir/file", "", 0600);
	ERR(open("dir/file", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
	ERR(open("none", O_TMPFILE | O_RDWR, 0600), ENOENT);
	ERR(open("/proc", O_TMPFILE | O_RDWR, 0600), EOPNOTSUPP);
	OK(symlink("dir", "link"));
	ERR(open("link", O_TMPFILE | O_RDWR | O_NOFOLLOW, 0600), ENOTDIR);
	OK(open("link", O_TMPFILE | O_WRONLY, 0600));
	EQ(in_child(plain_user), 0);
	return 0;
}
