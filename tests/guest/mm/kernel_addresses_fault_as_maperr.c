/*
 * The kernel's half is not there for a program: SEGV_MAPERR; a non-canonical address has no
 * si_addr.
 */
#include "check.h"

int main(void)
{
	struct fault f;

	FAULT(read_byte, (void *)0xffffffff81000000, SIGSEGV, SEGV_MAPERR);
	FAULT(write_byte, (void *)0xffff888000000000, SIGSEGV, SEGV_MAPERR);
	f = fault_of(read_byte, (void *)0x8000000000000000);
	EQ(f.sig, SIGSEGV);
	EQ(f.code, SI_KERNEL);
	EQ(f.addr, NULL);
	FAULT(read_byte, (void *)0x7ffffffff000, SIGSEGV, SEGV_MAPERR);
	return 0;
}
