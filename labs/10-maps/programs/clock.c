/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Reading the clock in the vdso is cheaper than a system call: the image finds the kernel's data in
 * [vvar].
 */
#include "vmas.h"
#include "vdso.h"
#include <linux/time.h>

static unsigned long cycles(long (*clock)(long, struct timespec *))
{
	unsigned long least = -1UL;
	struct timespec ts;

	for (int round = 0; round < 20; round++) {
		unsigned long t = __builtin_ia32_rdtsc();

		for (int i = 0; i < 200; i++) {
			if (clock)
				clock(1, &ts);
			else
				syscall2(__NR_clock_gettime, 1, &ts);
		}
		t = __builtin_ia32_rdtsc() - t;
		least = t < least ? t : least;
	}
	return least;
}

int main(long *stack)
{
	long (*clock)(long, struct timespec *) =
		vdso_find(aux_value(stack, AT_SYSINFO_EHDR), "__vdso_clock_gettime");
	struct timespec last = {0}, now;
	unsigned long fast, slow;

	if (!clock) {
		put("the image has no __vdso_clock_gettime\n");
		return 1;
	}
	for (int i = 0; i < 1000; i++) {
		clock(1, &now);
		if (now.tv_sec < last.tv_sec ||
		    (now.tv_sec == last.tv_sec && now.tv_nsec < last.tv_nsec)) {
			say("the clock went back after %d readings\n", (unsigned long)i);
			return 1;
		}
		last = now;
	}
	fast = cycles(clock);
	slow = cycles(NULL);
	say("200 readings: %d cycles by the vdso, %d by system calls\n", fast, slow);
	return fast >= slow;
}
