/* SPDX-License-Identifier: MIT */
/*
 * Makes inodes and directories from tables. A directory lists a table of entries, then, if its
 * entry has a struct proc_numbers, names that are numbers.
 *
 *   /proc       stat  meminfo ...       1  2  17 ...                 (processes)
 *   /proc/17    fd  maps  status ...
 *   /proc/17/fd                         0  1  2 ...                  (descriptors)
 *   /proc/17/map_files                  400000-401000 ...            (VMAs)
 *
 * Abridges Linux's fs/proc/generic.c, and proc_fill_cache of fs/proc/base.c. Left out: entries
 * that come and go while the system runs.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <pid.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <task.h>
#include "internal.h"

#define NUMBER_LEN 36 /* of the longest name, "start-end", with its NUL */

/* It stays, and its directory with it: whoever reads about a process is likely to go on. */
struct dentry *proc_last_found;

static const struct inode_operations proc_dir_iops;
static const struct file_operations proc_dir_fops;

/* ---- inodes ------------------------------------------------------------ */

/* An entry is in the kernel image, so the low bits of its address are unique. */
static u64 entry_ino(const struct proc_entry *e, pid_t pid)
{
	unsigned long addr = (unsigned long)e;

	return pid ? PROC_PID_INO(pid, addr & 0xffff) : 0xf0000000 | (addr & 0xfffffff);
}

static u64 number_ino(const struct proc_numbers *nr, pid_t pid, unsigned long key)
{
	if (!nr->ino)
		return entry_ino(nr->entry, key);
	return PROC_PID_INO(pid, nr->ino + key / nr->key_size % PROC_NUMBERS);
}

static pid_t proc_pid_nr(const struct inode *inode)
{
	return PROC_I(inode)->pid ? PROC_I(inode)->pid->nr : 0;
}

struct inode *proc_new_inode(struct super_block *sb, const struct proc_entry *e, struct pid *pid,
			     u64 ino)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	PROC_I(inode)->entry = e;
	PROC_I(inode)->key = e->arg;
	PROC_I(inode)->pid = get_pid(pid);
	inode->i_ino = ino;
	inode->i_mode = e->mode;
	if (S_ISDIR(e->mode)) {
		inode->i_op = &proc_dir_iops;
		inode->i_fop = &proc_dir_fops;
	} else if (S_ISLNK(e->mode)) {
		inode->i_op = e->get_path ? &proc_path_link_iops : &proc_text_link_iops;
	} else {
		inode->i_op = &proc_reg_iops;
		inode->i_fop = e->sysctl	? &proc_sys_fops
			       : !pid		? &proc_reg_fops
			       : e->mode & 0222 ? &proc_pid_fops
						: &proc_pid_read_fops;
	}
	return inode;
}

void proc_evict_inode(struct inode *inode) { put_pid(PROC_I(inode)->pid); }

/* ---- names that are numbers -------------------------------------------- */

static int number_name(const struct proc_numbers *nr, const struct proc_number *n, char *buf)
{
	char *p = nr->ranges ? put_hex(buf, n->key, 1) : put_decimal(buf, n->key);

	if (nr->ranges) {
		*p++ = '-';
		p = put_hex(p, n->end, 1);
	}
	*p = '\0';
	return p - buf;
}

/* Fills in *n for @name. False: it does not exist, or has leading zeros and the like. */
static bool find_number(const struct proc_numbers *nr, struct task_struct *of, const char *name,
			struct proc_number *n)
{
	char right_name[NUMBER_LEN];

	n->key = strtoul(name, NULL, nr->ranges ? 16 : 10);
	if ((!nr->ranges && n->key > INT32_MAX) || !nr->find(of, n))
		return false;
	number_name(nr, n, right_name);
	if (!strcmp(name, right_name))
		return true;
	put_task_struct(n->task);
	return false;
}

/* Sets owner and permissions again; @owner is the process. */
static void update_number(struct inode *inode, const struct proc_number *n,
			  struct task_struct *owner)
{
	if (S_ISLNK(inode->i_mode))
		inode->i_mode = S_IFLNK | n->mode;
	proc_pid_update_inode(inode, owner);
}

/* A descriptor or a VMA is looked up each time, because the number may mean another one by now. */
static int number_revalidate(struct dentry *d)
{
	const struct proc_numbers *nr = PROC_I(d->d_parent->d_inode)->entry->numbers;
	struct task_struct *of = d->d_inode ? get_proc_task(d->d_inode) : NULL;
	struct proc_number n = {0};
	bool found = of && find_number(nr, of, d->d_name.name, &n);

	if (found)
		update_number(d->d_inode, &n, of);
	put_task_struct(of);
	return found;
}

