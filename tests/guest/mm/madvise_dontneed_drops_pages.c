/* MADV_DONTNEED: anonymous memory reads as zero again, a private file page as the file; errors. */
#include "check.h"

int main(void)
{
	int fd = scratch();
	char *p = anon(4 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 5, 4 * PAGE);
	OK(madvise(p + PAGE, PAGE + 1, MADV_DONTNEED));
	EQ(p[0] + p[3 * PAGE], 10);
	EQ(p[PAGE] | p[2 * PAGE], 0);
	EQ(write(fd, "file", 4), 4);
	char *q = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	q[0] = 'X';
	OK(madvise(q, PAGE, MADV_DONTNEED));
	STREQ(q, "file");
	ERR(madvise(p + 1, PAGE, MADV_DONTNEED), EINVAL);
	ERR(madvise(p, PAGE, 12345), EINVAL);
	ERR(madvise(p, -PAGE, MADV_DONTNEED), EINVAL);
	OK(madvise(p, 0, MADV_DONTNEED));
	OK(munmap(p + PAGE, PAGE));
	ERR(madvise(p, 3 * PAGE, MADV_DONTNEED), ENOMEM);
	EQ(p[0] | p[2 * PAGE], 0);
	ERR(madvise(q, PAGE, MADV_FREE), EINVAL);
	OK(madvise(p + 3 * PAGE, PAGE, MADV_FREE));
	p[3 * PAGE] = 3;
	EQ(p[3 * PAGE], 3);
	return 0;
}
