/* SPDX-License-Identifier: MIT */
/*
 * The local descriptor table (LDT): segments that a program has made with modify_ldt(2), for 32-bit
 * code and for data that begins at an address of its own. An address space has one, which a fork
 * copies and an exec leaves behind.
 *
 * Abridges Linux's arch/x86/kernel/ldt.c. Left out: 16-bit segments, as in Debian's Linux.
 * Not on the road of an exec.
 *
 *   selector  index << 3 | 4 (LDT) | 3 ──> mm->context.ldt->entries[index]
 *
 *   LDTR ──> GDT entry 0x50 ──> the entries of the address space that runs
 */
#include <asm/current.h>
#include <asm/desc.h>
#include <asm/ldt.h>
#include <asm/msr.h>
#include <asm/page.h>
#include <asm/segment.h>
#include <errno.h>
#include <mm_types.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <task.h>

const struct ldt_struct *loaded_ldt; /* NULL: none */

static size_t ldt_size(unsigned int entries)
{
	return PAGE_ALIGN(sizeof(struct ldt_struct) + entries * LDT_ENTRY_SIZE);
}

/* A table with room for at least @entries, all zero. */
static struct ldt_struct *alloc_ldt(unsigned int entries)
{
	size_t size = ldt_size(entries);
	struct ldt_struct *ldt = vmalloc(size);

	if (!ldt)
		return NULL;
	memset(ldt, 0, size);
	ldt->nr_entries = min((size - sizeof(*ldt)) / LDT_ENTRY_SIZE, (size_t)LDT_ENTRIES);
	return ldt;
}

static void copy_entries(struct ldt_struct *to, const struct ldt_struct *from)
{
	memcpy(to->entries, from->entries, from->nr_entries * LDT_ENTRY_SIZE);
}

struct ldt_struct *ldt_copy(const struct ldt_struct *ldt)
{
	struct ldt_struct *copy = alloc_ldt(ldt->nr_entries);

	if (copy)
		copy_entries(copy, ldt);
	return copy;
}

int ldt_dup_context(struct mm_struct *mm, const struct mm_struct *old)
{
	if (!old->context.ldt)
		return 0;
	mm->context.ldt = ldt_copy(old->context.ldt);
	return mm->context.ldt ? 0 : -ENOMEM;
}

/* The last task in @mm has left it, so the processor does not use the table. */
void destroy_context_ldt(struct mm_struct *mm)
{
	BUG_ON(mm->context.ldt == loaded_ldt);
	vfree(mm->context.ldt);
}

void load_mm_ldt(const struct mm_struct *mm)
{
	loaded_ldt = mm ? mm->context.ldt : NULL;
	if (loaded_ldt)
		set_ldt(loaded_ldt->entries, loaded_ldt->nr_entries);
	else
		set_ldt(NULL, 0);
}

/* The processor keeps copies of descriptors. As in Linux, FS and GS keep what they have. */
static void reload_segments(void)
{
	unsigned short ds = read_ds(), es = read_es();

	if (ds & SEGMENT_LDT)
		load_ds(ds);
	if (es & SEGMENT_LDT)
		load_es(es);
}

static int extend_ldt(struct mm_struct *mm, unsigned int entries)
{
	struct ldt_struct *old = mm->context.ldt, *ldt = alloc_ldt(entries);

	if (!ldt)
		return -ENOMEM;
	if (old)
		copy_entries(ldt, old);
	mm->context.ldt = ldt;
	load_mm_ldt(mm);
	vfree(old);
	return 0;
}

int ldt_set_entry(struct mm_struct *mm, unsigned int n, u64 desc)
{
	if (!mm->context.ldt || n >= mm->context.ldt->nr_entries) {
		int err = extend_ldt(mm, n + 1);

		if (err)
			return err;
	}
	mm->context.ldt->entries[n] = desc;
	reload_segments();
	return 0;
}

unsigned long user_segment_base(unsigned short selector)
{
	const struct ldt_struct *ldt = current->mm->context.ldt;
	unsigned int n = selector >> 3;
	u64 desc;

	if (!(selector & SEGMENT_LDT) || !ldt || n >= ldt->nr_entries)
		return 0;
	desc = ldt->entries[n];
	return (desc >> 16 & 0xffffff) | (desc >> 56) << 24;
}

/*
 * Loading GS changes the kernel's own base, which is in use: it is set again at once. If the load
 * faults, the base has not changed yet.
 */
void load_gs_index(unsigned short selector)
{
	unsigned long base = (unsigned long)this_cpu();

	__asm__ volatile(LOAD_SEGMENT("gs") "\n\twrmsr"
			 : "+r"(selector)
			 : "c"(MSR_GS_BASE), "a"((u32)base), "d"((u32)(base >> 32))
			 : "memory");
}
