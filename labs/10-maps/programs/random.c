/*
 * flags: -Os -nostdlib -ffreestanding -fpie -pie -fno-stack-protector -fcf-protection=none
 * -fvisibility=hidden -Wl,--build-id=none -Wl,--dynamic-linker=/t/random
 */
/* SPDX-License-Identifier: MIT */
/*
 * random KIND: a hundred runs; are the addresses of KIND as random as they
 * should be, and in their range? Bounds are such that a right kernel fails
 * less than once in 10^5 machines.
 */
#include "random.h"

static unsigned long values[RUNS];

static void take(enum kind a, enum kind less)
{
	for (int i = 0; i < RUNS; i++)
		values[i] = runs[i][a] - (less == KINDS ? 0 : runs[i][less]);
}

/* Bits that are not equal in all values. */
static unsigned long varying(void)
{
	unsigned long mask = 0;

	for (int i = 0; i < RUNS; i++)
		mask |= values[i] ^ values[0];
	return mask;
}

/* Bits @low .. @high - 1 vary, each about as often 1 as 0; below @low none does. */
static void bits(const char *what, int low, int high)
{
	unsigned long mask = varying();

	say("%s: bits that vary %x\n", what, mask);
	if (mask & ((1UL << low) - 1)) {
		say("  wrong: bits below %d vary\n", (unsigned long)low);
		bad = 1;
	}
	for (int bit = low; bit < high; bit++) {
		int ones = 0;

		for (int i = 0; i < RUNS; i++)
			ones += values[i] >> bit & 1;
		if (ones < RUNS / 2 - 26 || ones > RUNS / 2 + 26) {
			say("  wrong: bit %d is 1 in %d of %d runs\n", (unsigned long)bit,
			    (unsigned long)ones, (unsigned long)RUNS);
			bad = 1;
		}
	}
}

/* All values are in [low, high]; @whole: and come near both ends. */
static void range(const char *what, unsigned long low, unsigned long high, int whole)
{
	unsigned long least = -1UL, most = 0, near = (high - low) / RUNS * 12;

	for (int i = 0; i < RUNS; i++) {
		least = values[i] < least ? values[i] : least;
		most = values[i] > most ? values[i] : most;
	}
	say("%s: from %x to %x; may be from %x to %x\n", what, least, most, low, high);
	if (least < low || most > high) {
		put("  wrong: out of range\n");
		bad = 1;
	} else if (whole && (least > low + near || most < high - near)) {
		put("  wrong: only part of the range is used\n");
		bad = 1;
	}
}

/* Two kinds come from two random numbers, not from one. */
static void independent(const char *what, enum kind a, enum kind b)
{
	int same[2] = {0, 0};

	for (int i = 1; i < RUNS; i++) {
		unsigned long da = (runs[i][a] - runs[0][a]) / PAGE & 0xfff,
			      db = (runs[i][b] - runs[0][b]) / PAGE & 0xfff;

		same[0] += da == db;
		same[1] += ((da + db) & 0xfff) == 0;
	}
	if (same[0] > 5 || same[1] > 5) {
		say("%s\n  wrong: they move together in %d of %d runs\n", what,
		    (unsigned long)(same[0] + same[1]), (unsigned long)RUNS);
		bad = 1;
	}
}

static void stack_kind(void)
{
	unsigned long least = -1UL;

	take(STACK, KINDS);
	bits("end of [stack]", 12, 34);
	range("end of [stack]", TASK_SIZE - (0x3fffff + 2) * PAGE, TASK_SIZE, 1);
	take(SP, KINDS);
	bits("stack pointer", 4, 12);
	take(STACK, SP);
	for (int i = 0; i < RUNS; i++)
		least = values[i] < least ? values[i] : least;
	for (int i = 0; i < RUNS; i++)
		values[i] -= least;
	range("distance of the stack pointer from the end of [stack], above the least", 0, 2 * PAGE,
	      1);
	take(VDSO, STACK);
	range("[vdso], above the end of [stack]", 0, 2UL << 20, 0);
}

static void mmap_kind(void)
{
	take(MMAP, KINDS);
	bits("interpreter", 12, 39);
	for (int i = 0; i < RUNS; i++)
		values[i] = TASK_SIZE - values[i];
	range("interpreter, below the end of user space", PAGE << 22,
	      (PAGE << 22) + (PAGE << 28) + 20000 * PAGE, 1);
	take(PROGRAM, KINDS);
	bits("program", 12, 39);
	range("program", ELF_ET_DYN_BASE, ELF_ET_DYN_BASE + (PAGE << 28), 1);
	independent("program and interpreter", PROGRAM, MMAP);
	independent("stack and interpreter", STACK, MMAP);
}

static void brk_kind(void)
{
	take(BRK, PROGRAM);
	bits("heap's start, above the program", 12, 29);
	range("heap's start, above the program", 0, (BRK_PAGES + 16) * PAGE, 1);
	independent("program and heap", PROGRAM, BRK);
}

int main(long *stack)
{
	if (answered(stack))
		return 0;
	for (int i = 0; i < RUNS && !bad; i++) {
		if (!one_run(runs[i], 0))
			return 1;
		if (runs[i][PROBLEMS]) {
			say("run %d: %d VMAs overlap, lie too low, or too high; "
			    "or rsp is not on 16 bytes in [stack]\n",
			    (unsigned long)i, runs[i][PROBLEMS]);
			bad = 1;
		}
	}
	switch (stack[0] > 1 ? *(const char *)stack[2] : 0) {
	case 's':
		stack_kind();
		break;
	case 'm':
		mmap_kind();
		break;
	default:
		brk_kind();
	}
	return bad;
}
