/* The last page of a file reads as zero after its end; the page after it is SIGBUS, BUS_ADRERR. */
#include "check.h"

int main(void)
{
	int fd = scratch();

	EQ(write(fd, "abc", 3), 3);
	char *p = OK(mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	EQ(p[2], 'c');
	EQ(p[3] | p[PAGE - 1], 0);
	FAULT(read_byte, p + PAGE, SIGBUS, BUS_ADRERR);
	FAULT(write_byte, p + 2 * PAGE + 5, SIGBUS, BUS_ADRERR);
	OK(ftruncate(fd, 2 * PAGE));
	NO_FAULT(write_byte, p + PAGE);
	return 0;
}
