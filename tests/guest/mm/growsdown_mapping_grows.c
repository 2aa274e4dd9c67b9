/* A MAP_GROWSDOWN mapping grows down page by page at a fault below it. */
#include "check.h"

int main(void)
{
	char *area = anon(1024 * PAGE, PROT_NONE), *p = area + 1020 * PAGE;

	OK(munmap(area, 1024 * PAGE));
	EQ(mmap(p, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
	   p);
	NO_FAULT(write_byte, p - 1);
	NO_FAULT(write_byte, p - 10 * PAGE);
	EQ(p[-1] + p[-10 * PAGE], 2);
	OK(mprotect(p, PAGE, PROT_READ | PROT_WRITE | PROT_GROWSDOWN));
	ERR(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP), EINVAL);
	return 0;
}
