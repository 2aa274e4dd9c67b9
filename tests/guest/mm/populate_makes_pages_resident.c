/* mincore() tells pages that were touched from those that were not; MAP_POPULATE touches all. */
#include "check.h"

int main(void)
{
	unsigned char vec[8];
	char *p = anon(8 * PAGE, PROT_READ | PROT_WRITE);

	p[3 * PAGE] = 1;
	OK(mincore(p, 8 * PAGE, vec));
	for (int i = 0; i < 8; i++)
		EQ(vec[i] & 1, i == 3);
	p = OK(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
	OK(mincore(p, 8 * PAGE, vec));
	for (int i = 0; i < 8; i++)
		EQ(vec[i] & 1, 1);
	ERR(mincore(p + 1, PAGE, vec), EINVAL);
	ERR(mincore(p, PAGE, (void *)1), EFAULT);
	OK(munmap(p + PAGE, PAGE));
	ERR(mincore(p, 3 * PAGE, vec), ENOMEM);
	return 0;
}
