/* read(2) of a file into a mapping of the same page of that file neither hangs nor fails. */
#include "check.h"

int main(void)
{
	int fd = scratch();
	char *volatile bad = (char *)1;

	OK(ftruncate(fd, PAGE));
	EQ(pwrite(fd, "abcdef", 6, 0), 6);
	char *p = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	EQ(pread(fd, p + 100, 6, 0), 6);
	CHECK(!memcmp(p + 100, "abcdef", 6));
	char *q = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	EQ(pwrite(fd, q, 6, 200), 6);
	CHECK(!memcmp(p + 200, "abcdef", 6));
	ERR(pread(fd, bad, 6, 0), EFAULT);
	ERR(pwrite(fd, bad, 6, 0), EFAULT);
	return 0;
}
