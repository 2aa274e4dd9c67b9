/* SPDX-License-Identifier: MIT */
/* Process identifiers: kernel/task/pid.c. tasklist_lock guards the lists of tasks. */
#ifndef PID_H
#define PID_H

#include <list.h>
#include <atomic.h>
#include <wait.h>

struct file;
struct task_struct;

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_MAX };

/* A number and the tasks that use it as pid, thread group, process group or session. */
struct pid {
	atomic_t count;
	int nr;
	struct list_head tasks[PIDTYPE_MAX]; /* of task_struct.pid_links[type] */
	struct list_head hash;
	wait_queue_head_t wait_pidfd; /* woken when the process ends */
};

void pid_init(void);
/* The next free number, with one reference; ERR_PTR(-EAGAIN) or ERR_PTR(-ENOMEM). */
struct pid *alloc_pid(int chosen); /* 0: the next free number */
/* No task uses the number: unhashes it and drops alloc_pid's reference. */
void free_pid(struct pid *pid);
struct pid *get_pid(struct pid *pid);
void put_pid(struct pid *pid);
struct pid *find_get_pid(int nr); /* with a reference, or NULL */
/* tasklist_lock held. */
void attach_pid(struct task_struct *t, enum pid_type type);
void detach_pid(struct task_struct *t, enum pid_type type);
void change_pid(struct task_struct *t, enum pid_type type, struct pid *pid);
void transfer_pid(struct task_struct *old, struct task_struct *new, enum pid_type type);
struct task_struct *pid_task(struct pid *pid, enum pid_type type);
/* The task with this number and a reference to it, or NULL. */
struct task_struct *find_get_task_by_vpid(int nr);

#define do_each_pid_task(pid, type, task) \
	if ((pid) != NULL) \
		list_for_each_entry(task, &(pid)->tasks[type], pid_links[type])

/* kernel/pidfd.c, for fork and wait, whose reader need not know it. */
struct pidfd_operations {
	/* A descriptor for @pid, not installed yet; *f is its file. The number or -errno. */
	int (*prepare)(struct pid *pid, unsigned int flags, struct file **f);
	/* The pid of an open pidfd with a reference, or ERR_PTR(-EBADF); *nonblock: O_NONBLOCK. */
	struct pid *(*get_pid)(unsigned int fd, bool *nonblock);
};
extern const struct pidfd_operations pidfd_ops;

static inline int pid_nr(struct pid *pid) { return pid ? pid->nr : 0; }

#endif
