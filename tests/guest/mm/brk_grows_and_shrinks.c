/*
 * brk() moves in bytes, gives zeroed pages, takes them back, and answers the old end when it
 * refuses.
 */
#include "check.h"

#define BRK(x) ((char *)syscall(SYS_brk, (x)))

int main(void)
{
	struct rlimit lim;
	char *start = BRK(0), *p = start + 3 * PAGE + 5;

	EQ(BRK(p), p);
	p[-1] = 1;
	EQ(BRK(start + 10), start + 10);
	FAULT(read_byte, (char *)(((unsigned long)start + 10 + 2 * PAGE) & -PAGE), SIGSEGV,
	      SEGV_MAPERR);
	EQ(BRK(p), p);
	EQ(p[-1], 0);
	EQ(BRK(1), p);
	EQ(BRK(-PAGE), p);
	OK(getrlimit(RLIMIT_DATA, &lim));
	lim.rlim_cur = 1 << 20;
	OK(setrlimit(RLIMIT_DATA, &lim));
	EQ(BRK(p + (4 << 20)), p);
	EQ(BRK(start), start);
	return 0;
}
