/* SPDX-License-Identifier: MIT */
/*
 * The owner of the files of /proc/PID, who may look into a process, and when a name
 * there is no longer valid.
 * Abridges parts of Linux's fs/proc/base.c. Left out: hidepid.
 * Not on the road of an exec.
 */
#include <fs.h>
#include <mm.h>
#include <ptrace.h>
#include "internal.h"

/* ---- the process of an inode ------------------------------------------- */

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

int get_task_for(const struct inode *inode, struct task_struct **t)
{
	*t = get_proc_task(inode);
	return PROC_I(inode)->pid && !*t ? -ESRCH : 0;
}

/* ---- permissions ------------------------------------------------------- */

bool ptrace_may_read(struct task_struct *t)
{
	return ptrace_may_access(t, PTRACE_MODE_READ | PTRACE_MODE_FSCREDS);
}

/*
 * ->permission of all files but links. A guarded file is open to those who may look into the
 * process, whatever its mode.
 */
int proc_permission(struct inode *inode, int mask)
{
	const struct proc_entry *e = PROC_I(inode)->entry;
	struct task_struct *t;
	bool allowed;

	if (e->immutable && (mask & MAY_WRITE))
		return -EPERM;
	if (e->sysctl)
		return proc_sys_permission(inode, mask);
	if (!e->guarded)
		return generic_permission(inode, mask);
	t = get_proc_task(inode);
	allowed = t && ptrace_may_read(t);
	put_task_struct(t);
	return allowed ? 0 : -EACCES;
}

/*
 * The owner is the effective user of the process, or root if the process is not dumpable. A
 * directory of mode 0555 keeps the effective user.
 */
void proc_pid_update_inode(struct inode *inode, struct task_struct *t)
{
	bool root = t->flags & PF_KTHREAD;

	if (inode->i_mode != (S_IFDIR | 0555))
		root |= !t->mm || get_dumpable(t->mm) != SUID_DUMP_USER;
	inode->i_uid = root ? 0 : t->cred->euid;
	inode->i_gid = root ? 0 : t->cred->egid;
}

/* ---- attributes and names ---------------------------------------------- */

/* A truncation, by ">" in a shell, is ignored; a mode is that of the table. */
int proc_setattr(struct dentry *d, struct iattr *attr)
{
	const struct proc_entry *e = PROC_I(d->d_inode)->entry;
	unsigned int fixed = ATTR_MODE;

	if (e->sysctl || e->immutable)
		fixed |= ATTR_UID | ATTR_GID;
	if (e->immutable)
		fixed |= ATTR_ATIME | ATTR_MTIME;
	return attr->ia_valid & fixed && !(attr->ia_valid & ATTR_FORCE) ? -EPERM : 0;
}

/* The owner is updated first: the process may have changed its user. */
int proc_getattr(const struct path *p, struct kstat *st)
{
	struct inode *inode = p->dentry->d_inode;
	struct task_struct *t = get_proc_task(inode);

	if (t)
		proc_pid_update_inode(inode, t);
	put_task_struct(t);
	generic_getattr(p, st);
	st->blksize = 1024;
	if (S_ISDIR(inode->i_mode))
		st->nlink = 2;
	for (const struct proc_entry *c = PROC_I(inode)->entry->children; c && c->name; c++)
		st->nlink += S_ISDIR(c->mode);
	return 0;
}

/* A name is valid as long as its process. */
static int pid_revalidate(struct dentry *d)
{
	struct task_struct *t = d->d_inode ? get_proc_task(d->d_inode) : NULL;

	if (!t)
		return 0;
	proc_pid_update_inode(d->d_inode, t);
	put_task_struct(t);
	return 1;
}

const struct dentry_operations proc_pid_dops = {.d_revalidate = pid_revalidate};
