/*
 * An O_PATH descriptor serves as a place: no read, no write, no fchmod; fstat, openat and
 * /proc/self/fd work.
 */
#include "check.h"

int main(void)
{
	char c, path[32];
	struct stat st;

	put_file("o_path", "x", 0600);
	int fd = OK(open("o_path", O_PATH));
	ERR(read(fd, &c, 1), EBADF);
	ERR(write(fd, &c, 1), EBADF);
	ERR(fchmod(fd, 0644), EBADF);
	ERR(ftruncate(fd, 0), EBADF);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), EBADF);
	OK(fstat(fd, &st));
	EQ(st.st_size, 1);
	EQ(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	sprintf(path, "/proc/self/fd/%d", fd);
	int real = OK(open(path, O_RDONLY));
	EQ(read(real, &c, 1), 1);
	unlink("o_link");
	OK(symlink("o_path", "o_link"));
	fd = OK(open("o_link", O_PATH | O_NOFOLLOW));
	OK(fstat(fd, &st));
	EQ(S_ISLNK(st.st_mode), 1);
	EQ(readlinkat(fd, "", path, 32), 6);
	int dir = OK(open("/proc", O_PATH | O_DIRECTORY));
	OK(openat(dir, "self/maps", O_RDONLY));
	OK(fchdir(dir));
	return 0;
}