static const struct dentry_operations number_dops = {.d_revalidate = number_revalidate};

static int proc_number_lookup(struct inode *dir, struct dentry *d, struct task_struct *of)
{
	const struct proc_numbers *nr = PROC_I(dir)->entry->numbers;
	struct proc_number n = {0};
	struct inode *inode;
	struct pid *pid;

	if (!nr || !find_number(nr, of, d->d_name.name, &n))
		return -ENOENT;
	pid = n.task ? n.task->thread_pid : PROC_I(dir)->pid;
	inode = proc_new_inode(dir->i_sb, nr->entry, pid, number_ino(nr, proc_pid_nr(dir), n.key));
	if (inode) {
		PROC_I(inode)->key = n.key;
		if (S_ISLNK(inode->i_mode))
			inode->i_size = 64;
		update_number(inode, &n, n.task ?: of);
		d->d_op = n.task ? &proc_pid_dops : &number_dops;
		d_add(d, inode);
	}
	put_task_struct(n.task);
	return inode ? 0 : -ENOMEM;
}

/* Number n has the position nr->first + n. */
static void iterate_numbers(struct inode *dir, struct dir_context *ctx, struct task_struct *of)
{
	const struct proc_numbers *nr = PROC_I(dir)->entry->numbers;
	struct proc_number n = {0};
	char name[NUMBER_LEN];

	ctx->pos = max(ctx->pos, nr->first);
	for (n.key = ctx->pos - nr->first; nr->next(of, &n); n.key++) {
		ctx->pos = nr->first + n.key;
		if (!ctx->actor(ctx, name, number_name(nr, &n, name), ctx->pos,
				number_ino(nr, proc_pid_nr(dir), n.key), nr->entry->mode >> 12))
			return;
		ctx->pos++;
	}
}

/* ---- directories ------------------------------------------------------- */

static int proc_entry_lookup(struct inode *dir, struct dentry *d, struct task_struct *of,
			     const struct proc_entry *e)
{
	u64 ino = entry_ino(e, proc_pid_nr(dir));
	struct inode *inode = proc_new_inode(dir->i_sb, e, PROC_I(dir)->pid, ino);

	if (!inode)
		return -ENOMEM;
	if (of) {
		proc_pid_update_inode(inode, of);
		d->d_op = &proc_pid_dops;
	} else {
		dget(d); /* it stays, as its entry does */
	}
	d_add(d, inode);
	return 0;
}

static int proc_dir_lookup(struct inode *dir, struct dentry *d)
{
	const struct proc_entry *e = PROC_I(dir)->entry->children;
	struct task_struct *of;
	int err;

	if (get_task_for(dir, &of))
		return -ENOENT;
	while (e && e->name && (e->len != d->d_name.len || strcmp(e->name, d->d_name.name)))
		e++;
	err = e && e->name ? proc_entry_lookup(dir, d, of, e) : proc_number_lookup(dir, d, of);
	if (!err)
		dput(xchg(&proc_last_found, dget(d)));
	put_task_struct(of);
	return err;
}

/* Entry i of the table has the position 2 + i. */
static int proc_dir_iterate(struct file *f, struct dir_context *ctx)
{
	struct inode *dir = file_inode(f);
	const struct proc_entry *e = PROC_I(dir)->entry->children;
	struct task_struct *of;
	loff_t pos = 2;

	if (get_task_for(dir, &of))
		return -ENOENT;
	if (!dir_emit_dots(f, ctx))
		goto out;
	for (; e && e->name; e++, pos++) {
		if (pos < ctx->pos)
			continue;
		if (!ctx->actor(ctx, e->name, strlen(e->name), pos, entry_ino(e, proc_pid_nr(dir)),
				e->mode >> 12))
			goto out;
		ctx->pos++;
	}
	if (PROC_I(dir)->entry->numbers)
		iterate_numbers(dir, ctx, of);
out:
	put_task_struct(of);
	return 0;
}

static const struct inode_operations proc_dir_iops = {
	.lookup = proc_dir_lookup,
	.permission = proc_permission,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};
static const struct file_operations proc_dir_fops = {
	.llseek = proc_reg_llseek,
	.read = generic_read_dir,
	.iterate = proc_dir_iterate,
};
