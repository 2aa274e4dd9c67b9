/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * A VMA that is larger than all memory cannot be promised twice: fork fails half way, and leaves
 * nothing behind.
 */
#include <family.h>

static unsigned long fork_errno(void)
{
	long pid = syscall0(__NR_fork);

	if (pid == 0)
		end(0);
	if (pid > 0) {
		wait_for(pid);
		return 0;
	}
	return -pid;
}

static unsigned long free_kb(void)
{
	read_text("/proc/meminfo");
	return number_of(smaps, "MemFree:");
}

int main(long *stack __attribute__((unused)))
{
	char *low = map_at(0x10000000, 64, RW, ANON, -1, 0), *big;
	unsigned long before, after;

	for (int i = 0; i < 64; i++)
		store(low + i * PAGE, 'l');
	say("fork: errno %d\n", fork_errno());
	/* Two neighbours, each smaller than memory, become one VMA that is larger. */
	big = map_at(0x20000000, 45000, RW, ANON, -1, 0);
	map_at(0x20000000 + 45000 * PAGE, 45000, RW, ANON, -1, 0);
	store(big, 'b');
	say("fork with too large a VMA: errno %d\n", fork_errno());
	before = free_kb();
	for (int i = 0; i < 150; i++)
		if (fork_errno() != 12)
			say("another result\n");
	after = free_kb();
	say("150 failures %s\n", after + 4096 > before ? "cost nothing" : "cost memory");
	if (after + 4096 <= before)
		say("    MemFree %d kB before, %d kB after\n", before, after);
	/* The parent is as it was, and writes on; its pages are its own. */
	unsigned long old = frame(low), faults = minor_faults();
	store(low, 'L');
	say("reads %c%c, %s\n", low[0], low[PAGE], frame(low) == old ? "no copy" : "a copy");
	faults = minor_faults() - faults;
	say("fault: %d\n", faults);
	/* A child that does not get it can be born. */
	syscall3(__NR_madvise, big, 90000 * PAGE, MADV_DONTFORK);
	say("without it: errno %d\n", fork_errno());
	syscall3(__NR_madvise, big, 90000 * PAGE, MADV_DOFORK);
	syscall2(__NR_munmap, big + 45000 * PAGE, PAGE);
	say("in two parts: errno %d\n", fork_errno());
	return 0;
}
