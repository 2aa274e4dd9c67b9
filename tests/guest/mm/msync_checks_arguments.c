/* msync() takes whole mapped ranges; its flags and holes have their errors. */
#include "check.h"

int main(void)
{
	int fd = scratch();

	OK(ftruncate(fd, 3 * PAGE));
	char *p = OK(mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	p[0] = 1;
	OK(msync(p, 3 * PAGE, MS_SYNC));
	OK(msync(p, PAGE, MS_ASYNC | MS_INVALIDATE));
	OK(msync(p, 0, MS_SYNC));
	ERR(msync(p, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	ERR(msync(p, PAGE, 64), EINVAL);
	ERR(msync(p + 1, PAGE, MS_SYNC), EINVAL);
	OK(munmap(p + PAGE, PAGE));
	ERR(msync(p, 3 * PAGE, MS_SYNC), ENOMEM);
	return 0;
}
