/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * A page that only one entry shows any more is written without a copy: the
 * same frame before and after, one fault, or none where the entry is writable.
 */
#include <family.h>

static char *p;

static void write_page(const char *who, unsigned long page)
{
	unsigned long before = minor_faults(), old = frame(p + page * PAGE), faults;

	store(p + page * PAGE, 'n');
	faults = minor_faults() - before;
	say("%s writes page %d: %d fault, %s\n", who, page, faults,
	    frame(p + page * PAGE) == old ? "no copy" : "a copy");
}

int main(long *stack __attribute__((unused)))
{
	long pid;

	p = map_at(0x10000000, 8, RW, ANON, -1, 0);
	for (int i = 0; i < 8; i++)
		store(p + i * PAGE, 'o');
	frame(p);
	minor_faults();
	make_turns();

	pid = fork_child();
	if (pid == 0) {
		frame(p);
		write_page("child ", 0);
		write_page("child ", 0);
		give_turn(0);
		await_turn(1);
		write_page("child, after the parent's copy,", 1);
		end(0);
	}
	await_turn(0);
	write_page("parent, whose child has a copy,", 0);
	write_page("parent, first of both,", 1);
	give_turn(1);
	wait_for(pid);
	write_page("parent, alone again,", 2);
	write_page("parent, alone again,", 2);
	write_page("parent, alone again,", 0);

	/* A child that unmaps gives its pages back as well. */
	pid = fork_child();
	if (pid == 0) {
		syscall2(__NR_munmap, p + 3 * PAGE, PAGE);
		syscall3(__NR_madvise, p + 4 * PAGE, PAGE, MADV_DONTNEED);
		give_turn(0);
		await_turn(1);
		end(p[4 * PAGE]);
	}
	await_turn(0);
	write_page("parent, the child has unmapped it,", 3);
	write_page("parent, the child has dropped it,", 4);
	write_page("parent, the child has it,", 5);
	give_turn(1);
	wait_for(pid);

	/* Two children: the last owner of three. */
	pid = fork_child();
	if (pid == 0) {
		long grandchild = fork_child();

		if (grandchild == 0) {
			frame(p);
			write_page("grandchild, one of three,", 6);
			end(0);
		}
		wait_for(grandchild);
		frame(p);
		write_page("child, one of two,", 6);
		write_page("child, one of two,", 7);
		end(0);
	}
	wait_for(pid);
	write_page("parent, last of three,", 6);
	write_page("parent, last of three,", 7);
	show_counts("in the end", 0x10000000);
	return 0;
}
