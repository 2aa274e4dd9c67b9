/* SPDX-License-Identifier: MIT */
/*
 * Restartable sequences: a thread registers a struct rseq. The kernel writes there on
 * which CPU the thread runs, and the thread writes there which critical section it is in:
 *
 *   struct rseq            struct rseq_cs             the program
 *   cpu_id    0            start_ip -------------->   load, compute,
 *   rseq_cs  ----------->  post_commit_offset ---->   store (the commit)
 *                          abort_ip -------------->   begin again
 *
 * Whoever is preempted or gets a signal between start_ip and the commit goes on at abort_ip. So
 * the section needs no atomic instruction: another thread of the CPU undoes it, not corrupts it.
 *
 * A new program, and a child that shares the memory, have none; another child inherits it.
 * Abridges Linux's kernel/rseq.c. Left out: CPUs other than the first, so there is no migration.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <rseq.h>
#include <sched.h>
#include <signal.h>
#include <syscalls.h>
#include <task.h>
#include <asm/uaccess.h>

static int write_cpu_id(struct task_struct *t, u32 start, u32 id)
{
	return put_user(start, &t->rseq->cpu_id_start) || put_user(id, &t->rseq->cpu_id) ? -EFAULT
											 : 0;
}

/* The four bytes before abort_ip are the signature: so no attacker chooses where to go on. */
static int check_signature(unsigned long abort_ip)
{
	u32 sig;

	if (get_user(sig, (u32 __user *)(abort_ip - sizeof(u32))))
		return -EFAULT;
	return sig == current->rseq_sig ? 0 : -EINVAL;
}

/* Copies the section at @ptr, which the thread says it is in. 0, -EFAULT or -EINVAL. */
static int get_rseq_cs(struct rseq_cs *cs, u64 ptr)
{
	if (ptr >= TASK_SIZE)
		return -EINVAL;
	if (copy_from_user(cs, (void __user *)ptr, sizeof(*cs)))
		return -EFAULT;
	if (cs->version || cs->start_ip >= TASK_SIZE || cs->abort_ip >= TASK_SIZE ||
	    cs->start_ip + cs->post_commit_offset >= TASK_SIZE ||
	    cs->start_ip + cs->post_commit_offset < cs->start_ip)
		return -EINVAL;
	if (cs->abort_ip - cs->start_ip < cs->post_commit_offset)
		return -EINVAL;
	return check_signature(cs->abort_ip);
}

/* The flags say "do not begin again"; they are deprecated and Linux refuses them. */
static int check_flags(const struct rseq_cs *cs)
{
	u32 flags;

	if (cs->flags)
		return -EINVAL;
	if (get_user(flags, &current->rseq->flags))
		return -EFAULT;
	return flags ? -EINVAL : 0;
}

/* Leaves the critical section, if ip is in one: the task goes on at its abort_ip. */
static int rseq_ip_fixup(struct pt_regs *regs)
{
	struct rseq_cs cs;
	bool inside;
	u64 ptr;
	int err;

	if (get_user(ptr, &current->rseq->rseq_cs))
		return -EFAULT;
	if (!ptr)
		return 0;
	err = get_rseq_cs(&cs, ptr);
	inside = !err && regs->ip - cs.start_ip < cs.post_commit_offset;
	if (inside)
		err = check_flags(&cs);
	if (!err && put_user(0, &current->rseq->rseq_cs))
		err = -EFAULT;
	if (!err && inside)
		regs->ip = cs.abort_ip;
	return err;
}

/*
 * On the way to user mode, after the task has been off the CPU; or before the frame of signal @sig
 * (0: none). A struct that cannot be used is SIGSEGV.
 */
void rseq_handle_notify_resume(int sig, struct pt_regs *regs)
{
	current->rseq_event = false;
	if (!current->rseq || (!rseq_ip_fixup(regs) && !write_cpu_id(current, 0, 0)))
		return;
	if (sig == SIGSEGV)
		force_fatal_sig(SIGSEGV);
	else
		force_sig(SIGSEGV);
}

static long rseq_unregister(struct rseq __user *rseq, u32 len, u32 sig)
{
	struct task_struct *me = current;

	if (!me->rseq || me->rseq != rseq || len != sizeof(*rseq))
		return -EINVAL;
	if (me->rseq_sig != sig)
		return -EPERM;
	if (write_cpu_id(me, 0, RSEQ_CPU_ID_UNINITIALIZED))
		return -EFAULT;
	me->rseq = NULL;
	return 0;
}

long sys_rseq(struct rseq __user *rseq, u32 len, int flags, u32 sig)
{
	struct task_struct *me = current;

	if (flags == RSEQ_FLAG_UNREGISTER)
		return rseq_unregister(rseq, len, sig);
	if (flags)
		return -EINVAL;
	if (me->rseq) {
		if (me->rseq != rseq || len != sizeof(*rseq))
			return -EINVAL;
		return me->rseq_sig == sig ? -EBUSY : -EPERM;
	}
	if ((unsigned long)rseq % _Alignof(struct rseq) || len != sizeof(*rseq))
		return -EINVAL;
	if (!access_ok(rseq, len))
		return -EFAULT;
	me->rseq = rseq;
	me->rseq_sig = sig;
	me->rseq_event = true; /* writes the CPU */
	return 0;
}
