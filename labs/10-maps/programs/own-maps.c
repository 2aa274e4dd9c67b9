/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* Its own /proc/self/maps, at start and after a few mmaps without a file. */
#include "vmas.h"

int main(long *stack __attribute__((unused)))
{
	unsigned long p;

	show_maps("at the start");
	anon(0x10000, PAGE, PROT_READ);
	anon(0x12000, 3 * PAGE, PROT_READ | PROT_WRITE);
	anon(0x100000000, PAGE, PROT_READ | PROT_EXEC);
	anon(0x10000000000, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	anon(0x30000000, PAGE, PROT_NONE);
	anon(0x40000000, PAGE, PROT_WRITE);
	anon(0x50000000, PAGE, PROT_EXEC);
	show_maps("anonymous VMAs, addresses of 8 digits and more, all permissions");
	p = anon(0x60000000, 4 * PAGE, PROT_READ);
	syscall5(__NR_mremap, p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, 0x70000000);
	show_maps("a VMA that was moved");
	return 0;
}
