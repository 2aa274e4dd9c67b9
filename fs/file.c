/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables: which number stands for which open file. A table has one
 * allocation for the pointers and both bitmaps; it doubles when it is full.
 *
 *   fd[max_fds] | close_on_exec, max_fds bits | open_fds, max_fds bits
 *
 * A bit in open_fds with fd[] still NULL is a reserved number: open is under way.
 * Abridges Linux's fs/file.c; leaves out RCU and the two-level bitmap.
 */
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <sched.h>
#include <string.h>
#include <syscalls.h>
#include <linux/close_range.h>

#define BITS_PER_LONG	64
#define NR_OPEN_DEFAULT 64U
#define NR_OPEN_MAX	(1U << 18) /* what one kmalloc can hold */

static bool fd_test(const unsigned long *map, unsigned int fd)
{
	return map[fd / BITS_PER_LONG] >> (fd % BITS_PER_LONG) & 1;
}

static void fd_set_bit(unsigned long *map, unsigned int fd)
{
	map[fd / BITS_PER_LONG] |= BIT(fd % BITS_PER_LONG);
}

static void fd_clear_bit(unsigned long *map, unsigned int fd)
{
	map[fd / BITS_PER_LONG] &= ~BIT(fd % BITS_PER_LONG);
}

/* First clear bit at or after @start, or @max. */
static unsigned int find_free_fd(const unsigned long *map, unsigned int start, unsigned int max)
{
	unsigned int word = start / BITS_PER_LONG;
	unsigned long busy;

	if (start >= max)
		return max;
	busy = map[word] | (BIT(start % BITS_PER_LONG) - 1);
	while (!~busy) {
		if (++word == max / BITS_PER_LONG)
			return max;
		busy = map[word];
	}
	return word * BITS_PER_LONG + __builtin_ctzl(~busy);
}

/* Gives @files an empty table of @max entries (a multiple of 64). 0 or -ENOMEM. */
static int alloc_fdtable(struct files_struct *files, unsigned int max)
{
	files->fd = kzalloc(max * sizeof(struct file *) + max / 8 * 2);
	if (!files->fd)
		return -ENOMEM;
	files->max_fds = max;
	files->close_on_exec = (unsigned long *)(files->fd + max);
	files->open_fds = files->close_on_exec + max / BITS_PER_LONG;
	return 0;
}

static struct files_struct *alloc_files(unsigned int max)
{
	struct files_struct *files = kzalloc(sizeof(*files));

	if (!files)
		return NULL;
	if (alloc_fdtable(files, max)) {
		kfree(files);
		return NULL;
	}
	atomic_set(&files->count, 1);
	spin_lock_init(&files->file_lock, LOCK_FILES);
	return files;
}

/* Copies the first @n entries and bits; @n is a multiple of 64. */
static void copy_fdtable(struct files_struct *to, const struct files_struct *from, unsigned int n)
{
	memcpy(to->fd, from->fd, n * sizeof(struct file *));
	memcpy(to->close_on_exec, from->close_on_exec, n / 8);
	memcpy(to->open_fds, from->open_fds, n / 8);
}

/* Makes room for number @nr. file_lock held. 0, -EMFILE or -ENOMEM. */
static int expand_files(struct files_struct *files, unsigned int nr)
{
	struct files_struct old = {.fd = files->fd,
				   .close_on_exec = files->close_on_exec,
				   .open_fds = files->open_fds};
	unsigned int old_max = files->max_fds, max = old_max;

	if (nr < max)
		return 0;
	if (nr >= NR_OPEN_MAX)
		return -EMFILE;
	while (max <= nr)
		max *= 2;
	if (alloc_fdtable(files, max)) {
		files->fd = old.fd;
		return -ENOMEM;
	}
	copy_fdtable(files, &old, old_max);
	kfree(old.fd);
	return 0;
}

void files_init(void)
{
	struct fs_struct *fs = current->fs;

	current->files = alloc_files(NR_OPEN_DEFAULT);
	if (!fs)
		fs = kzalloc(sizeof(*fs));
	BUG_ON(!current->files || !fs);
	if (!current->fs) {
		atomic_set(&fs->users, 1);
		spin_lock_init(&fs->lock, LOCK_FILES);
		fs->umask = 0022;
		current->fs = fs;
	}
}

