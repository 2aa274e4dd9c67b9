/* mincore() of a file that one could not write to says that all its pages are in memory. */
#include "check.h"

int main(void)
{
	int fd = OK(open("/tmp/mincore", O_RDWR | O_CREAT | O_TRUNC, 0644));
	unsigned char vec[4];
	char *p, *q;

	OK(ftruncate(fd, 4 * PAGE));
	EQ(pwrite(fd, "x", 1, PAGE), 1);
	p = OK(mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
	q = anon(4 * PAGE, PROT_READ | PROT_WRITE);
	OK(mincore(p, 4 * PAGE, vec));
	EQ(vec[0] | vec[1] << 1 | vec[2] << 2, 2);
	become_nobody();
	OK(mincore(p, 4 * PAGE, vec));
	EQ(vec[0] & vec[1] & vec[2] & vec[3], 1);
	OK(mincore(q, 4 * PAGE, vec));
	EQ(vec[0] | vec[1] | vec[2] | vec[3], 0);
	return 0;
}
