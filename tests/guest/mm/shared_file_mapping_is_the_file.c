/* write(2) shows in a shared mapping and a store into it in read(2), also from another process. */
#include "check.h"

static int fd;
static char *p;

static void child(void)
{
	char buf[4];

	EQ(pread(fd, buf, 3, PAGE), 3);
	CHECK(!memcmp(buf, "map", 3));
	memcpy(p + 10, "child", 5);
	EQ(pwrite(fd, "WRITE", 5, 20), 5);
}

int main(void)
{
	fd = scratch();
	OK(ftruncate(fd, 2 * PAGE));
	p = OK(mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	EQ(pwrite(fd, "hello", 5, 0), 5);
	CHECK(!memcmp(p, "hello", 6));
	memcpy(p + PAGE, "map", 3);
	EQ(in_child(child), 0);
	CHECK(!memcmp(p + 10, "child", 5));
	CHECK(!memcmp(p + 20, "WRITE", 5));
	return 0;
}
