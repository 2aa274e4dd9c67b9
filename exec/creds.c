/* SPDX-License-Identifier: MIT */
/*
 * The credentials of the new program: set-user-ID bits and capabilities. Abridges
 * prepare_bprm_creds, check_unsafe_exec and bprm_fill_uid of Linux's fs/exec.c, and
 * cap_bprm_creds_from_file of security/commoncap.c. Left out: file capabilities (no
 * file system here stores them) and user namespaces.
 */
#include <binfmts.h>
#include <cred.h>
#include <fs.h>
#include <fs_struct.h>
#include <mount.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/personality.h>
#include <linux/securebits.h>
#include <ptrace.h>
#include <sched.h>

/*
 * Takes cred_guard_mutex, which setup_new_exec or free_bprm releases, and copies current's
 * credentials. 0, -ERESTARTNOINTR or -ENOMEM.
 */
int prepare_bprm_creds(struct linux_binprm *bprm)
{
	if (mutex_lock_interruptible(&current->signal->cred_guard_mutex))
		return -ERESTARTNOINTR;
	bprm->cred = prepare_creds();
	if (!bprm->cred) {
		mutex_unlock(&current->signal->cred_guard_mutex);
		return -ENOMEM;
	}
	bprm->cred->securebits &= ~issecure_mask(SECURE_KEEP_CAPS);
	return 0;
}

/*
 * A process that shares its root and cwd with another one, or whose tracer may not look into every
 * process, must not gain privileges.
 */
void check_unsafe_exec(struct linux_binprm *bprm)
{
	struct task_struct *t;
	unsigned long irq;
	int n_fs = 0;

	if (current->no_new_privs)
		bprm->unsafe |= UNSAFE_NO_NEW_PRIVS;
	if (current->ptrace && !ptracer_capable(current))
		bprm->unsafe |= UNSAFE_PTRACE;
	spin_lock_irqsave(&tasklist_lock, irq);
	for_each_thread(current, t)
		if (t->fs == current->fs)
			n_fs++;
	if (atomic_read(&current->fs->users) > n_fs)
		bprm->unsafe |= UNSAFE_SHARE;
	else
		current->fs->in_exec = 1;
	spin_unlock_irqrestore(&tasklist_lock, irq);
}

/*
 * Applies the set-user-ID and set-group-ID bits of @file, unless the mount or the task forbids
 * them.
 */
static void bprm_fill_uid(struct linux_binprm *bprm, const struct file *file)
{
	const struct inode *inode = file->f_inode;

	if ((file->f_path.mnt->mnt_flags & MS_NOSUID) || current->no_new_privs)
		return;
	if (inode->i_mode & S_ISUID) {
		bprm->per_clear |= PER_CLEAR_ON_SETID;
		bprm->cred->euid = inode->i_uid;
	}
	if ((inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) {
		bprm->per_clear |= PER_CLEAR_ON_SETID;
		bprm->cred->egid = inode->i_gid;
	}
}

/* Root gets the capabilities of its bounding set. Returns whether they become effective. */
static bool root_capabilities(struct cred *new)
{
	if (new->securebits & issecure_mask(SECURE_NOROOT))
		return false;
	if (new->euid == 0 || new->uid == 0)
		new->cap_permitted = new->cap_bset | new->cap_inheritable;
	return new->euid == 0;
}

/*
 * Computes the new credentials from the final binary. 0 or -errno: the last error that execve can
 * return.
 */
int bprm_creds_from_file(struct linux_binprm *bprm)
{
	const struct cred *old = current->cred;
	struct cred *new = bprm->cred;
	bool setid, effective;

	bprm_fill_uid(bprm, bprm->file);
	new->cap_permitted = 0;
	effective = root_capabilities(new);
	setid = new->euid != old->uid || new->egid != old->gid;
	if ((setid || (new->cap_permitted & ~old->cap_permitted)) && bprm->unsafe) {
		if (!capable(CAP_SETUID) || (bprm->unsafe & UNSAFE_NO_NEW_PRIVS)) {
			new->euid = new->uid;
			new->egid = new->gid;
		}
		new->cap_permitted &= old->cap_permitted;
	}
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;
	if (setid)
		new->cap_ambient = 0;
	new->cap_permitted |= new->cap_ambient;
	new->cap_effective = effective ? new->cap_permitted : new->cap_ambient;
	bprm->secureexec =
		setid || (new->uid != 0 && (effective || (new->cap_permitted & ~new->cap_ambient)));
	return 0;
}
