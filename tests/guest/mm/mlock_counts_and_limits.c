/* mlock() makes pages resident and counts in VmLck; nobody is bound by RLIMIT_MEMLOCK. */
#include "check.h"

int main(void)
{
	unsigned char vec[4];
	struct rlimit lim = {2 * PAGE, 2 * PAGE};
	char *p = anon(4 * PAGE, PROT_READ | PROT_WRITE);

	OK(mlock(p, 4 * PAGE));
	OK(mincore(p, 4 * PAGE, vec));
	EQ(vec[0] & vec[1] & vec[2] & vec[3] & 1, 1);
	EQ(proc_number("/proc/self/status", "VmLck"), 16);
	OK(munlock(p, 4 * PAGE));
	EQ(proc_number("/proc/self/status", "VmLck"), 0);
	OK(setrlimit(RLIMIT_MEMLOCK, &lim));
	become_nobody();
	ERR(mlock(p, 4 * PAGE), ENOMEM);
	OK(mlock(p, 2 * PAGE));
	ERR(mlock((void *)0x10000000000, PAGE), ENOMEM);
	return 0;
}
