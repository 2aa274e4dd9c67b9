/* SPDX-License-Identifier: MIT */
/*
 * Credentials: the users and groups of a task, and what it may do. A cred that a task points to
 * never changes, so that tasks can share it: copy (prepare_creds), change the copy, commit it.
 *
 * Abridges Linux's kernel/cred.c and capability.c. Left out: user namespaces, keys, security
 * modules, separate objective credentials.
 */
#include <errno.h>
#include <mm_types.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <trace.h>

int suid_dumpable = SUID_DUMP_DISABLE;

struct cred init_cred = {
	.usage = ATOMIC_INIT(1),
	.cap_permitted = CAP_ALL,
	.cap_effective = CAP_ALL,
	.cap_bset = CAP_ALL,
};

struct cred *prepare_creds(void)
{
	struct cred *new = kmemdup(current->cred, sizeof(*new));

	if (new)
		atomic_set(&new->usage, 1);
	return new;
}

struct cred *get_cred(const struct cred *c)
{
	struct cred *cred = (struct cred *)c; /* only the count is written */

	refcount_inc(&cred->usage);
	return cred;
}

void put_cred(const struct cred *c)
{
	struct cred *cred = (struct cred *)c;

	if (refcount_dec_and_test(&cred->usage))
		kfree(cred);
}

/*
 * After such a change processes with the old credentials must not read this one: it is not
 * dumpable.
 */
static bool privileges_grow(const struct cred *old, const struct cred *new)
{
	return old->euid != new->euid || old->egid != new->egid || old->fsuid != new->fsuid ||
	       old->fsgid != new->fsgid || (new->cap_permitted & ~old->cap_permitted);
}

int commit_creds(struct cred *new)
{
	struct task_struct *t = current;
	const struct cred *old = t->cred;

	if (new->uid != old->uid) {
		if (account_user(new->uid, USER_TASKS, 1) < 0) {
			put_cred(new);
			return -ENOMEM;
		}
		account_user(old->uid, USER_TASKS, -1);
	}
	if (privileges_grow(old, new)) {
		if (t->mm)
			set_dumpable(t->mm, suid_dumpable);
		t->pdeath_signal = 0;
	}
	t->cred = new;
	trace_task_known = false;
	put_cred(old);
	return 0;
}

bool in_group_p(gid_t gid)
{
	const struct cred *c = current->cred;

	if (gid == c->fsgid)
		return true;
	for (unsigned int i = 0; i < c->ngroups; i++) {
		if (c->groups[i] == gid)
			return true;
	}
	return false;
}

bool capable(int cap)
{
	if (!(current->cred->cap_effective & BIT(cap)))
		return false;
	current->flags |= PF_SUPERPRIV;
	return true;
}
