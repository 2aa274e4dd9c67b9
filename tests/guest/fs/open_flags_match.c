/* O_EXCL, O_CREAT, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW: what each does and refuses. */
#include "check.h"

int main(void)
{
	char buf[8];
	struct stat st;

	OK(mkdir("flags", 0755));
	OK(chdir("flags"));
	umask(022);
	int fd = OK(open("f", O_CREAT | O_EXCL | O_WRONLY, 0666));
	OK(fstat(fd, &st));
	EQ(st.st_mode, S_IFREG | 0644);
	ERR(open("f", O_CREAT | O_EXCL, 0600), EEXIST);
	EQ(write(fd, "abcdef", 6), 6);
	ERR(read(fd, buf, 1), EBADF);
	int app = OK(open("f", O_WRONLY | O_APPEND));
	EQ(lseek(app, 0, SEEK_SET), 0);
	EQ(write(app, "gh", 2), 2);
	EQ(lseek(app, 0, SEEK_CUR), 8);
	EQ(pwrite(app, "ij", 2, 0), 2);
	OK(fstat(fd, &st));
	EQ(st.st_size, 10);
	close(OK(open("f", O_RDONLY | O_CREAT)));
	close(OK(open("f", O_WRONLY | O_TRUNC)));
	OK(fstat(fd, &st));
	EQ(st.st_size, 0);
	OK(symlink("f", "l"));
	OK(symlink("nowhere", "dangling"));
	ERR(open("l", O_RDONLY | O_NOFOLLOW), ELOOP);
	ERR(open("l", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
	ERR(open("dangling", O_RDONLY), ENOENT);
	close(OK(open("dangling", O_RDONLY | O_CREAT, 0600)));
	OK(access("nowhere", F_OK));
	ERR(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	ERR(open(".", O_WRONLY), EISDIR);
	ERR(open(".", O_RDONLY | O_CREAT, 0600), EISDIR);
	ERR(open("f/x", O_RDONLY), ENOTDIR);
	ERR(open("f/", O_RDONLY), ENOTDIR);
	ERR(open("new/", O_RDONLY | O_CREAT, 0600), EISDIR);
	ERR(open("", O_RDONLY), ENOENT);
	return 0;
}
