/* SPDX-License-Identifier: MIT */
/*
 * Regular files and links of /proc: what open, read, write and readlink do with a table entry.
 *
 * A text is one record, written by entry->show, or many (entry->seq): seq_file.c reads them.
 * Abridges Linux's fs/proc/inode.c.
 * Not on the road of an exec.
 */
#include <fs.h>
#include <mm.h>
#include <poll.h>
#include <seq_file.h>
#include <slab.h>
#include <task.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/magic.h>
#include <linux/fs.h>
#include "internal.h"

/*
 * Returns the address space of the inode's process with an mm_count reference, NULL if it has
 * none; ERR_PTR(-EACCES) if current may not look into it, or ERR_PTR(-ESRCH).
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

/* ---- the text of a file without seq: one record ------------------------- */

static void *single_start(struct seq_file *m, loff_t *pos) { return *pos ? NULL : m; }

static void *single_next(struct seq_file *m __maybe_unused, void *v __maybe_unused, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void single_stop(struct seq_file *m __maybe_unused, void *v __maybe_unused) {}

/* An address space that its process has left has no text. */
static int single_show(struct seq_file *m, void *v __maybe_unused)
{
	struct proc_file *pf = container_of(m, struct proc_file, seq);
	const struct proc_entry *e = ((struct proc_inode *)m->private)->entry;
	int err;

	if (e->text)
		return seq_printf(m, "%s", e->text);
	if (e->show)
		return e->show(m, pf->task);
	if (!pf->mm || !refcount_inc_not_zero(&pf->mm->mm_users))
		return 0;
	err = e->show_mm(m, pf->mm);
	mmput(pf->mm);
	return err;
}

static const struct seq_operations single_ops = {
	.start = single_start,
	.next = single_next,
	.stop = single_stop,
	.show = single_show,
};

/* ---- regular files ----------------------------------------------------- */

static ssize_t proc_mm_rw(struct file *f, char __user *buf, size_t n, loff_t *pos, bool write)
{
	struct mm_struct *mm = ((struct proc_file *)f->private_data)->mm;
	ssize_t ret;

	if (!mm || !refcount_inc_not_zero(&mm->mm_users))
		return 0;
	ret = PROC_I(file_inode(f))->entry->rw_mm(mm, buf, n, *pos, write);
	mmput(mm);
	if (ret > 0)
		*pos += ret;
	return ret;
}

ssize_t proc_reg_read(struct file *f, char __user *buf, size_t n, loff_t *pos)
{
	struct proc_file *pf = f->private_data;
	ssize_t ret;

	if (PROC_I(file_inode(f))->entry->rw_mm)
		return proc_mm_rw(f, buf, n, pos, false);
	mutex_lock(&pf->lock);
	ret = get_task_for(file_inode(f), &pf->task);
	if (!ret) {
		ret = seq_read(&pf->seq, buf, n, pos);
		put_task_struct(pf->task);
	}
	mutex_unlock(&pf->lock);
	return ret;
}

static ssize_t proc_reg_write(struct file *f, const char __user *buf, size_t n, loff_t *pos)
{
	const struct proc_entry *e = PROC_I(file_inode(f))->entry;
	struct task_struct *t;
	size_t len;
	char *text;
	ssize_t ret;

	if (e->rw_mm)
		return proc_mm_rw(f, (char __user *)buf, n, pos, true);
	if (!e->store)
		return -EIO;
	ret = get_task_for(file_inode(f), &t);
	if (ret)
		return ret;
	if (!e->max_text)
		n = min(n, PAGE_SIZE - 1);
	len = min(n, e->max_text ?: n);
	text = kzalloc(len + 1);
	if (!text)
		ret = -ENOMEM;
	else
		ret = copy_from_user(text, buf, len) ? -EFAULT : e->store(e, t, text, n);
	kfree(text);
	put_task_struct(t);
	if (ret > 0 && !PROC_I(file_inode(f))->pid)
		*pos += ret;
	return ret;
}

/*
 * Whether current may look into the process is checked here only: an open file stays readable.
 */
int proc_reg_open(struct inode *inode, struct file *f)
{
	const struct proc_entry *e = PROC_I(inode)->entry;
	bool of_mm = e->show_mm || e->rw_mm || (e->seq && PROC_I(inode)->pid);
	struct mm_struct *mm = of_mm ? proc_mem_open(inode) : NULL;
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
	pf->seq.op = e->seq ?: &single_ops;
	pf->seq.private = PROC_I(inode);
	pf->seq.strict = e->strict;
	if (e->rw_mm)
		f->f_mode |= FMODE_UNSIGNED_OFFSET;
	else if (!e->max_pos && (e->show || e->show_mm || e->seq || e->text))
		f->f_mode |= FMODE_NO_PWRITE;
	f->private_data = pf;
	return 0;
}

int proc_reg_release(struct inode *inode __maybe_unused, struct file *f)
{
	struct proc_file *pf = f->private_data;

	if (pf->mm)
		mmdrop(pf->mm);
	seq_release(&pf->seq);
	kfree(pf);
	return 0;
}

/*
 * No SEEK_END, because the end is not known before the file is read; files that Linux makes without
 * a seq_file have the size 0. In an address space every number is a valid position.
 */
loff_t proc_reg_llseek(struct file *f, loff_t off, int whence)
{
	const struct proc_entry *e = PROC_I(file_inode(f))->entry;
	loff_t max = S_ISDIR(e->mode) ? INT32_MAX : e->max_pos;

	if (whence == SEEK_CUR)
		off += f->f_pos;
	else if (max && whence >= SEEK_DATA)
		return -ENXIO;
	else if (whence != SEEK_SET && !(max && whence == SEEK_END))
		return -EINVAL;
	if (!e->rw_mm && (off < 0 || (max && off > max)))
		return -EINVAL;
	return f->f_pos = off;
}

/* Always ready. */
unsigned int proc_reg_poll(struct file *f __maybe_unused,
			   struct poll_table_struct *pt __maybe_unused)
{
	return DEFAULT_POLLMASK;
}

/* Of a file that is not a process's. */
static int proc_reg_mmap(struct file *f, struct vm_area_struct *vma __maybe_unused)
{
	return f->f_inode->i_sb->s_magic == PROC_SUPER_MAGIC ? -EIO : -ENODEV;
}

#define PROC_REG_FOPS \
	.llseek = proc_reg_llseek, .read = proc_reg_read, .open = proc_reg_open, \
	.release = proc_reg_release

const struct file_operations proc_pid_read_fops = {PROC_REG_FOPS, .no_rwf = FMODE_READ};
const struct file_operations proc_pid_fops = {PROC_REG_FOPS, .write = proc_reg_write,
					      .no_rwf = FMODE_READ | FMODE_WRITE};
const struct file_operations proc_reg_fops = {PROC_REG_FOPS, .write = proc_reg_write,
					      .no_rwf = FMODE_WRITE, .poll = proc_reg_poll,
					      .mmap = proc_reg_mmap};

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
