/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/oom_score, oom_score_adj and oom_adj: who is killed first when memory is used up.
 * Abridges that part of Linux's fs/proc/base.c.
 * Not on the road of an exec.
 */
#include <cred.h>
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <seq_file.h>
#include <string.h>
#include <task.h>
#include <linux/capability.h>
#include <linux/oom.h>
#include "internal.h"

int proc_pid_oom_score(struct seq_file *m, struct task_struct *t)
{
	unsigned long flags, total = totalram_pages();
	long points;

	spin_lock_irqsave(&tasklist_lock, flags);
	points = oom_badness(t->group_leader, total);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (points == INT64_MIN)
		return seq_printf(m, "0\n");
	return seq_printf(m, "%ld\n", (1000 + points * 1000 / (long)total) * 2 / 3);
}

int proc_pid_oom_score_adj(struct seq_file *m, struct task_struct *t)
{
	return seq_printf(m, "%d\n", t->signal->oom_score_adj);
}

int proc_parse_int(char *text, unsigned int base, long *value)
{
	char *end;
	bool minus;

	while (isspace(*text))
		text++;
	minus = *text == '-';
	if (minus || *text == '+')
		text++;
	*value = strtoul(text, &end, base);
	if (end == text)
		return -EINVAL;
	if (*value > INT32_MAX + (long)minus)
		return -ERANGE;
	while (isspace(*end))
		end++;
	if (minus)
		*value = -*value;
	return *end ? -EINVAL : 0;
}

/* Processes that share the address space share the score. */
static void set_oom_score_adj(struct task_struct *t, short adj)
{
	bool lower = capable(CAP_SYS_RESOURCE);
	struct task_struct *p;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p) {
		if (p->signal != t->signal &&
		    (!t->mm || p->mm != t->mm || t->vfork_done || p->tgid == 1))
			continue;
		p->signal->oom_score_adj = adj;
		if (lower)
			p->signal->oom_score_adj_min = adj;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

ssize_t proc_pid_set_oom_score_adj(const struct proc_entry *e __maybe_unused, struct task_struct *t,
				   char *text, size_t n)
{
	long adj;
	int err = proc_parse_int(text, 0, &adj);

	if (!err && (adj < OOM_SCORE_ADJ_MIN || adj > OOM_SCORE_ADJ_MAX))
		err = -EINVAL;
	if (err)
		return err;
	if (adj < t->signal->oom_score_adj_min && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	set_oom_score_adj(t, adj);
	return min(n, INT_TEXT);
}

/* The older scale: -17 (never) to 15. */
int proc_pid_oom_adj(struct seq_file *m, struct task_struct *t)
{
	int adj = t->signal->oom_score_adj;

	return seq_printf(m, "%d\n",
			  adj == OOM_SCORE_ADJ_MAX ? 15 : min(adj * 17 / OOM_SCORE_ADJ_MAX, 15));
}

ssize_t proc_pid_set_oom_adj(const struct proc_entry *e __maybe_unused, struct task_struct *t,
			     char *text, size_t n)
{
	long adj;
	int err = proc_parse_int(text, 0, &adj);

	if (!err && (adj < -17 || adj > 15))
		err = -EINVAL;
	if (err)
		return err;
	adj = adj == 15 ? OOM_SCORE_ADJ_MAX : adj * OOM_SCORE_ADJ_MAX / 17;
	if (adj < t->signal->oom_score_adj && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	set_oom_score_adj(t, adj);
	return min(n, INT_TEXT);
}
