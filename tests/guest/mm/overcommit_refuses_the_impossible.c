/*
 * One private writable mapping far larger than memory is ENOMEM; PROT_NONE and MAP_NORESERVE pass.
 */
#include "check.h"

int main(void)
{
	size_t huge = 64UL << 30;

	ERR(mmap(NULL, huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
	OK(munmap(OK(mmap(NULL, huge, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)),
		  huge));
	char *p = OK(mmap(NULL, huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	ERR(mprotect(p, huge, PROT_READ | PROT_WRITE), ENOMEM);
	OK(mprotect(p + huge / 2, PAGE, PROT_READ | PROT_WRITE));
	p[huge / 2] = 1;
	OK(munmap(p, huge));
	return 0;
}
