/* SPDX-License-Identifier: MIT */
/*
 * Programs that the kernel starts by itself, as root: the helper of a core dump.
 *
 * A new task is a copy of the one that forks, so a program of the kernel must not come from a task
 * of a user. A worker, which began as a copy of init_task, forks all of them:
 *
 *   the caller              the worker             the new task
 *   requests, sleeps  ───>  takes the request
 *                           kernel_thread    ───>  info->init, exec
 *   returns           <──────────────────────────  complete
 *
 * Abridges Linux's kernel/umh.c; left out: waiting for the end of the program, and the sysctls. On
 * Linux kthreadd (pid 2) is the parent of such programs; the worker has number 0.
 * Not on the road of an exec.
 */
#include <umh.h>
#include <binfmts.h>
#include <errno.h>
#include <printk.h>
#include <sched.h>
#include <signal.h>
#include <spinlock.h>

static LIST_HEAD(requests);
static DEFINE_SPINLOCK(requests_lock, LOCK_NONE);
static wait_queue_head_t worker_wait = WAIT_QUEUE_HEAD_INIT(worker_wait);

static int exec_program(void *data)
{
	static const char *const no_environment[] = {NULL};
	struct subprocess_info *info = data;
	int err;

	flush_signal_handlers(current, true);
	err = info->init(info->data);
	if (!err)
		err = kernel_execve(info->argv[0], info->argv, no_environment);
	info->retval = err;
	complete(&info->done);
	if (err)
		do_group_exit(0);
	return 0;
}

static struct subprocess_info *take_request(void)
{
	struct subprocess_info *info = NULL;

	spin_lock(&requests_lock);
	if (!list_empty(&requests)) {
		info = list_first_entry(&requests, struct subprocess_info, list);
		list_del_init(&info->list);
	}
	spin_unlock(&requests_lock);
	return info;
}

/* Nobody finds the worker: by its number, as a process of a group, or in a list of all tasks. */
static void hide_worker(void)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	list_del_init(&current->tasks);
	for (int type = 0; type < PIDTYPE_MAX; type++)
		list_del_init(&current->pid_links[type]);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

static int __noreturn worker(void *unused __maybe_unused)
{
	struct subprocess_info *info = NULL;
	pid_t pid;

	hide_worker();
	current->flags |= PF_KTHREAD;
	/* Its children are never zombies. */
	do_sigaction(SIGCHLD, &(struct k_sigaction){.sa.sa_handler = SIG_IGN}, NULL);
	for (;;) {
		wait_event_interruptible(&worker_wait, (info = take_request()));
		pid = kernel_thread(exec_program, info, "kworker");
		if (pid < 0) {
			info->retval = pid;
			complete(&info->done);
		}
	}
}

int call_usermodehelper_exec(struct subprocess_info *info)
{
	init_completion(&info->done);
	spin_lock(&requests_lock);
	list_add_tail(&info->list, &requests);
	spin_unlock(&requests_lock);
	wake_up(&worker_wait);
	wait_for_completion(&info->done);
	return info->retval;
}

void usermodehelper_init(void)
{
	if (kernel_worker(worker, "kworker"))
		panic("no memory for the first kernel thread");
}