/* Reserves the lowest free number in [start, end). -EMFILE, -ENOMEM. */
static int alloc_fd(unsigned int start, unsigned int end, unsigned int flags)
{
	struct files_struct *files = current->files;
	unsigned int fd;
	int err;

	spin_lock(&files->file_lock);
	fd = find_free_fd(files->open_fds, max(start, files->next_fd), files->max_fds);
	fd = max(fd, start);
	err = fd >= end ? -EMFILE : expand_files(files, fd);
	if (!err) {
		if (start <= files->next_fd)
			files->next_fd = fd + 1;
		fd_set_bit(files->open_fds, fd);
		if (flags & O_CLOEXEC)
			fd_set_bit(files->close_on_exec, fd);
		else
			fd_clear_bit(files->close_on_exec, fd);
	}
	spin_unlock(&files->file_lock);
	return err ? err : (int)fd;
}

int get_unused_fd_flags(unsigned int flags)
{
	return alloc_fd(0, min_t(u64, rlimit(RLIMIT_NOFILE), NR_OPEN_MAX), flags);
}

int f_dupfd(unsigned int from, struct file *f, unsigned int flags)
{
	u64 limit = rlimit(RLIMIT_NOFILE);
	int fd;

	if (from >= limit)
		return -EINVAL;
	fd = alloc_fd(from, min_t(u64, limit, NR_OPEN_MAX), flags);
	if (fd >= 0)
		fd_install(fd, get_file(f));
	return fd;
}

/* file_lock held. */
static void release_fd(struct files_struct *files, unsigned int fd)
{
	fd_clear_bit(files->open_fds, fd);
	if (fd < files->next_fd)
		files->next_fd = fd;
}

void put_unused_fd(unsigned int fd)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	release_fd(files, fd);
	spin_unlock(&files->file_lock);
}

void fd_install(unsigned int fd, struct file *f)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	files->fd[fd] = f;
	spin_unlock(&files->file_lock);
}

static struct file *files_lookup(struct files_struct *files, unsigned int fd, unsigned int mask)
{
	struct file *f = NULL;

	spin_lock(&files->file_lock);
	if (fd < files->max_fds)
		f = files->fd[fd];
	if (f && (f->f_mode & mask))
		f = NULL;
	if (f)
		get_file(f);
	spin_unlock(&files->file_lock);
	return f;
}

struct file *fget(unsigned int fd) { return files_lookup(current->files, fd, FMODE_PATH); }

struct file *fget_raw(unsigned int fd) { return files_lookup(current->files, fd, 0); }

struct file *fget_task(struct task_struct *t, unsigned int fd)
{
	return t->files ? files_lookup(t->files, fd, 0) : NULL;
}

bool get_close_on_exec(unsigned int fd) { return fd_test(current->files->close_on_exec, fd); }

void set_close_on_exec(unsigned int fd, bool on)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	if (on)
		fd_set_bit(files->close_on_exec, fd);
	else
		fd_clear_bit(files->close_on_exec, fd);
	spin_unlock(&files->file_lock);
}

/*
 * Numbers worth copying: up to the highest open one, rounded up to whole words, one word at
 * least.
 */
static unsigned int count_open_words(const struct files_struct *files)
{
	unsigned int words = files->max_fds / BITS_PER_LONG;

	while (words > 1 && !files->open_fds[words - 1])
		words--;
	return words;
}

struct files_struct *dup_fd(struct files_struct *old)
{
	unsigned int words = count_open_words(old);
	unsigned int max = NR_OPEN_DEFAULT, fd;
	struct files_struct *files;

