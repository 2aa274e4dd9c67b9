/*
 * ftruncate() takes pages away from shared and private mappings, copied ones too, and clears the
 * tail.
 */
#include "check.h"

int main(void)
{
	char page[PAGE], c;
	int fd = scratch();

	memset(page, 'x', PAGE);
	for (int i = 0; i < 4; i++)
		EQ(write(fd, page, PAGE), (long)PAGE);
	char *s = OK(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	char *v = OK(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	EQ(s[3 * PAGE], 'x');
	v[3 * PAGE] = 'y';
	OK(ftruncate(fd, PAGE + 100));
	FAULT(read_byte, s + 3 * PAGE, SIGBUS, BUS_ADRERR);
	FAULT(read_byte, v + 3 * PAGE, SIGBUS, BUS_ADRERR);
	EQ(s[PAGE + 99], 'x');
	EQ(s[PAGE + 100], 0);
	OK(ftruncate(fd, 4 * PAGE));
	EQ(s[3 * PAGE], 0);
	EQ(v[3 * PAGE], 0);
	EQ(pread(fd, &c, 1, PAGE + 200), 1);
	EQ(c, 0);
	return 0;
}
