/* Code in data, heap or stack does not run (SEGV_ACCERR) until mprotect() says PROT_EXEC. */
#include "check.h"

static unsigned char in_data[] = {0xc3};

int main(void)
{
	unsigned char on_stack[] = {0xc3};
	char *p = anon(PAGE, PROT_READ | PROT_WRITE);

	p[0] = 0xc3;
	FAULT(call_code, in_data, SIGSEGV, SEGV_ACCERR);
	FAULT(call_code, on_stack, SIGSEGV, SEGV_ACCERR);
	FAULT(call_code, p, SIGSEGV, SEGV_ACCERR);
	OK(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	NO_FAULT(call_code, p);
	FAULT(write_byte, p, SIGSEGV, SEGV_ACCERR);
	return 0;
}
