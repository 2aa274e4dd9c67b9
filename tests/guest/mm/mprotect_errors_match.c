/* mprotect(): unaligned start, holes, unknown bits; what was before the hole is changed. */
#include "check.h"

int main(void)
{
	char *p = anon(3 * PAGE, PROT_READ | PROT_WRITE);

	ERR(mprotect(p + 1, PAGE, PROT_READ), EINVAL);
	ERR(mprotect(p, PAGE, 0x100), EINVAL);
	ERR(mprotect(p, -PAGE, PROT_READ), ENOMEM);
	OK(mprotect(p, 0, PROT_NONE));
	OK(munmap(p + PAGE, PAGE));
	ERR(mprotect(p, 3 * PAGE, PROT_READ), ENOMEM);
	FAULT(write_byte, p, SIGSEGV, SEGV_ACCERR);
	NO_FAULT(write_byte, p + 2 * PAGE);
	return 0;
}
