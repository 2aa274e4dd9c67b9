/* A store into a private mapping stays private; a page not yet written still follows the file. */
#include "check.h"

int main(void)
{
	char buf[4];
	int fd = scratch();

	EQ(pwrite(fd, "one", 3, 0), 3);
	EQ(pwrite(fd, "two", 3, PAGE), 3);
	char *p = OK(mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	CHECK(!memcmp(p, "one", 3) && !memcmp(p + PAGE, "two", 3));
	p[0] = 'X';
	EQ(pread(fd, buf, 3, 0), 3);
	CHECK(!memcmp(buf, "one", 3));
	EQ(pwrite(fd, "ONE", 3, 0), 3);
	EQ(pwrite(fd, "TWO", 3, PAGE), 3);
	CHECK(!memcmp(p, "Xne", 3));
	CHECK(!memcmp(p + PAGE, "TWO", 3));
	return 0;
}
