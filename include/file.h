/* SPDX-License-Identifier: MIT */
/* Open files: the descriptor table of a process, and what every open file can do. */
#ifndef FILE_H
#define FILE_H

#include <atomic.h>
#include <fs.h>
#include <spinlock.h>

struct flock;
struct task_struct;

/* ---- descriptors: file.c ----------------------------------------------- */

/* A descriptor number: free, reserved (used, no file) or open. */
struct fd_slot {
	struct file *file; /* owns a reference */
	bool used, cloexec;
};

/* The open descriptors of a process; shared by CLONE_FILES. file_lock guards everything. */
struct files_struct {
	atomic_t count;
	spinlock_t file_lock;
	unsigned int max_fds; /* size of fd[] */
	unsigned int next_fd; /* no number below is free */
	unsigned int end_fd;  /* no number from here on is used */
	struct fd_slot *fd;
};

/*
 * Returns the file of @fd with a reference, or NULL if there is none or it has a bit of @mask
 * (FMODE_*). Inline because mm/ is below fs/ and mmap(2) takes a descriptor.
 */
static inline struct file *fget_files(struct files_struct *files, unsigned int fd,
				      unsigned int mask)
{
	struct file *f = NULL;

	spin_lock(&files->file_lock);
	if (fd < files->max_fds)
		f = files->fd[fd].file;
	f = f && !(f->f_mode & mask) ? get_file(f) : NULL;
	spin_unlock(&files->file_lock);
	return f;
}

struct file *fget(unsigned int fd);	/* of current; not O_PATH files */
struct file *fget_raw(unsigned int fd); /* O_PATH too */
struct file *fget_task(struct task_struct *t, unsigned int fd);
int get_unused_fd_flags(unsigned int flags); /* reserves the lowest; -EMFILE, -ENOMEM */
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *f); /* takes over the caller's reference */
/* The lowest number >= @from for another reference to @f. -EINVAL, -EMFILE, -ENOMEM. */
int f_dupfd(unsigned int from, struct file *f, unsigned int flags);
bool get_close_on_exec(const struct files_struct *files, unsigned int fd);
struct files_struct *dup_fd(struct files_struct *old); /* NULL: no memory */
void exit_files(struct task_struct *t);
int unshare_files(void); /* exec: current gets a table of its own */
void do_close_on_exec(struct files_struct *f);

/* ---- the life of a struct file: file_table.c --------------------------- */

struct file *dentry_open(const struct path *p, int flags); /* no permission check. ERR_PTR */
extern int nr_files;					   /* that are open */
extern unsigned long max_files; /* without CAP_SYS_ADMIN; vfs_init sets it */
/* Drops a descriptor's reference, and the process's locks on the file. */
void filp_close(struct file *f, struct files_struct *files);

/* ---- bytes: read_write.c, readdir.c ------------------------------------ */

loff_t generic_file_llseek(struct file *f, loff_t off, int whence);
loff_t noop_llseek(struct file *f, loff_t off, int whence);
int noop_fsync(struct file *f);
ssize_t generic_file_read(struct file *f, char __user *buf, size_t n, loff_t *pos);
ssize_t generic_file_write(struct file *f, const char __user *buf, size_t n, loff_t *pos);
/* A file's bytes to or from a kernel buffer. Bytes, 0 at the end, -errno. */
ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t *pos);
ssize_t kernel_write(struct file *f, const void *buf, size_t n, loff_t *pos);
/* The same to a file that has ->write_iter: iov_iter.c. */
ssize_t kernel_write_iter(struct file *f, const void *buf, size_t n, loff_t *pos);
extern const struct file_operations simple_dir_operations; /* a directory of dentries only */
/* ->read of a directory: -EISDIR */
ssize_t generic_read_dir(struct file *f, char __user *buf, size_t n, loff_t *pos);
/* "." and "..", the positions 0 and 1. False: the buffer is full. */
bool dir_emit_dots(struct file *f, struct dir_context *ctx);

/* ---- splice and sendfile: splice.c ------------------------------------- */

/* ->splice_read of files in memory: their pages. */
ssize_t filemap_splice_read(struct file *in, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
			    unsigned int flags);
/* ->splice_read of what has ->read_iter: new pages. */
ssize_t generic_file_splice_read(struct file *in, loff_t *pos, struct pipe_inode_info *pipe,
				 size_t len, unsigned int flags);
/* ->splice_write of what has ->write_iter or is in memory. */
ssize_t iter_file_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
			       size_t len, unsigned int flags);
/* Takes at most @n bytes, at a position that it moves. Returns their number, or -errno. */
typedef ssize_t splice_actor(void *to, const void *bytes, size_t n, loff_t *pos);
/* Passes up to @len bytes of the pipe to @actor. Returns how many it took, or -errno. */
ssize_t splice_from_pipe(struct pipe_inode_info *pipe, void *to, loff_t *pos, size_t len,
			 unsigned int flags, splice_actor *actor);

/* ---- pipes for the kernel: pipe.c -------------------------------------- */

int create_pipe_files(struct file *ends[2]); /* the reader's end, the writer's. 0 or -errno */
/* @f: the only end for writing; readers get its end. Until they have closed, or a fatal signal. */
void wait_for_dump_helpers(struct file *f);

/* ---- advisory locks: locks.c ------------------------------------------- */

long flock_lock(struct file *f, int type, bool wait); /* F_RDLCK, F_WRLCK or F_UNLCK */
long fcntl_lock(struct file *f, unsigned int cmd, struct flock __user *arg);
/* close(2): of the process (@owner: its files_struct). Last close: of the file (@owner: @f). */
void locks_remove(struct file *f, const void *owner);
struct file_lock {
	struct list_head list; /* in inode->i_locks; a request that waits: in waiting */
	struct list_head all;  /* in all_locks, if it is held */
	struct inode *inode;
	bool flock;
	const void *owner; /* file or files_struct */
	int pid;	   /* -1: owned by an open file */
	short type;	   /* F_RDLCK, F_WRLCK; a request: F_UNLCK */
	loff_t start, end; /* both included */
};
/* For /proc/locks: @show each lock @l, and with @blocked each request that waits for it. */
void for_each_lock(void (*show)(void *arg, int n, bool blocked, const struct file_lock *l),
		   void *arg);

#endif
