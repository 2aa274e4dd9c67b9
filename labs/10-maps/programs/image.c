/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * AT_SYSINFO_EHDR: one ELF image of two different pages, whose functions work and tell what system
 * calls tell.
 */
#include "vmas.h"
#include "vdso.h"
#include <linux/time.h>

static int bad;

static void check(const char *what, int holds)
{
	if (!holds) {
		say("does not hold: %s\n", what);
		bad = 1;
	}
}

/* The VMA that @addr is in; its line in /proc/self/maps must end with @name. */
static int lies_in(unsigned long addr, const char *name)
{
	for (const char *p = read_text("/proc/self/maps"); *p; p++) {
		unsigned long start = hex(&p), end = (p++, hex(&p));

		if (addr >= start && addr < end)
			return line_ends_with(p, name);
		while (*p != '\n')
			p++;
	}
	return 0;
}

int main(long *stack)
{
	static const char *const names[] = {
		"__vdso_clock_gettime", "__vdso_gettimeofday", "__vdso_time",
		"__vdso_clock_getres",	"__vdso_getcpu",
	};
	unsigned long base = aux_value(stack, AT_SYSINFO_EHDR), differ = 0;
	const Elf64_Ehdr *eh = (const void *)base;
	const Elf64_Phdr *ph;
	struct timespec a = {0}, b = {0};
	int loads = 0;
	long (*clock)(long, struct timespec *);

	check("AT_SYSINFO_EHDR is there", base != 0);
	if (!base)
		return 1;
	check("it lies in [vdso]", lies_in(base, "[vdso]"));
	check("what lies below it is [vvar]",
	      lies_in(base - PAGE, "[vvar]") && lies_in(base - 4 * PAGE, "[vvar]"));
	check("it begins with the ELF magic", eh->e_ident[0] == 0x7f && eh->e_ident[1] == 'E');
	check("it is of type ET_DYN", eh->e_type == ET_DYN);
	if (bad)
		return 1;
	ph = (const void *)(base + eh->e_phoff);
	for (int i = 0; i < eh->e_phnum; i++)
		loads += ph[i].p_type == PT_LOAD && ph[i].p_offset == 0 && ph[i].p_vaddr == 0;
	check("it has one PT_LOAD, at 0", loads == 1);
	for (unsigned long i = 0; i < PAGE; i++)
		differ += ((const char *)base)[i] != ((const char *)base)[PAGE + i];
	check("its two pages differ", differ > 100);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *f = vdso_find(base, names[i]);

		check(names[i], f && lies_in((unsigned long)f, "[vdso]"));
	}
	if (bad)
		return 1;
	clock = vdso_find(base, names[0]);
	check("clock_gettime(CLOCK_MONOTONIC) returns 0", clock(1, &a) == 0);
	syscall2(__NR_clock_gettime, 1, &b);
	check("its time is not later than the system call's after it",
	      a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec <= b.tv_nsec));
	check("and less than two seconds before", b.tv_sec - a.tv_sec < 2);
	check("an unknown clock is EINVAL", clock(99, &a) == -EINVAL);
	return bad;
}
