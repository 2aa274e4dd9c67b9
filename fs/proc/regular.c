/* SPDX-License-Identifier: MIT */
/*
 * Regular files and links of /proc: what open, read, write and readlink do with a table entry.
 *
 *   open - read at 0: entry->show writes the whole text into a buffer -
 *   reads: parts of that buffer - close: it is freed
 *
 * Abridges Linux's fs/proc/inode.c and the reading half of fs/seq_file.c. Left out: a text longer
 * than 64 MiB.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <mm.h>
#include <seq_file.h>
#include <slab.h>
#include <task.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/fs.h>
#include "internal.h"

#define TEXT_KMALLOC (1UL << 20) /* a longer text comes from vmalloc */
#define TEXT_MAX     (64UL << 20)

/*
 * The address space of the inode's process with a mm_count reference, NULL if it has none;
 * ERR_PTR(-ESRCH), -EACCES if current may not look into it.
 */
static struct mm_struct *proc_mem_open(const struct inode *inode)
{
	struct task_struct *t = get_proc_task(inode);
	struct mm_struct *mm;

	if (!t)
		return ERR_PTR(-ESRCH);
	mm = get_task_mm(t);
	if (mm) {
		bool allowed = mm == current->mm || ptrace_may_read(t);

		if (allowed)
			mmgrab(mm);
		mmput(mm);
		mm = allowed ? mm : ERR_PTR(-EACCES);
	}
	put_task_struct(t);
	return mm;
}

/* ---- regular files ----------------------------------------------------- */

/* An open file. lock guards the text: a read at 0 makes it anew while others may read it. */
struct proc_file {
	struct mutex lock;
	struct mm_struct *mm; /* for show_mm and rw_mm: as proc_mem_open gives it */
	char *text;	      /* NULL: not made yet */
	size_t size;	      /* bytes */
};

static void *alloc_text(size_t room)
{
	return room > TEXT_KMALLOC ? vmalloc(room) : kmalloc(room, GFP_KERNEL);
}

static void free_text(void *text)
{
	unsigned long addr = (unsigned long)text;

	if (addr >= VMALLOC_START && addr < VMALLOC_END)
		vfree(text);
	else
		kfree(text);
}

/* Once the process has left it, an address space has no text. */
static int show_text(struct seq_file *m, const struct proc_entry *e, struct task_struct *t,
		     struct mm_struct *mm)
{
	int err;

	if (e->text)
		return seq_printf(m, "%s", e->text);
	if (e->show)
		return e->show(m, t);
	if (!mm || !atomic_inc_not_zero(&mm->mm_users))
		return 0;
	err = e->show_mm(m, mm);
	mmput(mm);
	return err;
}

/* lock held. 0 or -errno, and then the old text stays. */
static int make_text(struct proc_file *pf, struct inode *inode, struct task_struct *t)
{
	for (size_t room = PAGE_SIZE; room <= TEXT_MAX; room *= 2) {
		struct seq_file m = {.buf = alloc_text(room),
				     .size = room,
				     .private = PROC_I(inode)};
		int err = m.buf ? show_text(&m, PROC_I(inode)->entry, t, pf->mm) : -ENOMEM;

		if (!err && m.count <= room) {
			free_text(pf->text);
			pf->text = m.buf;
			pf->size = m.count;
			return 0;
		}
		free_text(m.buf);
		if (err)
			return err;
	}
	return -ENOMEM;
}

static ssize_t proc_mm_rw(struct file *f, char __user *buf, size_t n, loff_t *pos, bool write)
{
	struct mm_struct *mm = ((struct proc_file *)f->private_data)->mm;
	ssize_t ret;

	if (!mm || !atomic_inc_not_zero(&mm->mm_users))
		return 0;
	ret = PROC_I(file_inode(f))->entry->rw_mm(mm, buf, n, *pos, write);
	mmput(mm);
	if (ret > 0)
		*pos += ret;
	return ret;
}

