/* SPDX-License-Identifier: MIT */
/*
 * Who a process is and whom it belongs to: user and group ids, capabilities,
 * process groups and sessions.
 *
 * Abridges Linux's kernel/sys.c, groups.c, capability.c and the setuid part of
 * security/commoncap.c. Left out: namespaces (an id means itself, and only
 * (uid_t)-1 is invalid), the count of processes a user has.
 */
#include <syscalls.h>
#include <mm.h>
#include <sched.h>
#include <tty.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/securebits.h>

#define UNCHANGED	((uid_t)-1)	/* also what no id can be */

/* What file system rights CAP_* mean: they come and go with fsuid. */
#define CAP_FS_SET	(BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) | \
			 BIT(CAP_FSETID) | BIT(CAP_LINUX_IMMUTABLE) | BIT(CAP_MKNOD) | BIT(CAP_MAC_OVERRIDE))

long sys_getpid(void)
{
	return current->tgid;
}

long sys_gettid(void)
{
	return current->pid;
}

long sys_getppid(void)
{
	return current->real_parent->tgid;
}

long sys_getuid(void)
{
	return current->cred->uid;
}

long sys_geteuid(void)
{
	return current->cred->euid;
}

long sys_getgid(void)
{
	return current->cred->gid;
}

long sys_getegid(void)
{
	return current->cred->egid;
}

/*
 * Root's capabilities go when no id is 0 any more, and the effective ones
 * follow euid. SECBIT_KEEP_CAPS saves the permitted ones.
 */
static void cap_emulate_setxuid(struct cred *new, const struct cred *old)
{
	bool was_root = !old->uid || !old->euid || !old->suid;
	bool is_root = !new->uid || !new->euid || !new->suid;

	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (was_root && !is_root) {
		if (!(new->securebits & SECBIT_KEEP_CAPS))
			new->cap_permitted = new->cap_effective = 0;
		new->cap_ambient = 0;
	}
	if (!old->euid && new->euid)
		new->cap_effective = 0;
	if (old->euid && !new->euid)
		new->cap_effective = new->cap_permitted;
}

static long commit_uids(struct cred *new)
{
	new->fsuid = new->euid;
	cap_emulate_setxuid(new, current->cred);
	return commit_creds(new);
}

static long commit_gids(struct cred *new)
{
	new->fsgid = new->egid;
	return commit_creds(new);
}

long sys_setuid(uid_t uid)
{
	const struct cred *old = current->cred;
	struct cred *new;

	if (uid == UNCHANGED)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETUID)) {
		new->suid = new->uid = uid;
	} else if (uid != old->uid && uid != old->suid) {
		put_cred(new);
		return -EPERM;
	}
	new->euid = uid;
	return commit_uids(new);
}

long sys_setgid(gid_t gid)
{
	const struct cred *old = current->cred;
	struct cred *new;

	if (gid == UNCHANGED)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETGID)) {
		new->sgid = new->gid = gid;
	} else if (gid != old->gid && gid != old->sgid) {
		put_cred(new);
		return -EPERM;
	}
	new->egid = gid;
	return commit_gids(new);
}

long sys_setreuid(uid_t r, uid_t e)
{
	const struct cred *old = current->cred;
	struct cred *new;

	if (r != UNCHANGED && r != old->uid && r != old->euid && !capable(CAP_SETUID))
		return -EPERM;
	if (e != UNCHANGED && e != old->uid && e != old->euid && e != old->suid && !capable(CAP_SETUID))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (r != UNCHANGED)
		new->uid = r;
	if (e != UNCHANGED)
		new->euid = e;
	if (r != UNCHANGED || (e != UNCHANGED && e != old->uid))
		new->suid = new->euid;
	return commit_uids(new);
}

long sys_setregid(gid_t r, gid_t e)
{
	const struct cred *old = current->cred;
	struct cred *new;

	if (r != UNCHANGED && r != old->gid && r != old->egid && !capable(CAP_SETGID))
		return -EPERM;
	if (e != UNCHANGED && e != old->gid && e != old->egid && e != old->sgid && !capable(CAP_SETGID))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (r != UNCHANGED)
		new->gid = r;
	if (e != UNCHANGED)
		new->egid = e;
	if (r != UNCHANGED || (e != UNCHANGED && e != old->gid))
		new->sgid = new->egid;
	return commit_gids(new);
}

