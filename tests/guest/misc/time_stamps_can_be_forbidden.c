/* SPDX-License-Identifier: MIT */
/* PR_SET_TSC: rdtsc is SIGSEGV where it is forbidden, in children too. */
#include "check.h"
#include <sys/prctl.h>
#include <x86intrin.h>

static int mode(void)
{
	int m = 0;

	OK(prctl(PR_GET_TSC, &m));
	return m;
}

static void rdtsc(void *unused __attribute__((unused))) { (void)__rdtsc(); }

static int forbidden(void)
{
	struct fault f = fault_of(rdtsc, NULL);

	return f.sig == SIGSEGV && f.code == SI_KERNEL && !f.addr;
}

static void forbidden_here(void)
{
	EQ(mode(), PR_TSC_SIGSEGV);
	EQ(forbidden(), 1);
	OK(prctl(PR_SET_TSC, PR_TSC_ENABLE));
	EQ(forbidden(), 0);
}

int main(void)
{
	EQ(mode(), PR_TSC_ENABLE);
	EQ(forbidden(), 0);
	ERR(prctl(PR_SET_TSC, 0), EINVAL);
	ERR(prctl(PR_SET_TSC, 3), EINVAL);
	ERR(prctl(PR_GET_TSC, 8), EFAULT);
	OK(prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
	EQ(forbidden(), 1);
	EQ(in_child(forbidden_here), 0);
	/* The child had it allowed; the parent has not. */
	EQ(forbidden(), 1);
	return 0;
}