	while (max < words * BITS_PER_LONG)
		max *= 2;
	files = alloc_files(max);
	if (!files)
		return NULL;
	spin_lock(&old->file_lock);
	copy_fdtable(files, old, words * BITS_PER_LONG);
	files->next_fd = old->next_fd;
	for (unsigned int w = 0; w < words; w++) {
		for (unsigned long bits = files->open_fds[w]; bits; bits &= bits - 1) {
			fd = w * BITS_PER_LONG + __builtin_ctzl(bits);
			if (files->fd[fd])
				get_file(files->fd[fd]);
			else /* reserved by another thread, which will install it in @old only */
				release_fd(files, fd);
		}
	}
	spin_unlock(&old->file_lock);
	return files;
}

static void close_files(struct files_struct *files)
{
	for (unsigned int w = 0; w < files->max_fds / BITS_PER_LONG; w++) {
		for (unsigned long bits = files->open_fds[w]; bits; bits &= bits - 1) {
			struct file *f = files->fd[w * BITS_PER_LONG + __builtin_ctzl(bits)];

			if (f)
				filp_close(f, files);
		}
	}
}

void put_files_struct(struct files_struct *files)
{
	if (!atomic_dec_and_test(&files->count))
		return;
	close_files(files);
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

/*
 * Takes the file out of the table and frees the number; NULL if none is open there. file_lock
 * held.
 */
static struct file *pick_file(struct files_struct *files, unsigned int fd)
{
	struct file *f = fd < files->max_fds ? files->fd[fd] : NULL;

	if (f) {
		files->fd[fd] = NULL;
		release_fd(files, fd);
	}
	return f;
}

void do_close_on_exec(struct files_struct *files)
{
	for (unsigned int w = 0; w < files->max_fds / BITS_PER_LONG; w++) {
		unsigned long bits = files->close_on_exec[w] & files->open_fds[w];

		files->close_on_exec[w] = 0;
		for (; bits; bits &= bits - 1) {
			struct file *f;

			spin_lock(&files->file_lock);
			f = pick_file(files, w * BITS_PER_LONG + __builtin_ctzl(bits));
			spin_unlock(&files->file_lock);
			if (f)
				filp_close(f, files);
		}
	}
}

int close_fd(unsigned int fd)
{
	struct files_struct *files = current->files;
	struct file *f;

	spin_lock(&files->file_lock);
	f = pick_file(files, fd);
	spin_unlock(&files->file_lock);
	return f ? filp_close(f, files) : -EBADF;
}

static void close_range_cloexec(unsigned int first, unsigned int last)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	for (unsigned int fd = first; fd <= last && fd < files->max_fds; fd++)
		fd_set_bit(files->close_on_exec, fd);
	spin_unlock(&files->file_lock);
}

long sys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	int err;

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC))
		return -EINVAL;
	if (first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		err = unshare_files();
		if (err)
			return err;
	}
	if (flags & CLOSE_RANGE_CLOEXEC) {
		close_range_cloexec(first, last);
		return 0;
	}
	for (unsigned int fd = first; fd <= last && fd < current->files->max_fds; fd++)
		close_fd(fd);
	return 0;
}

/* Puts @f at number @fd, closing what was there; @f keeps its own reference. */
static long do_dup2(struct file *f, unsigned int fd, unsigned int flags)
{
	struct files_struct *files = current->files;
	struct file *old;
	long err;

	spin_lock(&files->file_lock);
	err = expand_files(files, fd);
	if (err) {
		spin_unlock(&files->file_lock);
		return err == -EMFILE ? -EBADF : err;
	}
	old = files->fd[fd];
	if (!old && fd_test(files->open_fds, fd)) {
		spin_unlock(&files->file_lock);
		return -EBUSY;
	}
	files->fd[fd] = get_file(f);
	fd_set_bit(files->open_fds, fd);
	if (flags & O_CLOEXEC)
		fd_set_bit(files->close_on_exec, fd);
	else
		fd_clear_bit(files->close_on_exec, fd);
	spin_unlock(&files->file_lock);
	if (old)
		filp_close(old, files);
	return fd;
}

long sys_dup3(unsigned int from, unsigned int to, int flags)
{
	struct file *f;
	long ret;

	if (flags & ~O_CLOEXEC)
		return -EINVAL;
	if (from == to)
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
	fd = get_unused_fd_flags(0);
	if (fd < 0)
		fput(f);
	else
		fd_install(fd, f);
	return fd;
}
