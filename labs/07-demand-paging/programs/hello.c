/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/* The least that a program needs: its code, a page of data that it changes, a bss, its stack. */
#include <mini.h>

static int in_data = 7;
static char in_bss[3 * 4096];

int main(long *stack)
{
	in_data++;
	in_bss[5000] = 'x';
	say("hello: %d argument, data %d, bss %d %c\n", (unsigned long)stack[0],
	    (unsigned long)in_data, (unsigned long)in_bss[4999], in_bss[5000]);
	return 0;
}
