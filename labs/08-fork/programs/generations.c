/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Child, grandchild, and so on: each changes its own part and leaves the rest as it got it. Then
 * many brothers.
 */
#include <family.h>

#define DEEP 6

static char *p;

static void show(const char *who, unsigned long level)
{
	char text[DEEP + 2];

	for (int i = 0; i <= DEEP; i++)
		text[i] = p[i * PAGE] ? p[i * PAGE] : '.';
	text[DEEP + 1] = '\0';
	say("%s %d: %s\n", who, level, text);
}

static void generation(unsigned long level)
{
	long pid;

	show("born", level);
	store(p + level * PAGE, '0' + level);
	store(p, 'a' + level);
	if (level < DEEP) {
		pid = fork_child();
		if (pid == 0) {
			generation(level + 1);
			end(0);
		}
		wait_for(pid);
	}
	show("ends", level);
}

int main(long *stack __attribute__((unused)))
{
	long pids[8];

	p = map_at(0x10000000, DEEP + 1, RW, ANON, -1, 0);
	generation(0);
	/* Brothers, all alive at once: the parent writes between the births. */
	for (unsigned long i = 0; i < 8; i++) {
		store(p + PAGE, 'A' + i);
		pids[i] = fork_child();
		if (pids[i] == 0) {
			syscall4(__NR_pread64, syscall3(__NR_open, "/dev/zero", O_RDONLY, 0), p, 1,
				 0);
			for (int wait = 0; wait < 20; wait++)
				syscall0(__NR_sched_yield);
			end(p[PAGE] == (char)('A' + i) && p[0] == 0 ? 0 : 100 + i);
		}
	}
	for (int i = 0; i < 8; i++)
		wait_for(pids[i]);
	show("parent", 0);
	return 0;
}
