/* SPDX-License-Identifier: MIT */
/*
 * modify_ldt(2): a program reads and writes the descriptors of its own segments.
 * Abridges Linux's arch/x86/kernel/ldt.c (the system call) and asm/desc.h (fill_ldt).
 * Not on the road of an exec.
 *
 *   descriptor   63..56     55 54 53 52  51..48       47 46..45 44 43..40  39..16     15..0
 *                base 31-24 G  D  L  AVL limit 19-16  P  DPL    S  type    base 23-0  limit 15-0
 *
 * Whatever a program asks for, it gets a segment of code or data for user mode (S 1, DPL 3) and not
 * of 64-bit code (L 0): never a gate or a segment of the system.
 */
#include <asm/desc.h>
#include <asm/ldt.h>
#include <asm/uaccess.h>
#include <errno.h>
#include <mm.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <task.h>

#define DEFAULT_LDT_SIZE  128UL /* bytes of zeros that function 2 shows */
#define LDT_SIZE	  (LDT_ENTRIES * (unsigned long)LDT_ENTRY_SIZE)
#define CONTENTS_CONFORMS 3 /* code that runs with the permissions of its caller */

#define DESC_ACCESSED BIT(40) /* set already: the processor need not write to the table */
#define DESC_S	      BIT(44)
#define DESC_DPL_USER (3UL << 45)

/* ---- reading ------------------------------------------------------------- */

/* Bytes behind the table are zero. Without a table there is nothing to read. */
static int read_ldt(void __user *ptr, unsigned long n)
{
	struct mm_struct *mm = current->mm;
	struct ldt_struct *ldt = NULL;
	unsigned long size;
	bool exists;

	mmap_read_lock(mm);
	exists = mm->context.ldt;
	if (exists)
		ldt = ldt_copy(mm->context.ldt);
	mmap_read_unlock(mm);
	if (!exists)
		return 0;
	if (!ldt)
		return -ENOMEM;
	n = min(n, LDT_SIZE);
	size = min(n, (unsigned long)ldt->nr_entries * LDT_ENTRY_SIZE);
	if (copy_to_user(ptr, ldt->entries, size) ||
	    clear_user((char __user *)ptr + size, n - size))
		n = -EFAULT;
	vfree(ldt);
	return n;
}

static int read_default_ldt(void __user *ptr, unsigned long n)
{
	n = min(n, DEFAULT_LDT_SIZE);
	return clear_user(ptr, n) ? -EFAULT : (int)n;
}

/* ---- writing ------------------------------------------------------------- */

/* LDT_empty of Linux: such an entry clears the descriptor. lm is ignored: 32-bit code lacks it. */
static bool is_empty(const struct user_desc *d)
{
	return !d->base_addr && !d->limit && !d->contents && d->read_exec_only && !d->seg_32bit &&
	       !d->limit_in_pages && d->seg_not_present && !d->useable;
}

static u64 descriptor(const struct user_desc *d)
{
	u64 base = d->base_addr, limit = d->limit;
	u64 type = d->contents << 2 | !d->read_exec_only << 1;

	return (limit & 0xffff) | (base & 0xffffff) << 16 | type << 40 | DESC_ACCESSED | DESC_S |
	       DESC_DPL_USER | (u64)!d->seg_not_present << 47 | (limit >> 16 & 0xf) << 48 |
	       (u64)d->useable << 52 | (u64)d->seg_32bit << 54 | (u64)d->limit_in_pages << 55 |
	       (base >> 24) << 56;
}

/*
 * @old_mode: function 1, of the time before the fields contents and useable. *desc 0 clears the
 * entry. 0 or -EINVAL.
 */
static int make_descriptor(const struct user_desc *d, bool old_mode, u64 *desc)
{
	*desc = 0;
	if (d->entry_number >= LDT_ENTRIES)
		return -EINVAL;
	if (d->contents == CONTENTS_CONFORMS && (old_mode || !d->seg_not_present))
		return -EINVAL;
	if ((old_mode && !d->base_addr && !d->limit) || is_empty(d))
		return 0;
	if (!d->seg_32bit)
		return -EINVAL;
	*desc = descriptor(d);
	if (old_mode)
		*desc &= ~BIT(52);
	return 0;
}

static int write_ldt(const void __user *ptr, unsigned long n, bool old_mode)
{
	struct mm_struct *mm = current->mm;
	struct user_desc d;
	u64 desc;
	int err;

	if (n != sizeof(d))
		return -EINVAL;
	if (copy_from_user(&d, ptr, sizeof(d)))
		return -EFAULT;
	err = make_descriptor(&d, old_mode, &desc);
	if (err)
		return err;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = ldt_set_entry(mm, d.entry_number, desc);
	mmap_write_unlock(mm);
	return err;
}

/* Linux's call returns an int: an errno comes as a positive number. */
long sys_modify_ldt(int func, void __user *ptr, unsigned long n)
{
	int ret = -ENOSYS;

	if (func == 0)
		ret = read_ldt(ptr, n);
	else if (func == 1 || func == 0x11)
		ret = write_ldt(ptr, n, func == 1);
	else if (func == 2)
		ret = read_default_ldt(ptr, n);
	return (unsigned int)ret;
}
