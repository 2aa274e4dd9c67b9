/* SPDX-License-Identifier: MIT */
/*
 * close_range: closes all descriptors of a range, or marks them close-on-exec.
 * Abridges __close_range of Linux's fs/file.c.
 * Not on the road of an exec.
 */
#include <file.h>
#include <syscalls.h>
#include <task.h>
#include <linux/close_range.h>

static void mark_range(struct files_struct *files, unsigned int first, unsigned int last)
{
	spin_lock(&files->file_lock);
	for (unsigned int fd = first; fd <= last && fd < files->max_fds; fd++) {
		if (files->fd[fd].used)
			files->fd[fd].cloexec = true;
	}
	spin_unlock(&files->file_lock);
}

long sys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) || first > last)
		return -EINVAL;
	if ((flags & CLOSE_RANGE_UNSHARE) && unshare_files())
		return -ENOMEM;
	if (flags & CLOSE_RANGE_CLOEXEC) {
		mark_range(current->files, first, last);
		return 0;
	}
	for (unsigned int fd = first; fd <= last && fd < current->files->max_fds; fd++)
		sys_close(fd);
	return 0;
}
