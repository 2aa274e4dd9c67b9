/* umask() applies to open, mkdir, mknod and mkfifo, not to chmod or symlink; it keeps 9 bits. */
#include "check.h"

static mode_t mode_of(const char *path)
{
	struct stat st;

	OK(lstat(path, &st));
	return st.st_mode & 07777;
}

int main(void)
{
	OK(mkdir("um", 0755));
	OK(chdir("um"));
	umask(07123);
	EQ(umask(027), 0123);
	close(OK(open("f", O_CREAT | O_WRONLY, 06777)));
	OK(mkdir("d", 01777));
	OK(mkfifo("p", 0666));
	OK(mknod("n", S_IFCHR | 0666, 0x103));
	OK(symlink("f", "l"));
	EQ(mode_of("f"), 06750);
	EQ(mode_of("d"), 01750);
	EQ(mode_of("p"), 0640);
	EQ(mode_of("n"), 0640);
	EQ(mode_of("l"), 0777);
	OK(chmod("f", 0777));
	EQ(mode_of("f"), 0777);
	int fd = OK(open("n", O_WRONLY));
	EQ(write(fd, "x", 1), 1);
	return 0;
}
