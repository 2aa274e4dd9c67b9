/* SPDX-License-Identifier: MIT */
/*
 * A program of many runs: executes itself, asks each run where its things are,
 * and looks at the numbers. It is position-independent and its own interpreter,
 * so that a run has all: the program at AT_PHDR, an interpreter at AT_BASE.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include "vmas.h"
#include <linux/personality.h>

#define RUNS		100
#define TASK_SIZE	0x7ffffffff000UL
#define ELF_ET_DYN_BASE 0x555555554000UL /* without its part of a page */
#define BRK_PAGES	((1UL << 30) / PAGE)

enum kind { SP, STACK, MMAP, BRK, PROGRAM, VDSO, PROBLEMS, KINDS };

static unsigned long runs[RUNS][KINDS];
static const char *self;
static int bad;

/* VMAs that overlap, are not in order, lie too low or hold nothing. */
static unsigned long look_at_maps(unsigned long sp, unsigned long *stack_end)
{
	unsigned long last = 65536, start, end, problems = 0;

	for (const char *p = read_text("/proc/self/maps"); *p; p++) {
		start = hex(&p);
		p++;
		end = hex(&p);
		if (line_ends_with(p, "[vsyscall]"))
			break;
		problems += start < last || end <= start || end > TASK_SIZE;
		last = end;
		if (line_ends_with(p, "[stack]")) {
			*stack_end = end;
			problems += sp < start || sp >= end;
		}
		while (*p != '\n')
			p++;
	}
	return problems;
}

/* The numbers of this very run. The break was never moved: it is where the heap begins. */
static void look(long *stack, unsigned long *numbers)
{
	unsigned long sp = (unsigned long)stack;

	numbers[SP] = sp;
	numbers[STACK] = 0;
	numbers[MMAP] = aux_value(stack, AT_BASE);
	numbers[BRK] = syscall1(__NR_brk, 0);
	numbers[PROGRAM] = aux_value(stack, AT_PHDR) & -PAGE;
	numbers[VDSO] = aux_value(stack, AT_SYSINFO_EHDR);
	numbers[PROBLEMS] = look_at_maps(sp, &numbers[STACK]) + (sp & 15 ? 1 : 0);
}

/* The answer of one more run. @fixed: it asks for no randomisation. */
static int one_run(unsigned long *numbers, int fixed)
{
	const char *argv[] = {self, "look", NULL};
	int fds[2], status = -1;
	long pid, n;

	syscall1(__NR_pipe, fds);
	pid = syscall0(__NR_fork);
	if (pid == 0) {
		syscall2(__NR_dup2, fds[1], 1);
		if (fixed)
			syscall1(__NR_personality, ADDR_NO_RANDOMIZE);
		syscall3(__NR_execve, self, argv, argv + 2);
		syscall1(__NR_exit_group, 127);
	}
	syscall1(__NR_close, fds[1]);
	n = syscall3(__NR_read, fds[0], numbers, sizeof(runs[0]));
	syscall1(__NR_close, fds[0]);
	syscall4(__NR_wait4, pid, &status, 0, NULL);
	if (n == sizeof(runs[0]) && !status)
		return 1;
	say("a run ended with status %d\n", (unsigned long)status);
	bad = 1;
	return 0;
}

/* True in a run that was only asked: it has answered. */
static int answered(long *stack)
{
	unsigned long numbers[KINDS];

	self = (const char *)stack[1];
	if (stack[0] < 2 || !str_eq((const char *)stack[2], "look"))
		return 0;
	look(stack, numbers);
	syscall3(__NR_write, 1, numbers, sizeof(numbers));
	return 1;
}

#endif
