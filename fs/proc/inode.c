/* SPDX-License-Identifier: MIT */
/*
 * From a table entry to an inode that can be listed, read and written.
 * Abridges Linux's fs/proc/inode.c and generic.c. Left out: entries that come
 * and go while the system runs; a text longer than 64 MiB.
 * Not on the road of an exec.
 *
 *   open - read at 0: entry->show writes the whole text into a buffer -
 *   reads: parts of that buffer - close: it is freed
 */
#include <file.h>
#include <fs.h>
#include <mm.h>
#include <seq_file.h>
#include <slab.h>
#include <string.h>
#include <task.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/fs.h>
#include "internal.h"

#define TEXT_KMALLOC	(1UL << 20)	/* a longer text comes from vmalloc */
#define TEXT_MAX	(64UL << 20)

struct task_struct *get_proc_task(const struct inode *inode)
{
	struct task_struct *t;
	unsigned long flags;

	if (!PROC_I(inode)->pid)
		return NULL;
	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(PROC_I(inode)->pid, PIDTYPE_PID);
	if (t)
		get_task_struct(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return t;
}

/* -ESRCH: the process is gone. *t: with a reference, or NULL outside /proc/PID. */
static int get_task_for(const struct inode *inode, struct task_struct **t)
{
	*t = get_proc_task(inode);
	return PROC_I(inode)->pid && !*t ? -ESRCH : 0;
}

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
	struct mm_struct *mm;		/* for show_mm and rw_mm: as proc_mem_open gives it */
	char *text;			/* NULL: not made yet */
	size_t size;			/* bytes */
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
static int show_text(struct seq_file *m, const struct proc_entry *e, struct task_struct *t, struct mm_struct *mm)
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
		struct seq_file m = { .buf = alloc_text(room), .size = room, .private = PROC_I(inode) };
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

/* What may not be read is refused at once; what may be read now stays readable through this file. */
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

/* The end of the file is not known before it is read. In an address space every number is a place. */
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

static const struct file_operations proc_reg_fops = {
	.llseek = proc_reg_llseek,
	.read = proc_reg_read,
	.write = proc_reg_write,
	.open = proc_reg_open,
	.release = proc_reg_release,
};

/* Truncation by a shell's ">" means nothing; modes are the table's. */
int proc_setattr(struct dentry *d __maybe_unused, struct iattr *attr)
{
	return attr->ia_valid & ATTR_MODE && !(attr->ia_valid & ATTR_FORCE) ? -EPERM : 0;
}

/* The owner is the process's of now. */
int proc_getattr(const struct path *p, struct kstat *st)
{
	struct inode *inode = p->dentry->d_inode;
	struct task_struct *t = get_proc_task(inode);

	if (t)
		proc_pid_update_inode(inode, t);
	put_task_struct(t);
	generic_getattr(p, st);
	st->blksize = 1024;
	return 0;
}

static const struct inode_operations proc_reg_iops = { .setattr = proc_setattr, .getattr = proc_getattr };

/* ---- symbolic links ---------------------------------------------------- */

static int proc_link_readlink(struct dentry *d, char *buf, int len)
{
	return PROC_I(d->d_inode)->entry->link_text(buf, len);
}

static const struct inode_operations proc_text_link_iops = {
	.readlink = proc_link_readlink,
	.getattr = proc_getattr,
};

static int proc_link_get_path(struct dentry *d, struct path *out)
{
	struct task_struct *t = get_proc_task(d->d_inode);
	int err = -ENOENT;

	if (!t)
		return err;
	err = ptrace_may_read(t) ? PROC_I(d->d_inode)->entry->get_path(t, PROC_I(d->d_inode)->fd, out) : -EACCES;
	put_task_struct(t);
	return err;
}

static const struct inode_operations proc_path_link_iops = {
	.get_path = proc_link_get_path,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};

/* ---- directories: a table, then perhaps numbers ------------------------- */

u64 proc_entry_ino(const struct proc_entry *e, pid_t nr)
{
	unsigned long addr = (unsigned long)e;

	/* An entry lies in the kernel image: the low half of its address is its own. */
	return nr ? PROC_PID_INO(nr, addr & 0xffff) : 0xf0000000 | (addr & 0xfffffff);
}

static pid_t proc_pid_nr(const struct inode *inode)
{
	return PROC_I(inode)->pid ? PROC_I(inode)->pid->nr : 0;
}

static int proc_dir_lookup(struct inode *dir, struct dentry *d)
{
	struct proc_inode *pi = PROC_I(dir);
	const struct proc_entry *e = pi->entry->children;
	struct task_struct *t;
	struct inode *inode;
	int err = get_task_for(dir, &t);

	if (err)
		return -ENOENT;
	while (e && e->name && strcmp(e->name, d->d_name.name))
		e++;
	if (!e || !e->name) {
		put_task_struct(t);
		return pi->entry->numbers ? proc_pid_lookup(dir, d) : -ENOENT;
	}
	inode = proc_new_inode(dir->i_sb, e, pi->pid, proc_entry_ino(e, proc_pid_nr(dir)));
	if (inode && t) {
		proc_pid_update_inode(inode, t);
		d->d_op = &proc_pid_dops;
	}
	if (inode)
		d_add(d, inode);
	put_task_struct(t);
	return inode ? 0 : -ENOMEM;
}

bool proc_emit_dots(struct file *f, struct dir_context *ctx)
{
	struct dentry *dir = f->f_path.dentry;

	for (; ctx->pos < 2; ctx->pos++) {
		struct inode *inode = ctx->pos ? dir->d_parent->d_inode : dir->d_inode;

		if (!ctx->actor(ctx, "..", ctx->pos + 1, ctx->pos, inode->i_ino, S_IFDIR >> 12))
			return false;
	}
	return true;
}

/* ctx->pos 2 + i is entry i of the table. */
static int proc_dir_iterate(struct file *f, struct dir_context *ctx)
{
	struct inode *dir = file_inode(f);
	const struct proc_entry *e = PROC_I(dir)->entry->children;
	struct task_struct *t;
	loff_t i = 2;

	if (get_task_for(dir, &t))
		return -ENOENT;
	put_task_struct(t);
	if (!proc_emit_dots(f, ctx))
		return 0;
	for (; e && e->name; e++, i++) {
		if (i < ctx->pos)
			continue;
		if (!ctx->actor(ctx, e->name, strlen(e->name), i, proc_entry_ino(e, proc_pid_nr(dir)), e->mode >> 12))
			return 0;
		ctx->pos++;
	}
	if (PROC_I(dir)->entry->numbers)
		proc_pid_readdir(f, ctx);
	return 0;
}

static const struct inode_operations proc_dir_iops = {
	.lookup = proc_dir_lookup,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};
static const struct file_operations proc_dir_fops = {
	.llseek = generic_file_llseek,
	.iterate = proc_dir_iterate,
};

/* ---- inodes ------------------------------------------------------------ */

struct inode *proc_new_inode(struct super_block *sb, const struct proc_entry *e, struct pid *pid, u64 ino)
{
	struct inode *inode = new_inode(sb);
	struct proc_inode *pi = inode ? kzalloc(sizeof(*pi)) : NULL;

	if (!pi) {
		if (inode)
			iput(inode);
		return NULL;
	}
	pi->entry = e;
	pi->pid = get_pid(pid);
	inode->i_private = pi;
	inode->i_ino = ino;
	inode->i_mode = e->mode;
	if (S_ISDIR(e->mode)) {
		inode->i_nlink = 2;
		for (const struct proc_entry *c = e->children; c && c->name; c++)
			inode->i_nlink += S_ISDIR(c->mode);
		inode->i_op = e->iop ?: &proc_dir_iops;
		inode->i_fop = e->fop ?: &proc_dir_fops;
	} else if (S_ISLNK(e->mode)) {
		inode->i_op = e->get_path ? &proc_path_link_iops : &proc_text_link_iops;
	} else {
		inode->i_op = e->iop ?: &proc_reg_iops;
		inode->i_fop = e->fop ?: &proc_reg_fops;
	}
	return inode;
}

void proc_evict_inode(struct inode *inode)
{
	struct proc_inode *pi = PROC_I(inode);

	if (!pi)
		return;
	put_pid(pi->pid);
	kfree(pi);
}
