/* SPDX-License-Identifier: MIT */
/*
 * From a table entry to an inode that can be listed, read and written.
 * Abridges Linux's fs/proc/inode.c and generic.c. Left out: entries that come
 * and go while the system runs; a text longer than 4 MiB.
 *
 *   open - read at 0: entry->show writes the whole text into a buffer -
 *   reads: parts of that buffer - close: it is freed
 */
#include "internal.h"
#include <mm.h>
#include <string.h>
#include <asm/uaccess.h>

#define TEXT_MAX	(4UL << 20)

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

/* -ESRCH: the process is gone; -EACCES: current may not look into it. *t: with a reference, or NULL. */
static int get_task_for(const struct inode *inode, struct task_struct **t)
{
	*t = get_proc_task(inode);
	if (!PROC_I(inode)->pid)
		return 0;
	if (!*t)
		return -ESRCH;
	if (!PROC_I(inode)->entry->ptrace || ptrace_may_read(*t))
		return 0;
	put_task_struct(*t);
	return -EACCES;
}

static void put_task_if(struct task_struct *t)
{
	if (t)
		put_task_struct(t);
}

/* ---- regular files ----------------------------------------------------- */

/* An open file's text. */
struct proc_text {
	size_t size;
	char text[];
};

/* One try with a buffer of @size bytes. NULL: it did not fit. ERR_PTR. */
static struct proc_text *try_text(const struct proc_entry *e, struct task_struct *t, size_t size)
{
	struct proc_text *p = kmalloc(sizeof(*p) + size, GFP_KERNEL);
	struct seq_file m = { .buf = p ? p->text : NULL, .size = size, .private = (void *)e };
	int err = p ? e->show(&m, t) : -ENOMEM;

	if (!err && m.count <= m.size) {
		p->size = m.count;
		return p;
	}
	kfree(p);
	return ERR_PTR(err);
}

static struct proc_text *make_text(const struct inode *inode)
{
	struct proc_text *p = NULL;
	struct task_struct *t;
	int err = get_task_for(inode, &t);
	size_t size;

	if (err)
		return ERR_PTR(err);
	for (size = PAGE_SIZE; !p; size *= 2)
		p = size < TEXT_MAX ? try_text(PROC_I(inode)->entry, t, size - sizeof(*p)) : ERR_PTR(-ENOMEM);
	put_task_if(t);
	return p;
}

static ssize_t proc_reg_read(struct file *f, char __user *buf, size_t n, loff_t *pos)
{
	struct proc_text *p = f->private_data;

	if (!PROC_I(file_inode(f))->entry->show)
		return -EIO;
	if (!p || *pos == 0) {
		p = make_text(file_inode(f));
		if (IS_ERR(p))
			return PTR_ERR(p);
		kfree(f->private_data);
		f->private_data = p;
	}
	return simple_read_from_buffer(buf, n, pos, p->text, p->size);
}

static ssize_t proc_reg_write(struct file *f, const char __user *buf, size_t n, loff_t *pos)
{
	const struct proc_entry *e = PROC_I(file_inode(f))->entry;
	struct task_struct *t;
	char *text;
	ssize_t ret;

	if (!e->store)
		return -EIO;
	ret = get_task_for(file_inode(f), &t);
	if (ret)
		return ret;
	n = min(n, PAGE_SIZE - 1);
	text = kzalloc(n + 1);
	if (!text)
		ret = -ENOMEM;
	else if (copy_from_user(text, buf, n))
		ret = -EFAULT;
	else
		ret = e->store(e, t, text, n);
	kfree(text);
	put_task_if(t);
	if (ret > 0)
		*pos += ret;
	return ret;
}

/* What may not be read is refused at once, as Linux does. */
static int proc_reg_open(struct inode *inode, struct file *f __maybe_unused)
{
	struct task_struct *t;
	int err = get_task_for(inode, &t);

	if (!err)
		put_task_if(t);
	return err;
}

static int proc_reg_release(struct inode *inode __maybe_unused, struct file *f)
{
	kfree(f->private_data);
	return 0;
}

static const struct file_operations proc_reg_fops = {
	.llseek = generic_file_llseek,
	.read = proc_reg_read,
	.write = proc_reg_write,
	.open = proc_reg_open,
	.release = proc_reg_release,
};

