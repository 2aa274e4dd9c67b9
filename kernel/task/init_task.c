/* SPDX-License-Identifier: MIT */
/*
 * Task 0, which is not forked but defined here: the boot context, later the idle loop. Every other
 * task begins as a copy of it or of its descendants.
 *
 * Abridges Linux's init/init_task.c.
 * Not on the road of an exec.
 */
#include <fs_struct.h>
#include <sched.h>

/*
 * Number 0: group and session of tasks that never called setpgid. Only init_task's own entry keeps
 * it in use; it is in no hash chain, so that nobody finds it by number.
 */
static struct pid init_struct_pid = {
	.count = ATOMIC_INIT(1),
	.tasks =
		{
			{&init_task.pid_links[PIDTYPE_PID], &init_task.pid_links[PIDTYPE_PID]},
			LIST_HEAD_INIT(init_struct_pid.tasks[PIDTYPE_TGID]),
			LIST_HEAD_INIT(init_struct_pid.tasks[PIDTYPE_PGID]),
			LIST_HEAD_INIT(init_struct_pid.tasks[PIDTYPE_SID]),
		},
	.hash = LIST_HEAD_INIT(init_struct_pid.hash),
};

#define RLIM_NONE \
	{ \
		RLIM64_INFINITY, RLIM64_INFINITY \
	}
static struct signal_struct init_signals = {
	.sigcnt = ATOMIC_INIT(1),
	.live = ATOMIC_INIT(1),
	.nr_threads = 1,
	.thread_head = {&init_task.thread_node, &init_task.thread_node},
	.wait_chldexit = WAIT_QUEUE_HEAD_INIT(init_signals.wait_chldexit),
	.shared_pending.list = LIST_HEAD_INIT(init_signals.shared_pending.list),
	.pids = {[PIDTYPE_TGID... PIDTYPE_SID] = &init_struct_pid},
	.cred_guard_mutex = MUTEX_INIT(init_signals.cred_guard_mutex, LOCK_CRED_GUARD),
	.rlim =
		{
			[RLIMIT_CPU] = RLIM_NONE,
			[RLIMIT_FSIZE] = RLIM_NONE,
			[RLIMIT_DATA] = RLIM_NONE,
			[RLIMIT_STACK] = {8 << 20, RLIM64_INFINITY},
			[RLIMIT_CORE] = {0, RLIM64_INFINITY},
			[RLIMIT_RSS] = RLIM_NONE,
			[RLIMIT_NPROC] = RLIM_NONE,
			[RLIMIT_NOFILE] = {1024, 4096},
			[RLIMIT_MEMLOCK] = {8 << 20, 8 << 20},
			[RLIMIT_AS] = RLIM_NONE,
			[RLIMIT_LOCKS] = RLIM_NONE,
			[RLIMIT_MSGQUEUE] = {819200, 819200},
			[RLIMIT_RTTIME] = RLIM_NONE,
		},
};

static struct sighand_struct init_sighand = {
	.siglock = SPIN_LOCK_INIT(LOCK_SIGHAND),
	.count = ATOMIC_INIT(1),
	.signalfd_wqh = WAIT_QUEUE_HEAD_INIT(init_sighand.signalfd_wqh),
};

static struct fs_struct init_fs = {
	.users = ATOMIC_INIT(1),
	.umask = 0022,
	.lock = SPIN_LOCK_INIT(LOCK_FILES),
};

/* Its stack is the boot stack, which it never leaves. */
struct task_struct init_task = {
	.on_rq = 1,
	.run_list = LIST_HEAD_INIT(init_task.run_list),
	.usage = ATOMIC_INIT(2),
	.flags = PF_KTHREAD,
	.comm = "swapper/0",
	.real_parent = &init_task,
	.parent = &init_task,
	.group_leader = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.ptraced = LIST_HEAD_INIT(init_task.ptraced),
	.thread_node = {&init_signals.thread_head, &init_signals.thread_head},
	.tasks = LIST_HEAD_INIT(init_task.tasks),
	.thread_pid = &init_struct_pid,
	.pid_links[PIDTYPE_PID] = {&init_struct_pid.tasks[PIDTYPE_PID],
				   &init_struct_pid.tasks[PIDTYPE_PID]},
	.fs = &init_fs,
	.signal = &init_signals,
	.sighand = &init_sighand,
	.cred = &init_cred,
	.pending.list = LIST_HEAD_INIT(init_task.pending.list),
};