/* @id is one of the three that a process may always take. */
static bool known_id(uid_t id, uid_t a, uid_t b, uid_t c)
{
	return id == UNCHANGED || id == a || id == b || id == c;
}

long sys_setresuid(uid_t r, uid_t e, uid_t s)
{
	const struct cred *old = current->cred;
	uid_t a = old->uid, b = old->euid, c = old->suid;
	struct cred *new;

	if ((r == UNCHANGED || r == a) && (e == UNCHANGED || (e == b && e == old->fsuid)) &&
	    (s == UNCHANGED || s == c))
		return 0;
	if (!(known_id(r, a, b, c) && known_id(e, a, b, c) && known_id(s, a, b, c)) && !capable(CAP_SETUID))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (r != UNCHANGED)
		new->uid = r;
	if (e != UNCHANGED)
		new->euid = e;
	if (s != UNCHANGED)
		new->suid = s;
	return commit_uids(new);
}

long sys_setresgid(gid_t r, gid_t e, gid_t s)
{
	const struct cred *old = current->cred;
	gid_t a = old->gid, b = old->egid, c = old->sgid;
	struct cred *new;

	if ((r == UNCHANGED || r == a) && (e == UNCHANGED || (e == b && e == old->fsgid)) &&
	    (s == UNCHANGED || s == c))
		return 0;
	if (!(known_id(r, a, b, c) && known_id(e, a, b, c) && known_id(s, a, b, c)) && !capable(CAP_SETGID))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (r != UNCHANGED)
		new->gid = r;
	if (e != UNCHANGED)
		new->egid = e;
	if (s != UNCHANGED)
		new->sgid = s;
	return commit_gids(new);
}

long sys_getresuid(uid_t __user *r, uid_t __user *e, uid_t __user *s)
{
	const struct cred *c = current->cred;

	return put_user(c->uid, r) ?: put_user(c->euid, e) ?: put_user(c->suid, s);
}

long sys_getresgid(gid_t __user *r, gid_t __user *e, gid_t __user *s)
{
	const struct cred *c = current->cred;

	return put_user(c->gid, r) ?: put_user(c->egid, e) ?: put_user(c->sgid, s);
}

/* Answers the old fsuid, whether or not it could change. */
long sys_setfsuid(uid_t uid)
{
	const struct cred *old = current->cred;
	uid_t old_fsuid = old->fsuid;
	struct cred *new;

	if (uid == UNCHANGED || uid == old_fsuid ||
	    (uid != old->uid && uid != old->euid && uid != old->suid && !capable(CAP_SETUID)))
		return old_fsuid;
	new = prepare_creds();
	if (!new)
		return old_fsuid;
	new->fsuid = uid;
	if (!(old->securebits & SECBIT_NO_SETUID_FIXUP)) {
		if (!old_fsuid)
			new->cap_effective &= ~CAP_FS_SET;
		else if (!uid)
			new->cap_effective |= new->cap_permitted & CAP_FS_SET;
	}
	commit_creds(new);
	return old_fsuid;
}

long sys_setfsgid(gid_t gid)
{
	const struct cred *old = current->cred;
	gid_t old_fsgid = old->fsgid;
	struct cred *new;

	if (gid == UNCHANGED || gid == old_fsgid ||
	    (gid != old->gid && gid != old->egid && gid != old->sgid && !capable(CAP_SETGID)))
		return old_fsgid;
	new = prepare_creds();
	if (!new)
		return old_fsgid;
	new->fsgid = gid;
	commit_creds(new);
	return old_fsgid;
}

long sys_getgroups(int n, gid_t __user *list)
{
	const struct cred *c = current->cred;

	if (n < 0)
		return -EINVAL;
	if (n) {
		if (c->ngroups > n)
			return -EINVAL;
		if (copy_to_user(list, c->groups, c->ngroups * sizeof(gid_t)))
			return -EFAULT;
	}
	return c->ngroups;
}

/* getgroups() and /proc/PID/status tell them in this order. */
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
	long err = 0;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if ((unsigned int)n > NGROUPS_MAX_EXON)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->ngroups = n;
	if (copy_from_user(new->groups, list, n * sizeof(gid_t)))
		err = -EFAULT;
	for (int i = 0; i < n && !err; i++)
		if (new->groups[i] == UNCHANGED)
			err = -EINVAL;
	if (err) {
		put_cred(new);
		return err;
	}
	groups_sort(new);
	return commit_creds(new);
}

