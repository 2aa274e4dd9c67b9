/* SPDX-License-Identifier: MIT */
/*
 * System calls about what a process is called and belongs to: pids, user and group ids, process
 * groups and sessions.
 *
 * Abridges Linux's kernel/sys.c, groups.c and the setuid part of security/commoncap.c. Left out:
 * namespaces (every id but (uid_t)-1 is valid).
 * Not on the road of an exec.
 */
#include <syscalls.h>
#include <errno.h>
#include <sched.h>
#include <tty.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/securebits.h>

#define UNCHANGED ((uid_t)-1) /* no id has this value */
/* What only has to do with files: CAP_CHOWN to CAP_FSETID and three others. */
#define FS_CAPS \
	((BIT(CAP_FSETID + 1) - 1) | BIT(CAP_LINUX_IMMUTABLE) | BIT(CAP_MKNOD) | \
	 BIT(CAP_MAC_OVERRIDE))

/* The value is the capability that lets a process choose any id. */
enum id_kind { USER = CAP_SETUID, GROUP = CAP_SETGID };

long sys_getpid(void) { return current->tgid; }
long sys_gettid(void) { return current->pid; }
long sys_getppid(void) { return current->real_parent->tgid; }
long sys_getuid(void) { return current->cred->uid; }
long sys_geteuid(void) { return current->cred->euid; }
long sys_getgid(void) { return current->cred->gid; }
long sys_getegid(void) { return current->cred->egid; }

/*
 * Root loses its capabilities when no id is 0 any more; the effective ones follow euid.
 * SECBIT_KEEP_CAPS keeps the permitted ones, SECBIT_NO_SETUID_FIXUP all.
 */
static void cap_emulate_setxuid(struct cred *new, const struct cred *old)
{
	bool was_root = !old->uid || !old->euid || !old->suid;
	bool is_root = !new->uid || !new->euid || !new->suid;

	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (was_root && !is_root && !(new->securebits &SECBIT_KEEP_CAPS))
		new->cap_permitted = new->cap_effective = 0;
	if (was_root && !is_root)
		new->cap_ambient = 0;
	if (!old->euid && new->euid)
		new->cap_effective = 0;
	if (old->euid && !new->euid)
		new->cap_effective = new->cap_permitted;
}

static const uid_t *current_ids(enum id_kind kind)
{
	return kind == USER ? current->cred->uids : current->cred->gids;
}

/* Few programs look at the result of setuid, so it does not fail at RLIMIT_NPROC: execve does. */
static void flag_nproc_exceeded(const struct cred *new)
{
	if (new->uid == current->cred->uid)
		return;
	if (new->uid != 0 && is_nproc_overlimit(new->uid, 0))
		current->flags |= PF_NPROC_EXCEEDED;
	else
		current->flags &= ~PF_NPROC_EXCEEDED;
}

/* All set*id calls end here. Sets those ids that are not UNCHANGED. 0 or -ENOMEM. */
static long set_ids(enum id_kind kind, uid_t real, uid_t effective, uid_t saved)
{
	struct cred *new = prepare_creds();
	uid_t *ids;

	if (!new)
		return -ENOMEM;
	ids = kind == USER ? new->uids : new->gids;
	if (real != UNCHANGED)
		ids[ID_REAL] = real;
	if (effective != UNCHANGED)
		ids[ID_EFFECTIVE] = effective;
	if (saved != UNCHANGED)
		ids[ID_SAVED] = saved;
	ids[ID_FS] = ids[ID_EFFECTIVE];
	if (kind == USER) {
		cap_emulate_setxuid(new, current->cred);
		flag_nproc_exceeded(new);
	}
	return commit_creds(new);
}

static long set_id(enum id_kind kind, uid_t id)
{
	const uid_t *ids = current_ids(kind);

	if (id == UNCHANGED)
		return -EINVAL;
	if (capable(kind))
		return set_ids(kind, id, id, id);
	return id == ids[ID_REAL] || id == ids[ID_SAVED] ? set_ids(kind, UNCHANGED, id, UNCHANGED)
							 : -EPERM;
}

/* Is @id the real, effective or saved one already? Then no capability is needed. */
static bool id_is_ours(const uid_t *ids, uid_t id)
{
	return id == UNCHANGED || id == ids[ID_REAL] || id == ids[ID_EFFECTIVE] ||
	       id == ids[ID_SAVED];
}

/*
 * The real id may not become the saved one. The saved id follows the effective one if the real id
 * is set, or if the effective one is set to something other than the real id.
 */
static long set_re_id(enum id_kind kind, uid_t r, uid_t e)
{
	const uid_t *ids = current_ids(kind);
	bool real_ok = r == UNCHANGED || r == ids[ID_REAL] || r == ids[ID_EFFECTIVE];
	bool save = r != UNCHANGED || (e != UNCHANGED && e != ids[ID_REAL]);

	if (!(real_ok && id_is_ours(ids, e)) && !capable(kind))
		return -EPERM;
	return set_ids(kind, r, e, !save ? UNCHANGED : e != UNCHANGED ? e : ids[ID_EFFECTIVE]);
}

static long set_res_id(enum id_kind kind, uid_t r, uid_t e, uid_t s)
{
	const uid_t *ids = current_ids(kind);

	if (!(id_is_ours(ids, r) && id_is_ours(ids, e) && id_is_ours(ids, s)) && !capable(kind))
		return -EPERM;
	return set_ids(kind, r, e, s);
}

