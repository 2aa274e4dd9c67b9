/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* Where a small program finds itself when nothing is random. */
#include "vmas.h"

int main(long *stack)
{
	say("argc %d at %x\n", stack[0], (unsigned long)stack);
	say("AT_SYSINFO_EHDR %x\n", aux_value(stack, AT_SYSINFO_EHDR));
	say("AT_PLATFORM %x\n", aux_value(stack, AT_PLATFORM));
	say("AT_RANDOM %x\n", aux_value(stack, AT_RANDOM));
	say("break %x\n", syscall1(__NR_brk, 0));
	say("a page of mmap %x\n", anon(0, PAGE, PROT_READ));
	return 0;
}