/* 0 and how many 32-bit words a set has in this version; an unknown version is answered with ours. */
static int cap_validate_magic(struct __user_cap_header_struct __user *hdr, unsigned int *words)
{
	u32 version;

	if (get_user(version, &hdr->version))
		return -EFAULT;
	switch (version) {
	case _LINUX_CAPABILITY_VERSION_1:
		*words = _LINUX_CAPABILITY_U32S_1;
		return 0;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3:
		*words = _LINUX_CAPABILITY_U32S_3;
		return 0;
	default:
		return put_user((u32)_LINUX_CAPABILITY_VERSION_3, &hdr->version) ? -EFAULT : -EINVAL;
	}
}

long sys_capget(void __user *uhdr, void __user *data)
{
	struct __user_cap_header_struct __user *hdr = uhdr;
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3];
	struct task_struct *t;
	unsigned int words, i;
	pid_t pid;
	int ret = cap_validate_magic(hdr, &words);

	if (!data || ret)
		return !data && ret == -EINVAL ? 0 : ret;
	if (get_user(pid, &hdr->pid))
		return -EFAULT;
	if (pid < 0)
		return -EINVAL;
	t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
	if (!t)
		return -ESRCH;
	for (i = 0; i < words; i++) {
		d[i].effective = t->cred->cap_effective >> 32 * i;
		d[i].permitted = t->cred->cap_permitted >> 32 * i;
		d[i].inheritable = t->cred->cap_inheritable >> 32 * i;
	}
	put_task_struct(t);
	return copy_to_user(data, d, words * sizeof(d[0])) ? -EFAULT : 0;
}

static bool cap_issubset(u64 a, u64 b)
{
	return !(a & ~b);
}

static long cap_capset(u64 effective, u64 permitted, u64 inheritable)
{
	const struct cred *old = current->cred;
	struct cred *new;

	if (!capable(CAP_SETPCAP) && !cap_issubset(inheritable, old->cap_inheritable | old->cap_permitted))
		return -EPERM;
	if (!cap_issubset(inheritable, old->cap_inheritable | old->cap_bset))
		return -EPERM;
	if (!cap_issubset(permitted, old->cap_permitted) || !cap_issubset(effective, permitted))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->cap_effective = effective;
	new->cap_permitted = permitted;
	new->cap_inheritable = inheritable;
	new->cap_ambient &= permitted & inheritable;
	return commit_creds(new);
}

long sys_capset(void __user *uhdr, const void __user *data)
{
	struct __user_cap_header_struct __user *hdr = uhdr;
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = { 0 };
	unsigned int words;
	pid_t pid;
	int ret = cap_validate_magic(hdr, &words);

	if (ret)
		return ret;
	if (get_user(pid, &hdr->pid))
		return -EFAULT;
	if (pid != 0 && pid != current->pid)
		return -EPERM;
	if (copy_from_user(d, data, words * sizeof(d[0])))
		return -EFAULT;
	return cap_capset((d[0].effective | (u64)d[1].effective << 32) & CAP_ALL,
			  (d[0].permitted | (u64)d[1].permitted << 32) & CAP_ALL,
			  (d[0].inheritable | (u64)d[1].inheritable << 32) & CAP_ALL);
}

/* The group that @p may enter by number, or -EPERM. tasklist_lock held. */
static int pgrp_to_enter(struct task_struct *p, struct pid *pgrp)
{
	struct task_struct *g;

	if (pgrp == p->thread_pid)
		return 0;
	g = pid_task(pgrp, PIDTYPE_PGID);
	return g && task_session(g) == task_session(current) ? 0 : -EPERM;
}

/* Linux's checks, in its order. tasklist_lock held. */
static int may_setpgid(struct task_struct *p, struct pid *pgrp)
{
	struct task_struct *leader = current->group_leader;

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
	return pgrp_to_enter(p, pgrp);
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

/* The number of @pid's (0: current's) group or session. */
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

long sys_getpgid(pid_t pid)
{
	return get_group_of(pid, PIDTYPE_PGID);
}

long sys_getpgrp(void)
{
	return get_group_of(0, PIDTYPE_PGID);
}

long sys_getsid(pid_t pid)
{
	return get_group_of(pid, PIDTYPE_SID);
}

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