/* Returns the old id, whether it could be changed or not. */
static long set_fs_id(enum id_kind kind, uid_t id)
{
	const uid_t *ids = current_ids(kind);
	uid_t old = ids[ID_FS];
	struct cred *new;

	if (id == UNCHANGED || id == old || (!id_is_ours(ids, id) && !capable(kind)))
		return old;
	new = prepare_creds();
	if (!new)
		return old;
	(kind == USER ? new->uids : new->gids)[ID_FS] = id;
	if (kind == USER && !(new->securebits &SECBIT_NO_SETUID_FIXUP)) {
		if (!old)
			new->cap_effective &= ~FS_CAPS;
		else if (!id)
			new->cap_effective |= new->cap_permitted &FS_CAPS;
	}
	commit_creds(new);
	return old;
}

static long get_res_id(enum id_kind kind, uid_t __user *r, uid_t __user *e, uid_t __user *s)
{
	const uid_t *ids = current_ids(kind);

	if (put_user(ids[ID_REAL], r) || put_user(ids[ID_EFFECTIVE], e) ||
	    put_user(ids[ID_SAVED], s))
		return -EFAULT;
	return 0;
}

long sys_setuid(uid_t uid) { return set_id(USER, uid); }
long sys_setgid(gid_t gid) { return set_id(GROUP, gid); }
long sys_setreuid(uid_t r, uid_t e) { return set_re_id(USER, r, e); }
long sys_setregid(gid_t r, gid_t e) { return set_re_id(GROUP, r, e); }
long sys_setresuid(uid_t r, uid_t e, uid_t s) { return set_res_id(USER, r, e, s); }
long sys_setresgid(gid_t r, gid_t e, gid_t s) { return set_res_id(GROUP, r, e, s); }

long sys_setfsuid(uid_t uid) { return set_fs_id(USER, uid); }
long sys_setfsgid(gid_t gid) { return set_fs_id(GROUP, gid); }

long sys_getresuid(uid_t __user *r, uid_t __user *e, uid_t __user *s)
{
	return get_res_id(USER, r, e, s);
}

long sys_getresgid(gid_t __user *r, gid_t __user *e, gid_t __user *s)
{
	return get_res_id(GROUP, r, e, s);
}

long sys_getgroups(int n, gid_t __user *list)
{
	const struct cred *c = current->cred;

	if (n < 0 || (n && c->ngroups > (unsigned int)n))
		return -EINVAL;
	return n && copy_to_user(list, c->groups, c->ngroups * sizeof(gid_t)) ? -EFAULT
									      : (long)c->ngroups;
}

/* getgroups and /proc/PID/status show them in this order. */
static void groups_sort(struct cred *c)
{
	for (unsigned int i = 1; i < c->ngroups; i++) {
		gid_t gid = c->groups[i];
		unsigned int at = i;

		for (; at && c->groups[at - 1] > gid; at--)
			c->groups[at] = c->groups[at - 1];
		c->groups[at] = gid;
	}
}

long sys_setgroups(int n, gid_t __user *list)
{
	struct cred *new;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if ((unsigned int)n > NGROUPS_MAX_EXON)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->ngroups = n;
	if (copy_from_user(new->groups, list, n * sizeof(gid_t))) {
		put_cred(new);
		return -EFAULT;
	}
	groups_sort(new);
	return commit_creds(new);
}

/* Linux's checks in Linux's order. tasklist_lock held. */
static int may_setpgid(struct task_struct *p, struct pid *pgrp)
{
	struct task_struct *leader = current->group_leader, *member;

	if (!thread_group_leader(p))
		return -EINVAL;
	if (same_thread_group(p->real_parent, leader)) {
		if (task_session(p) != task_session(leader))
			return -EPERM;
		if (!(p->flags & PF_FORKNOEXEC))
			return -EACCES;
	} else if (p != leader) {
		return -ESRCH;
	}
	if (p->signal->leader)
		return -EPERM;
	if (pgrp == p->thread_pid)
		return 0;
	member = pid_task(pgrp, PIDTYPE_PGID);
	return member && task_session(member) == task_session(current) ? 0 : -EPERM;
}

long sys_setpgid(pid_t pid, pid_t pgid)
{
	struct task_struct *p;
	struct pid *pgrp;
	unsigned long flags;
	int err;

	if (!pid)
		pid = current->tgid;
	if (!pgid)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	p = find_get_task_by_vpid(pid);
	if (!p)
		return -ESRCH;
	pgrp = find_get_pid(pgid);
	spin_lock_irqsave(&tasklist_lock, flags);
	err = p->sighand ? may_setpgid(p, pgrp) : -ESRCH;
	if (!err && task_pgrp(p) != pgrp)
		change_pid(p, PIDTYPE_PGID, pgrp);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	put_pid(pgrp);
	put_task_struct(p);
	return err;
}

/* The number of the group or session of @pid; 0: of current. */
static long get_group_of(pid_t pid, enum pid_type type)
{
	struct task_struct *t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
	struct pid *group;
	long nr;

	if (!t)
		return -ESRCH;
	group = t->signal->pids[type];
	nr = group ? pid_nr(group) : -ESRCH;
	put_task_struct(t);
	return nr;
}

long sys_getpgid(pid_t pid) { return get_group_of(pid, PIDTYPE_PGID); }
long sys_getpgrp(void) { return get_group_of(0, PIDTYPE_PGID); }
long sys_getsid(pid_t pid) { return get_group_of(pid, PIDTYPE_SID); }

long sys_setsid(void)
{
	struct task_struct *leader = current->group_leader;
	struct pid *sid = leader->thread_pid;
	unsigned long flags;
	long ret = -EPERM;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (!leader->signal->leader && !pid_task(sid, PIDTYPE_PGID)) {
		leader->signal->leader = 1;
		if (task_session(leader) != sid)
			change_pid(leader, PIDTYPE_SID, sid);
		change_pid(leader, PIDTYPE_PGID, sid);
		proc_clear_tty(leader);
		ret = sid->nr;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}
