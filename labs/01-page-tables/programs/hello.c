/*
 * flags: -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/* The first sign of life: a program of two pages. */
#include <mini.h>

static char zeros[3 * 4096];

int main(long *stack)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; i < sizeof(zeros); i++)
		sum += zeros[i];
	say("hello from user space, argc %d, sum of zeros %d\n", (unsigned long)stack[0], sum);
	return 7;
}
