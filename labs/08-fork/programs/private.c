/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * After fork each side writes and the other must not see it, in every kind of
 * private memory; the parent's stores come while the child lives. A parent
 * that still has a writable entry (in its table, or only in the processor's
 * memory of it) writes into the child.
 */
#include <family.h>

static char in_data[2 * PAGE] = {'d'}, in_bss[2 * PAGE];

static struct place {
	const char *name;
	char *p;
} places[8];
static int n;

static void add(const char *name, char *p)
{
	places[n].name = name;
	places[n++].p = p;
}

static void show(const char *who)
{
	for (int i = 0; i < n; i++)
		say("%s: %s %d %d\n", who, places[i].name,
		    (unsigned long)(unsigned char)places[i].p[0],
		    (unsigned long)(unsigned char)places[i].p[1]);
}

int main(long *stack __attribute__((unused)))
{
	char on_stack[2] = {'s', 's'};
	char *anon = map_at(0x10000000, 4, RW, ANON, -1, 0);
	char *file = map_at(0x10100000, 2, RW, MAP_PRIVATE, letter_file("/tmp/letters", 2), 0);
	char *brk = (char *)syscall1(__NR_brk, 0);

	syscall1(__NR_brk, brk + 2 * PAGE);
	add("data", in_data);
	add("bss", in_bss);
	add("stack", on_stack);
	add("heap", brk);
	add("written page", anon);
	add("zero page", anon + PAGE);
	add("untouched page", anon + 2 * PAGE);
	add("file page", file);
	store(in_bss, 'b');
	store(brk, 'h');
	store(anon, 'a');
	touch(anon + PAGE);
	store(file, 'f');
	make_turns();

	long pid = fork_child();
	if (pid == 0) {
		await_turn(1);
		show("child, after the parent's stores");
		for (int i = 0; i < n; i++)
			store(places[i].p + 1, 100 + i);
		show("child, after its own");
		give_turn(0);
		await_turn(1);
		show("child, in the end");
		end(0);
	}
	for (int i = 0; i < n; i++)
		store(places[i].p, 1 + i);
	give_turn(1);
	await_turn(0);
	show("parent, after the child's stores");
	for (int i = 0; i < n; i++)
		store(places[i].p, 200 + i);
	give_turn(1);
	wait_for(pid);
	show("parent, in the end");
	return 0;
}