static ssize_t proc_reg_read(struct file *f, char __user *buf, size_t n, loff_t *pos)
{
	struct proc_file *pf = f->private_data;
	struct task_struct *t;
	ssize_t ret;

	if (PROC_I(file_inode(f))->entry->rw_mm)
		return proc_mm_rw(f, buf, n, pos, false);
	ret = get_task_for(file_inode(f), &t);
	if (ret)
		return ret;
	mutex_lock(&pf->lock);
	if (!pf->text || *pos == 0)
		ret = make_text(pf, file_inode(f), t);
	if (!ret)
		ret = simple_read_from_buffer(buf, n, pos, pf->text, pf->size);
	mutex_unlock(&pf->lock);
	put_task_struct(t);
	return ret;
}

static ssize_t proc_reg_write(struct file *f, const char __user *buf, size_t n, loff_t *pos)
{
	const struct proc_entry *e = PROC_I(file_inode(f))->entry;
	struct task_struct *t;
	char *text;
	ssize_t ret;

	if (e->rw_mm)
		return proc_mm_rw(f, (char __user *)buf, n, pos, true);
	if (!e->store)
		return PROC_I(file_inode(f))->pid ? -EINVAL : -EIO;
	ret = get_task_for(file_inode(f), &t);
	if (ret)
		return ret;
	n = min(n, PAGE_SIZE - 1);
	text = kzalloc(n + 1);
	if (!text)
		ret = -ENOMEM;
	else
		ret = copy_from_user(text, buf, n) ? -EFAULT : e->store(e, t, text, n);
	kfree(text);
	put_task_struct(t);
	if (ret > 0)
		*pos += ret;
	return ret;
}

/*
 * What may not be read is refused at once; what may be read now stays readable through this file.
 */
static int proc_reg_open(struct inode *inode, struct file *f)
{
	const struct proc_entry *e = PROC_I(inode)->entry;
	struct mm_struct *mm = e->show_mm || e->rw_mm ? proc_mem_open(inode) : NULL;
	struct proc_file *pf;

	if (IS_ERR(mm))
		return PTR_ERR(mm);
	pf = kzalloc(sizeof(*pf));
	if (!pf) {
		if (mm)
			mmdrop(mm);
		return -ENOMEM;
	}
	mutex_init(&pf->lock, LOCK_NONE);
	pf->mm = mm;
	f->private_data = pf;
	return 0;
}

static int proc_reg_release(struct inode *inode __maybe_unused, struct file *f)
{
	struct proc_file *pf = f->private_data;

	if (pf->mm)
		mmdrop(pf->mm);
	free_text(pf->text);
	kfree(pf);
	return 0;
}

/*
 * The end of the file is not known before it is read. In an address space every number is a place.
 */
static loff_t proc_reg_llseek(struct file *f, loff_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (off < 0 && !PROC_I(file_inode(f))->entry->rw_mm)
		return -EINVAL;
	return f->f_pos = off;
}

const struct file_operations proc_reg_fops = {
	.llseek = proc_reg_llseek,
	.read = proc_reg_read,
	.write = proc_reg_write,
	.open = proc_reg_open,
	.release = proc_reg_release,
};

const struct inode_operations proc_reg_iops = {
	.permission = proc_permission,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};

/* ---- symbolic links ---------------------------------------------------- */

static int proc_link_readlink(struct dentry *d, char *buf, int len)
{
	return PROC_I(d->d_inode)->entry->link_text(buf, len);
}

const struct inode_operations proc_text_link_iops = {
	.readlink = proc_link_readlink,
	.getattr = proc_getattr,
};

static int proc_link_get_path(struct dentry *d, struct path *out)
{
	struct task_struct *t = get_proc_task(d->d_inode);
	int err = -ENOENT;

	if (!t)
		return err;
	err = ptrace_may_read(t)
		      ? PROC_I(d->d_inode)->entry->get_path(t, PROC_I(d->d_inode)->key, out)
		      : -EACCES;
	put_task_struct(t);
	return err;
}

const struct inode_operations proc_path_link_iops = {
	.get_path = proc_link_get_path,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};
