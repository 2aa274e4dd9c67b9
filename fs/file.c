/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables: which number means which open file. A table doubles when it
 * is full. A number that is used but has no file yet is reserved: an open is in
 * progress.
 *
 *   number   0     1     2     3          4 ..  max_fds - 1
 *   fd[]     tty   tty   tty   reserved   free
 *
 * Abridges Linux's fs/file.c; leaves out RCU, the bitmaps and close_range.
 */
#include <file.h>
#include <fs.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <task.h>
#include <linux/fcntl.h>

#define NR_OPEN_DEFAULT 64U
#define NR_OPEN_MAX	(1U << 18) /* the table must fit into one kmalloc */

static struct files_struct *alloc_files(unsigned int max)
{
	struct files_struct *files = kzalloc(sizeof(*files));

	if (!files)
		return NULL;
	files->fd = kzalloc(max * sizeof(struct fd_slot));
	if (!files->fd) {
		kfree(files);
		return NULL;
	}
	files->max_fds = max;
	atomic_set(&files->count, 1);
	spin_lock_init(&files->file_lock, LOCK_FILES);
	return files;
}

/* Makes room for number @nr. file_lock held. Returns 0, -EMFILE or -ENOMEM. */
static int expand_files(struct files_struct *files, unsigned int nr)
{
	unsigned int max = files->max_fds;
	struct fd_slot *fd;

	if (nr < max)
		return 0;
	if (nr >= NR_OPEN_MAX)
		return -EMFILE;
	while (max <= nr)
		max *= 2;
	fd = kzalloc(max * sizeof(*fd));
	if (!fd)
		return -ENOMEM;
	memcpy(fd, files->fd, files->max_fds * sizeof(*fd));
	kfree(files->fd);
	files->fd = fd;
	files->max_fds = max;
	return 0;
}

void files_init(void)
{
	current->files = alloc_files(NR_OPEN_DEFAULT);
	BUG_ON(!current->files);
}

/* Reserves the lowest free number >= @start. Returns it, -EMFILE (RLIMIT_NOFILE) or -ENOMEM. */
static int alloc_fd(unsigned int start, unsigned int flags)
{
	struct files_struct *files = current->files;
	unsigned int fd;
	int err = -EMFILE;

	spin_lock(&files->file_lock);
	fd = max(start, files->next_fd);
	while (fd < files->max_fds && files->fd[fd].used)
		fd++;
	if (fd < rlimit(RLIMIT_NOFILE))
		err = expand_files(files, fd);
	if (!err) {
		files->fd[fd] = (struct fd_slot){.used = true, .cloexec = flags & O_CLOEXEC};
		files->end_fd = max(files->end_fd, fd + 1);
		if (start <= files->next_fd)
			files->next_fd = fd + 1;
	}
	spin_unlock(&files->file_lock);
	return err ? err : (int)fd;
}

int get_unused_fd_flags(unsigned int flags) { return alloc_fd(0, flags); }

int f_dupfd(unsigned int from, struct file *f, unsigned int flags)
{
	int fd;

	if (from >= rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	fd = alloc_fd(from, flags);
	if (fd >= 0)
		fd_install(fd, get_file(f));
	return fd;
}

void put_unused_fd(unsigned int fd)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	files->fd[fd].used = false;
	files->next_fd = min(files->next_fd, fd);
	spin_unlock(&files->file_lock);
}

void fd_install(unsigned int fd, struct file *f)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	files->fd[fd].file = f;
	spin_unlock(&files->file_lock);
}

struct file *fget(unsigned int fd) { return fget_files(current->files, fd, FMODE_PATH); }

struct file *fget_raw(unsigned int fd) { return fget_files(current->files, fd, 0); }

struct file *fget_task(struct task_struct *t, unsigned int fd)
{
	return t->files ? fget_files(t->files, fd, 0) : NULL;
}

bool get_close_on_exec(const struct files_struct *files, unsigned int fd)
{
	return fd < files->max_fds && files->fd[fd].cloexec;
}