/* Truncation by a shell's ">" means nothing; modes are the table's. */
static int proc_setattr(struct dentry *d __maybe_unused, struct iattr *attr)
{
	return attr->ia_valid & ATTR_MODE && !(attr->ia_valid & ATTR_FORCE) ? -EPERM : 0;
}

static const struct inode_operations proc_reg_iops = { .setattr = proc_setattr };

/* ---- symbolic links ---------------------------------------------------- */

static int proc_link_readlink(struct dentry *d, char *buf, int len)
{
	return PROC_I(d->d_inode)->entry->link_text(buf, len);
}

static const struct inode_operations proc_text_link_iops = { .readlink = proc_link_readlink };

static int proc_link_get_path(struct dentry *d, struct path *out)
{
	struct task_struct *t;
	int err = get_task_for(d->d_inode, &t);

	if (err)
		return err == -ESRCH ? -ENOENT : err;
	err = PROC_I(d->d_inode)->entry->get_path(t, out);
	put_task_if(t);
	return err;
}

static const struct inode_operations proc_path_link_iops = {
	.get_path = proc_link_get_path,
	.setattr = proc_setattr,
};

/* ---- directories that are tables --------------------------------------- */

u64 proc_entry_ino(const struct proc_entry *e, struct pid *pid)
{
	unsigned long addr = (unsigned long)e;

	/* An entry lies in the kernel image: the low half of its address is its own. */
	return pid ? PROC_PID_INO(pid->nr, addr & 0xffff) : 0xf0000000 | (addr & 0xfffffff);
}

int proc_table_lookup(struct inode *dir, struct dentry *d)
{
	struct proc_inode *pi = PROC_I(dir);
	const struct proc_entry *e;
	struct task_struct *t = get_proc_task(dir);
	struct inode *inode;

	if (pi->pid && !t)
		return -ENOENT;
	for (e = pi->entry->children; e->name; e++)
		if (!strcmp(e->name, d->d_name.name))
			break;
	inode = e->name ? proc_new_inode(dir->i_sb, e, pi->pid, proc_entry_ino(e, pi->pid)) : NULL;
	if (inode) {
		if (t) {
			proc_pid_update_inode(inode, t);
			d->d_op = &proc_pid_dops;
		}
		d_add(d, inode);
	}
	put_task_if(t);
	return inode ? 0 : e->name ? -ENOMEM : -ENOENT;
}

bool proc_emit_dots(struct file *f, struct dir_context *ctx)
{
	struct dentry *dir = f->f_path.dentry;

	if (ctx->pos == 0) {
		if (!ctx->actor(ctx, ".", 1, 0, dir->d_inode->i_ino, S_IFDIR >> 12))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->actor(ctx, "..", 2, 1, dir->d_parent->d_inode->i_ino, S_IFDIR >> 12))
			return false;
		ctx->pos = 2;
	}
	return true;
}

bool proc_table_emit(struct file *f, struct dir_context *ctx)
{
	struct proc_inode *pi = PROC_I(file_inode(f));
	const struct proc_entry *e;
	loff_t i = 2;

	if (!proc_emit_dots(f, ctx))
		return false;
	for (e = pi->entry->children; e->name; e++, i++) {
		if (i < ctx->pos)
			continue;
		if (!ctx->actor(ctx, e->name, strlen(e->name), ctx->pos, proc_entry_ino(e, pi->pid), e->mode >> 12))
			return false;
		ctx->pos++;
	}
	return true;
}

static int proc_table_iterate(struct file *f, struct dir_context *ctx)
{
	struct task_struct *t = get_proc_task(file_inode(f));

	if (PROC_I(file_inode(f))->pid && !t)
		return -ENOENT;
	put_task_if(t);
	proc_table_emit(f, ctx);
	return 0;
}

const struct inode_operations proc_table_iops = { .lookup = proc_table_lookup, .setattr = proc_setattr };
const struct file_operations proc_table_fops = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate = proc_table_iterate,
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
		inode->i_op = e->iop ?: &proc_table_iops;
		inode->i_fop = e->fop ?: &proc_table_fops;
	} else if (S_ISLNK(e->mode)) {
		inode->i_op = e->get_path ? &proc_path_link_iops : e->link_text ? &proc_text_link_iops : e->iop;
	} else {
		inode->i_op = &proc_reg_iops;
		inode->i_fop = &proc_reg_fops;
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
