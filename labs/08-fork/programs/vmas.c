/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Which VMAs a child gets, and what it counts: MADV_DONTFORK, MADV_WIPEONFORK,
 * locked memory; the map of the child before and after it maps more beside
 * what it inherited; sizes in /proc/self/status.
 */
#include <family.h>

static void show_map(const char *who)
{
	say("%s\n", who);
	read_text("/proc/self/maps");
	say("%s", smaps);
}

static void show_sizes(const char *who)
{
	static const char *const names[] = {"VmSize:", "VmLck:", "VmData:", "VmStk:", "VmExe:"};

	read_text("/proc/self/status");
	say("%s:", who);
	for (int i = 0; i < 5; i++)
		say(" %s %d kB", names[i], (unsigned long)number_of(smaps, names[i]));
	say("\n");
}

int main(long *stack __attribute__((unused)))
{
	char *p = map_at(0x10000000, 8, RW, ANON, -1, 0),
	     *gone = map_at(0x10100000, 4, RW, ANON, -1, 0);
	char *wiped = map_at(0x10200000, 4, RW, ANON, -1, 0),
	     *locked = map_at(0x10300000, 3, RW, ANON, -1, 0);
	char *kept = map_at(0x10400000, 1, RW, ANON, -1, 0);
	long pid;

	store(p, 'p');
	store(gone, 'g');
	store(wiped, 'w');
	store(kept, 'k');
	syscall3(__NR_madvise, gone + PAGE, 2 * PAGE, MADV_DONTFORK);
	syscall3(__NR_madvise, wiped, 4 * PAGE, MADV_WIPEONFORK);
	syscall3(__NR_madvise, kept, PAGE, MADV_DONTFORK);
	syscall3(__NR_madvise, kept, PAGE, MADV_DOFORK);
	syscall2(__NR_mlock, locked, 3 * PAGE);
	syscall2(__NR_mlock, gone + PAGE, 2 * PAGE);
	show_map("parent");
	show_sizes("parent");
	pid = fork_child();
	if (pid == 0) {
		show_map("child");
		show_sizes("child");
		say("wiped: %d, kept: %c, gone: %c and %d\n", (unsigned long)wiped[0], kept[0],
		    gone[0], (unsigned long)gone[3 * PAGE]);
		/*
		 * What is wiped has never been forked: it joins a new neighbour, if that is to be
		 * wiped as well.
		 */
		syscall3(__NR_madvise, map_at(0x10204000, 4, RW, ANON, -1, 0), 4 * PAGE,
			 MADV_WIPEONFORK);
		show_map("child, with more to be wiped");
		/* A lock that was not inherited needs not be given back. */
		syscall2(__NR_munmap, locked, 2 * PAGE);
		show_sizes("child, without two pages of what its parent has locked");
		store(wiped, 'W');
		p[0] = 'c';
		map_at(0x10008000, 8, RW, ANON, -1, 0);
		store((char *)0x10008000, 'n');
		map_at(0x10101000, 2, RW, ANON, -1, 0);
		store((char *)0x10101000, 'n');
		show_map("child, with more");
		end(0);
	}
	wait_for(pid);
	/* The heir of a fork may not join a neighbour that was never forked. */
	map_at(0x10008000, 8, RW, ANON, -1, 0);
	show_map("parent, with more");
	say("wiped: %c, gone: %c\n", wiped[0], gone[0]);
	show_sizes("parent");
	pid = fork_child();
	if (pid == 0) {
		store((char *)0x20000000, 1);
		end(0);
	}
	wait_for(pid);
	return 0;
}
