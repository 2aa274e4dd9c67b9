/*
 * A thousand clock_gettime() calls cost far less system time and far fewer cycles than a thousand
 * system calls.
 */
#include "check.h"

static unsigned long cycles(int by_call)
{
	struct timespec ts;
	unsigned long t0 = __builtin_ia32_rdtsc();

	for (int i = 0; i < 200; i++)
		if (by_call)
			syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
		else
			clock_gettime(CLOCK_MONOTONIC, &ts);
	return __builtin_ia32_rdtsc() - t0;
}

static unsigned long least(unsigned long a, unsigned long b) { return a < b ? a : b; }

int main(void)
{
	unsigned long vdso = -1UL, call = -1UL;

	/* In turn, so that a computer that is busy for a while makes both slow. */
	for (int round = 0; round < 20; round++) {
		vdso = least(vdso, cycles(0));
		call = least(call, cycles(1));
	}
	if (vdso >= call)
		printf("cycles for 200 reads: %lu by vdso, %lu by system call\n", vdso, call);
	return vdso >= call;
}
