/* SPDX-License-Identifier: MIT */
/*
 * Reads the information of the boot loader, multiboot2 or PVH, into boot_info.
 *
 *   multiboot2: tags  cmdline | mmap | module | RSDP         \
 *   PVH: start_info   cmdline, memmap[], modlist[], RSDP      > boot_info: RAM sorted, disjoint,
 *                                                            /  whole pages
 * Abridges Linux's arch/x86/kernel/setup.c, e820.c and platform/pvh/enlighten.c. Left out: ACPI
 * tables. Not on the road of an exec.
 */
#include <boot_info.h>
#include <multiboot2.h>
#include <printk.h>
#include <pvh.h>
#include <string.h>
#include <asm/page.h>
#include <asm/sections.h>

struct boot_info boot_info;
static char rsdp[36];

/* ---- RAM ranges: sorted, no two touch --------------------------------- */

static void delete_range(unsigned int i)
{
	struct boot_info *bi = &boot_info;

	bi->nr_ram--;
	memmove(&bi->ram[i], &bi->ram[i + 1], (bi->nr_ram - i) * sizeof(bi->ram[0]));
}

static void insert_range(unsigned int i, phys_addr_t start, phys_addr_t end)
{
	struct boot_info *bi = &boot_info;

	if (bi->nr_ram == BOOT_MAX_RANGES)
		return; /* that memory stays unused */
	memmove(&bi->ram[i + 1], &bi->ram[i], (bi->nr_ram - i) * sizeof(bi->ram[0]));
	bi->ram[i] = (struct mem_range){start, end};
	bi->nr_ram++;
}

static void add_ram(u64 start, u64 size)
{
	struct boot_info *bi = &boot_info;
	phys_addr_t end = start + size < start ? ~0UL : start + size;
	unsigned int i = 0;

	if (start >= end)
		return;
	while (i < bi->nr_ram && bi->ram[i].end < start)
		i++;
	while (i < bi->nr_ram && bi->ram[i].start <= end) { /* joins all ranges that it touches */
		start = min(start, bi->ram[i].start);
		end = max(end, bi->ram[i].end);
		delete_range(i);
	}
	insert_range(i, start, end);
}

/* Memory that a loader's table has both as RAM and as reserved is not used. */
static void remove_ram(u64 start, u64 size)
{
	struct boot_info *bi = &boot_info;
	phys_addr_t end = start + size < start ? ~0UL : start + size;
	unsigned int i = 0;

	while (i < bi->nr_ram) {
		struct mem_range r = bi->ram[i];

		if (r.end <= start || r.start >= end) {
			i++;
			continue;
		}
		delete_range(i);
		if (end < r.end)
			insert_range(i, end, r.end);
		if (r.start < start)
			insert_range(i++, r.start, start);
	}
}

/* Whole pages only. */
static void align_ram(void)
{
	struct boot_info *bi = &boot_info;
	unsigned int i = 0;

	while (i < bi->nr_ram) {
		struct mem_range *r = &bi->ram[i];

		r->start = PAGE_ALIGN(r->start);
		r->end = PAGE_ALIGN_DOWN(r->end);
		if (r->start >= r->end) {
			delete_range(i);
			continue;
		}
		i++;
	}
}

/* ---- multiboot2 -------------------------------------------------------- */

static void multiboot2_mmap(const struct multiboot2_tag_mmap *t, bool ram)
{
	const char *p = t->entries, *end = (const char *)t + t->tag.size;

	if (t->entry_size < sizeof(struct multiboot2_mmap_entry))
		return;
	for (; p + t->entry_size <= end; p += t->entry_size) {
		const struct multiboot2_mmap_entry *e = (const void *)p;

		if (ram && e->type == MULTIBOOT2_MEMORY_AVAILABLE)
			add_ram(e->addr, e->len);
		else if (!ram && e->type != MULTIBOOT2_MEMORY_AVAILABLE)
			remove_ram(e->addr, e->len);
	}
}

static void multiboot2_tag(const struct multiboot2_tag *tag)
{
	struct boot_info *bi = &boot_info;
	const struct multiboot2_tag_module *mod = (const void *)tag;

	switch (tag->type) {
	case MULTIBOOT2_TAG_CMDLINE:
		strscpy(bi->cmdline, ((const struct multiboot2_tag_string *)tag)->string,
			sizeof(bi->cmdline));
		break;
	case MULTIBOOT2_TAG_MODULE: /* the first one is the initramfs */
		if (bi->initrd.start == bi->initrd.end)
			bi->initrd = (struct mem_range){mod->mod_start, mod->mod_end};
		break;
	case MULTIBOOT2_TAG_MMAP:
		multiboot2_mmap((const void *)tag, true);
		multiboot2_mmap((const void *)tag, false);
		break;
	case MULTIBOOT2_TAG_ACPI_OLD:
	case MULTIBOOT2_TAG_ACPI_NEW: /* a copy: the memory of the tag is reused */
		memcpy(rsdp, tag + 1, min_t(size_t, tag->size - sizeof(*tag), sizeof(rsdp)));
		bi->acpi_rsdp = virt_to_phys(rsdp);
		break;
	}
}

static void read_multiboot2(phys_addr_t info)
{
	const struct multiboot2_info *mbi = phys_to_virt(info);
	const char *p = (const char *)(mbi + 1), *end = (const char *)mbi + mbi->total_size;

	boot_info.loader = "multiboot2";
	while (p + sizeof(struct multiboot2_tag) <= end) {
		const struct multiboot2_tag *tag = (const void *)p;

		if (tag->type == MULTIBOOT2_TAG_END || tag->size < sizeof(*tag))
			break;
		multiboot2_tag(tag);
		p += ALIGN(tag->size, 8);
	}
}

/* ---- PVH ---------------------------------------------------------------- */

static void read_pvh(phys_addr_t info)
{
	const struct hvm_start_info *si = phys_to_virt(info);
	const struct hvm_memmap_table_entry *e;
	const struct hvm_modlist_entry *mod;
	u32 i;

	boot_info.loader = "PVH";
	if (si->magic != HVM_START_MAGIC || si->version < 1)
		panic("the PVH start information has version %u; the memory map needs version 1",
		      si->version);
	e = phys_to_virt(si->memmap_paddr);
	for (i = 0; i < si->memmap_entries; i++)
		if (e[i].type == HVM_MEMMAP_TYPE_RAM)
			add_ram(e[i].addr, e[i].size);
	for (i = 0; i < si->memmap_entries; i++)
		if (e[i].type != HVM_MEMMAP_TYPE_RAM)
			remove_ram(e[i].addr, e[i].size);
	if (si->nr_modules) {
		mod = phys_to_virt(si->modlist_paddr);
		boot_info.initrd = (struct mem_range){mod->paddr, mod->paddr + mod->size};
	}
	if (si->cmdline_paddr)
		strscpy(boot_info.cmdline, phys_to_virt(si->cmdline_paddr),
			sizeof(boot_info.cmdline));
	boot_info.acpi_rsdp = si->rsdp_paddr;
}

void setup_arch(u32 magic, phys_addr_t info)
{
	if (magic == MULTIBOOT2_BOOTLOADER_MAGIC)
		read_multiboot2(info);
	else if (magic == HVM_START_MAGIC)
		read_pvh(info);
	else
		panic("not started by a multiboot2 or PVH loader (magic %#x)", magic);
	remove_ram(0, PAGE_SIZE); /* BIOS data; and no frame may have address 0 */
	align_ram();
	boot_info.kernel = (struct mem_range){virt_to_phys(_text), virt_to_phys(_end)};
}
