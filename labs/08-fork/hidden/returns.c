/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Two hundred children, who write, die, are killed, or have children: afterwards the memory is
 * there again.
 */
#include <family.h>

static char *p;

static unsigned long free_kb(void)
{
	read_text("/proc/meminfo");
	return number_of(smaps, "MemFree:");
}

static void generation(int n)
{
	long pid = fork_child();

	if (pid == 0) {
		for (int i = n % 3; i < 400; i += 1 + n % 3)
			store(p + i * PAGE, n);
		if (n % 7 == 0) {
			long grandchild = fork_child();

			if (grandchild == 0) {
				for (int i = 0; i < 400; i++)
					store(p + i * PAGE, n + 1);
				end(0);
			}
			wait_for(grandchild);
		}
		if (n % 5 == 0)
			syscall2(__NR_kill, syscall0(__NR_getpid), 9);
		end(0);
	}
	syscall4(__NR_wait4, pid, 0L, 0, 0L);
}

int main(long *stack __attribute__((unused)))
{
	unsigned long before, after, at_first;

	p = map_at(0x10000000, 400, RW, ANON, -1, 0);
	for (int i = 0; i < 400; i++)
		store(p + i * PAGE, 'p');
	for (int n = 0; n < 8; n++)
		generation(n);
	show_counts("parent", 0x10000000);
	at_first = frame(p + 5 * PAGE);
	before = free_kb();
	for (int n = 0; n < 200; n++)
		generation(n);
	after = free_kb();
	say("200 children %s\n", after + 4096 > before ? "gave all back" : "cost memory");
	if (after + 4096 <= before)
		say("    MemFree %d kB before, %d kB after\n", before, after);
	show_counts("parent", 0x10000000);
	say("the parent's page: %s, reads %c\n",
	    frame(p + 5 * PAGE) == at_first ? "in its frame" : "moved", p[5 * PAGE]);
	return 0;
}
