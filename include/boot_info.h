/* SPDX-License-Identifier: MIT */
/* What the boot loader passes on, by multiboot2 or by PVH: arch/x86/setup.c. */
#ifndef BOOT_INFO_H
#define BOOT_INFO_H

#include <types.h>

#define BOOT_MAX_RANGES	 128
#define BOOT_CMDLINE_MAX 2048

struct mem_range {
	phys_addr_t start, end; /* bytes, end exclusive */
};

struct boot_info {
	char cmdline[BOOT_CMDLINE_MAX];
	/* usable RAM: sorted, whole pages */
	struct mem_range ram[BOOT_MAX_RANGES];
	unsigned int nr_ram;
	struct mem_range kernel; /* image with bss, physical */
	struct mem_range initrd; /* start == end: none */
	phys_addr_t acpi_rsdp;	 /* 0: unknown */
	const char *loader;	 /* "multiboot2" or "PVH" */
};

extern struct boot_info boot_info;
extern u64 boot_tsc; /* the time-stamp counter when the kernel began: boot.asm */
/* Fills boot_info. Runs on the boot page tables, which map the first 4 GiB. */
void setup_arch(u32 magic, phys_addr_t info);

#endif