struct files_struct *dup_fd(struct files_struct *old)
{
	unsigned int max = NR_OPEN_DEFAULT, n = old->end_fd;
	struct files_struct *files;

	while (n && !old->fd[n - 1].used)
		n--;
	while (max < n)
		max *= 2;
	files = alloc_files(max);
	if (!files)
		return NULL;
	files->end_fd = n;
	spin_lock(&old->file_lock);
	for (unsigned int fd = 0; fd < n; fd++) {
		if (!old->fd[fd].file)
			continue; /* free, or reserved by another thread in @old */
		files->fd[fd] = old->fd[fd];
		get_file(files->fd[fd].file);
	}
	spin_unlock(&old->file_lock);
	return files;
}

static void put_files_struct(struct files_struct *files)
{
	if (!refcount_dec_and_test(&files->count))
		return;
	for (unsigned int fd = 0; fd < files->end_fd; fd++)
		if (files->fd[fd].file)
			filp_close(files->fd[fd].file, files);
	kfree(files->fd);
	kfree(files);
}

void exit_files(struct task_struct *t)
{
	struct files_struct *files = t->files;

	t->files = NULL;
	if (files)
		put_files_struct(files);
}

int unshare_files(void)
{
	struct files_struct *old = current->files, *files;

	if (atomic_read(&old->count) == 1)
		return 0;
	files = dup_fd(old);
	if (!files)
		return -ENOMEM;
	current->files = files;
	put_files_struct(old);
	return 0;
}

static long close_fd(struct files_struct *files, unsigned int fd)
{
	struct file *f = NULL;

	spin_lock(&files->file_lock);
	if (fd < files->max_fds)
		f = files->fd[fd].file;
	if (f) {
		files->fd[fd] = (struct fd_slot){0};
		files->next_fd = min(files->next_fd, fd);
	}
	spin_unlock(&files->file_lock);
	if (!f)
		return -EBADF;
	filp_close(f, files);
	return 0;
}

void do_close_on_exec(struct files_struct *files)
{
	for (unsigned int fd = 0; fd < files->end_fd; fd++)
		if (files->fd[fd].cloexec)
			close_fd(files, fd);
}

long sys_close(unsigned int fd) { return close_fd(current->files, fd); }

/* Installs @f at number @fd and closes the file that was there. The caller keeps its reference. */
static long do_dup2(struct file *f, unsigned int fd, unsigned int flags)
{
	struct files_struct *files = current->files;
	struct file *old = NULL;
	long err;

	spin_lock(&files->file_lock);
	err = expand_files(files, fd);
	if (!err) {
		old = files->fd[fd].file;
		if (!old && files->fd[fd].used)
			err = -EBUSY;
	}
	if (!err) {
		files->fd[fd] = (struct fd_slot){get_file(f), true, flags & O_CLOEXEC};
		files->end_fd = max(files->end_fd, fd + 1);
	}
	spin_unlock(&files->file_lock);
	if (old)
		filp_close(old, files);
	return err == -EMFILE ? -EBADF : err ? err : fd;
}

long sys_dup3(unsigned int from, unsigned int to, int flags)
{
	struct file *f;
	long ret;

	if ((flags & ~O_CLOEXEC) || from == to)
		return -EINVAL;
	if (to >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	f = fget_raw(from);
	if (!f)
		return -EBADF;
	ret = do_dup2(f, to, flags);
	fput(f);
	return ret;
}

long sys_dup2(unsigned int from, unsigned int to)
{
	struct file *f;

	if (from != to)
		return sys_dup3(from, to, 0);
	f = fget_raw(from);
	if (!f)
		return -EBADF;
	fput(f);
	return from;
}

long sys_dup(unsigned int from)
{
	struct file *f = fget_raw(from);
	int fd;

	if (!f)
		return -EBADF;
	fd = f_dupfd(0, f, 0);
	fput(f);
	return fd;
}
