/* SPDX-License-Identifier: MIT */
/*
 * What a child writes to private memory stays its own, to shared memory is seen; read-only stays
 * read-only in both.
 */
#include "check.h"

static char *private, *shared, *fixed;

static void child(void)
{
	EQ(private[0], 1);
	private[0] = 2;
	private[PAGE] = 2;
	shared[0] = 2;
	FAULT(write_byte, fixed, SIGSEGV, SEGV_ACCERR);
	FAULT(call_code, shared, SIGSEGV, SEGV_ACCERR);
	OK(mprotect(private, PAGE, PROT_NONE));
	FAULT(read_byte, private, SIGSEGV, SEGV_ACCERR);
	OK(mprotect(private, PAGE, PROT_READ | PROT_WRITE));
	EQ(private[0], 2);
}

int main(void)
{
	private = anon(2 * PAGE, PROT_READ | PROT_WRITE);
	shared = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	fixed = anon(PAGE, PROT_READ);
	private[0] = shared[0] = 1;
	EQ(fixed[0], 0);
	for (int i = 0; i < 3; i++) {
		EQ(in_child(child), 0);
		EQ(private[0], 1);
		EQ(private[PAGE], 0);
		EQ(shared[0], 2);
		FAULT(write_byte, fixed, SIGSEGV, SEGV_ACCERR);
		shared[0] = 1;
	}
	return 0;
}
