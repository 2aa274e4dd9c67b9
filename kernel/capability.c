/* SPDX-License-Identifier: MIT */
/*
 * Capabilities one by one: capget, capset, and the prctls about the bounding set, the ambient set
 * and securebits. A set is one number, bit N for capability N.
 * Abridges Linux's kernel/capability.c and security/commoncap.c. Left out: user namespaces, file
 * capabilities.
 * Not on the road of an exec.
 */
#include <syscalls.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>

/* Version 1 has one word of 32 bits for each set, the later ones have two. */
static int words_of(u32 version)
{
	if (version == _LINUX_CAPABILITY_VERSION_1)
		return _LINUX_CAPABILITY_U32S_1;
	if (version == _LINUX_CAPABILITY_VERSION_2 || version == _LINUX_CAPABILITY_VERSION_3)
		return _LINUX_CAPABILITY_U32S_3;
	return 0;
}

/* The words of the user's version, -EFAULT, or -EINVAL: it is unknown, and is set to ours. */
static int get_version(cap_user_header_t header)
{
	u32 version;

	if (get_user(version, &header->version))
		return -EFAULT;
	if (words_of(version))
		return words_of(version);
	return put_user((u32)_LINUX_CAPABILITY_VERSION_3, &header->version) ? -EFAULT : -EINVAL;
}

long sys_capget(cap_user_header_t header, cap_user_data_t data)
{
	struct __user_cap_data_struct k[2];
	int words = get_version(header);
	struct task_struct *t;
	pid_t pid;

	if (!data && (words > 0 || words == -EINVAL))
		return 0; /* the caller only asks for the version */
	if (words < 0)
		return words;
	if (get_user(pid, &header->pid))
		return -EFAULT;
	if (pid < 0)
		return -EINVAL;
	t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
	if (!t)
		return -ESRCH;
	for (int i = 0; i < 2; i++)
		k[i] = (struct __user_cap_data_struct){
			.effective = t->cred->cap_effective >> 32 * i,
			.permitted = t->cred->cap_permitted >> 32 * i,
			.inheritable = t->cred->cap_inheritable >> 32 * i,
		};
	put_task_struct(t);
	return copy_to_user(data, k, words * sizeof(k[0])) ? -EFAULT : 0;
}

static bool subset(u64 a, u64 of) { return !(a & ~of); }

/* A process can only drop some, but with CAP_SETPCAP it may inherit its bounding set. */
static bool may_set_caps(const struct cred *old, u64 effective, u64 permitted, u64 inheritable)
{
	if (!subset(inheritable, old->cap_inheritable | old->cap_permitted) &&
	    !capable(CAP_SETPCAP))
		return false;
	return subset(inheritable, old->cap_inheritable | old->cap_bset) &&
	       subset(permitted, old->cap_permitted) && subset(effective, permitted);
}

long sys_capset(cap_user_header_t header, const cap_user_data_t data)
{
	struct __user_cap_data_struct k[2] = {0};
	int words = get_version(header);
	struct cred *new;
	u64 effective, permitted, inheritable;
	pid_t pid;

	if (words < 0)
		return words;
	if (get_user(pid, &header->pid))
		return -EFAULT;
	if (pid && pid != current->pid)
		return -EPERM;
	if (copy_from_user(k, data, words * sizeof(k[0])))
		return -EFAULT;
	effective = (k[0].effective | (u64)k[1].effective << 32) & CAP_ALL;
	permitted = (k[0].permitted | (u64)k[1].permitted << 32) & CAP_ALL;
	inheritable = (k[0].inheritable | (u64)k[1].inheritable << 32) & CAP_ALL;
	if (!may_set_caps(current->cred, effective, permitted, inheritable))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->cap_effective = effective;
	new->cap_permitted = permitted;
	new->cap_inheritable = inheritable;
	new->cap_ambient &= permitted &inheritable;
	return commit_creds(new);
}

/* ---- prctl --------------------------------------------------------------- */

static long drop_from_bset(unsigned long cap)
{
	struct cred *new;

	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->cap_bset &= ~BIT(cap);
	return commit_creds(new);
}

static long set_ambient(u64 set)
{
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	new->cap_ambient = set;
	return commit_creds(new);
}

static long cap_ambient(unsigned long op, unsigned long cap, unsigned long a4, unsigned long a5)
{
	const struct cred *c = current->cred;

	if (a4 || a5 || (op == PR_CAP_AMBIENT_CLEAR_ALL ? cap != 0 : cap > CAP_LAST_CAP))
		return -EINVAL;
	switch (op) {
	case PR_CAP_AMBIENT_CLEAR_ALL:
		return set_ambient(0);
	case PR_CAP_AMBIENT_IS_SET:
		return !!(c->cap_ambient & BIT(cap));
	case PR_CAP_AMBIENT_LOWER:
		return set_ambient(c->cap_ambient & ~BIT(cap));
	case PR_CAP_AMBIENT_RAISE:
		if (!(c->cap_permitted & c->cap_inheritable & BIT(cap)) ||
		    (c->securebits & issecure_mask(SECURE_NO_CAP_AMBIENT_RAISE)))
			return -EPERM;
		return set_ambient(c->cap_ambient | BIT(cap));
	}
	return -EINVAL;
}

/* A bit whose lock is set does not change, nor does the lock. */
static long set_securebits(unsigned long bits)
{
	unsigned long old = current->cred->securebits, locked = (old & SECURE_ALL_LOCKS) >> 1;
	struct cred *new;

	if ((locked & (old ^ bits)) || (old & SECURE_ALL_LOCKS & ~bits) ||
	    (bits & ~(unsigned long)(SECURE_ALL_LOCKS | SECURE_ALL_BITS)) || !capable(CAP_SETPCAP))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->securebits = bits;
	return commit_creds(new);
}

static long set_keepcaps(unsigned long on)
{
	struct cred *new;

	if (on > 1)
		return -EINVAL;
	if (current->cred->securebits & SECBIT_KEEP_CAPS_LOCKED)
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->securebits = (new->securebits & ~SECBIT_KEEP_CAPS) | (on ? SECBIT_KEEP_CAPS : 0);
	return commit_creds(new);
}

long cap_prctl(int option, unsigned long a2, unsigned long a3, unsigned long a4, unsigned long a5)
{
	const struct cred *c = current->cred;

	switch (option) {
	case PR_CAPBSET_READ:
		return a2 > CAP_LAST_CAP ? -EINVAL : !!(c->cap_bset & BIT(a2));
	case PR_CAPBSET_DROP:
		return drop_from_bset(a2);
	case PR_CAP_AMBIENT:
		return cap_ambient(a2, a3, a4, a5);
	case PR_GET_SECUREBITS:
		return c->securebits;
	case PR_SET_SECUREBITS:
		return set_securebits(a2);
	case PR_GET_KEEPCAPS:
		return !!(c->securebits & SECBIT_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return set_keepcaps(a2);
	}
	return -EINVAL;
}
