/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Who shows which frame: a table of pages before the fork, after it, after the
 * child's stores and after its end. Letters: - nothing, f of a file, a anonymous
 * and shown by one entry alone, s shown by several.
 */
#include <family.h>

#define ANON_AT	  0x10000000UL
#define FILE_AT	  0x10100000UL
#define SHARED_AT 0x10200000UL

static unsigned long frames[8];
static char *anon, *file, *shared;

static void show(const char *who)
{
	say("%s\n", who);
	show_pages("    anonymous", anon, 8);
	show_pages("    file     ", file, 4);
	show_pages("    shared   ", shared, 4);
	show_counts("    anonymous", ANON_AT);
	show_counts("    file     ", FILE_AT);
}

static void keep(void)
{
	for (int i = 0; i < 8; i++)
		frames[i] = frame(anon + i * PAGE);
}

/* y: the page shows the frame that it showed when they were kept. */
static void compare(const char *who)
{
	say("%s: same frames as before: ", who);
	for (int i = 0; i < 8; i++)
		say("%c", frame(anon + i * PAGE) == frames[i] ? 'y' : 'n');
	say("\n");
}

int main(long *stack __attribute__((unused)))
{
	int fd = letter_file("/tmp/letters", 4);
	unsigned long before;

	anon = map_at(ANON_AT, 8, RW, ANON, -1, 0);
	file = map_at(FILE_AT, 4, RW, MAP_PRIVATE, fd, 0);
	shared = map_at(SHARED_AT, 4, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 6; i++)
		store(anon + i * PAGE, 'a' + i);
	touch(anon + 6 * PAGE);
	store(file + PAGE, 'x');
	touch(file + 2 * PAGE);
	store(shared, 's');
	show("parent before");
	keep();
	make_turns();

	long pid = fork_child();
	if (pid == 0) {
		frame(anon);
		show("child after fork");
		compare("child");
		before = minor_faults();
		store(anon, '1');
		store(anon + 3 * PAGE, '1');
		store(anon + 6 * PAGE, '1');
		say("child's three stores: %d faults\n", minor_faults() - before);
		store(file + PAGE, 'y');
		touch(shared);
		show("child after stores");
		compare("child");
		give_turn(0);
		await_turn(1);
		end(0);
	}
	await_turn(0);
	show("parent after the child's stores");
	compare("parent");
	give_turn(1);
	wait_for(pid);
	show("parent after the child's end");
	compare("parent");
	return 0;
}
