/*
 * flags: -Os -nostdlib -ffreestanding -fpie -pie -fno-stack-protector -fcf-protection=none
 * -fvisibility=hidden -Wl,--build-id=none -Wl,--dynamic-linker=/t/fixed
 */
/* SPDX-License-Identifier: MIT */
/*
 * What is not random: nothing for a process that asks so, nothing with
 * randomize_va_space 0; the way from a program to its heap with 1.
 */
#include "random.h"

#define FEW 8

static void set(const char *value)
{
	long fd = syscall2(__NR_open, "/proc/sys/kernel/randomize_va_space", O_WRONLY);

	if (fd < 0 || syscall3(__NR_write, fd, value, 1) != 1)
		put("cannot set randomize_va_space\n");
	syscall1(__NR_close, fd);
}

static void show(const char *name, enum kind a, enum kind less, int number)
{
	int equal = 1;

	for (int i = 0; i < FEW; i++)
		equal &= runs[i][a] - (less == KINDS ? 0 : runs[i][less]) ==
			 runs[0][a] - (less == KINDS ? 0 : runs[0][less]);
	say("%s: %s", name, equal ? "always the same" : "random");
	if (equal && number)
		say(", %x", runs[0][a] - (less == KINDS ? 0 : runs[0][less]));
	put("\n");
}

static void look_at_runs(const char *title, int fixed)
{
	unsigned long problems = 0;

	say("== %s\n", title);
	for (int i = 0; i < FEW; i++) {
		one_run(runs[i], fixed);
		problems += runs[i][PROBLEMS];
	}
	show("stack pointer", SP, KINDS, 1);
	show("end of [stack]", STACK, KINDS, 1);
	show("interpreter", MMAP, KINDS, 1);
	show("program", PROGRAM, KINDS, 1);
	show("heap's start", BRK, KINDS, 1);
	show("heap's start, from the program", BRK, PROGRAM, 1);
	show("[vdso]", VDSO, KINDS, 1);
	if (problems)
		put("VMAs overlap, or lie too low\n");
}

int main(long *stack)
{
	if (answered(stack))
		return 0;
	look_at_runs("ADDR_NO_RANDOMIZE", 1);
	set("0");
	look_at_runs("randomize_va_space 0", 0);
	look_at_runs("randomize_va_space 0 and ADDR_NO_RANDOMIZE", 1);
	set("1");
	look_at_runs("randomize_va_space 1", 0);
	look_at_runs("randomize_va_space 1 and ADDR_NO_RANDOMIZE", 1);
	set("2");
	look_at_runs("randomize_va_space 2", 0);
	return bad;
}
