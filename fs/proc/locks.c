/* SPDX-License-Identifier: MIT */
/*
 * /proc/locks: the locks of all files, the newest first, and behind each what waits for it.
 * Abridges the last part of Linux's fs/locks.c.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <file.h>
#include <seq_file.h>
#include <linux/fcntl.h>
#include "internal.h"

static void show_lock(void *arg, int n, bool blocked, const struct file_lock *l)
{
	dev_t dev = l->inode->i_sb->s_dev;

	seq_printf(arg, "%d: %s%s ADVISORY  %s %d %02x:%02x:%lu %lu ", n, blocked ? "-> " : "",
		   l->flock	  ? "FLOCK "
		   : l->pid == -1 ? "OFDLCK"
				  : "POSIX ",
		   l->type == F_WRLCK ? "WRITE" : "READ", l->pid, MAJOR(dev), MINOR(dev),
		   l->inode->i_ino, (unsigned long)l->start);
	if (l->end == INT64_MAX)
		seq_puts(arg, "EOF\n");
	else
		seq_printf(arg, "%lu\n", (unsigned long)l->end);
}

int proc_locks(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	for_each_lock(show_lock, m);
	return 0;
}
