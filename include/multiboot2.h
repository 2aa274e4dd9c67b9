/* SPDX-License-Identifier: MIT */
/* What Exon reads of the Multiboot2 information (specification 2.0, 3.6). Tags: 8-byte aligned. */
#ifndef MULTIBOOT2_H
#define MULTIBOOT2_H

#include <types.h>

#define MULTIBOOT2_BOOTLOADER_MAGIC 0x36d76289
#define MULTIBOOT2_MEMORY_AVAILABLE 1

enum {
	MULTIBOOT2_TAG_END = 0,
	MULTIBOOT2_TAG_CMDLINE = 1,
	MULTIBOOT2_TAG_MODULE = 3,
	MULTIBOOT2_TAG_MMAP = 6,
	MULTIBOOT2_TAG_ACPI_OLD = 14,
	MULTIBOOT2_TAG_ACPI_NEW = 15,
};

struct multiboot2_info {
	u32 total_size, reserved;
};

struct multiboot2_tag {
	u32 type, size; /* size: without the padding */
};

struct multiboot2_tag_string {
	struct multiboot2_tag tag;
	char string[];
};

struct multiboot2_tag_module {
	struct multiboot2_tag tag;
	u32 mod_start, mod_end; /* physical, end exclusive */
	char cmdline[];
};

struct multiboot2_mmap_entry {
	u64 addr, len;
	u32 type, zero;
};

struct multiboot2_tag_mmap {
	struct multiboot2_tag tag;
	u32 entry_size, entry_version;
	char entries[];
};

#endif
