/*
 * A forbidden access is SIGSEGV with SEGV_ACCERR, an access to nothing SEGV_MAPERR, si_addr exact.
 */
#include "check.h"

int main(void)
{
	char *p = anon(4 * PAGE, PROT_READ | PROT_WRITE);

	memset(p, 1, 4 * PAGE);
	OK(mprotect(p + PAGE, PAGE, PROT_READ));
	NO_FAULT(read_byte, p + PAGE);
	FAULT(write_byte, p + PAGE + 123, SIGSEGV, SEGV_ACCERR);
	OK(mprotect(p + PAGE, PAGE, PROT_NONE));
	FAULT(read_byte, p + PAGE + 5, SIGSEGV, SEGV_ACCERR);
	OK(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE));
	EQ(p[PAGE], 1);
	NO_FAULT(write_byte, p + PAGE);
	OK(munmap(p + 2 * PAGE, PAGE));
	FAULT(read_byte, p + 2 * PAGE + 77, SIGSEGV, SEGV_MAPERR);
	FAULT(write_byte, (void *)8, SIGSEGV, SEGV_MAPERR);
	return 0;
}
