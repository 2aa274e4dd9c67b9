/* SPDX-License-Identifier: MIT */
/*
 * Pipes, with and without a name: a ring of pages between writers and readers.
 *
 *        tail                 head           head - tail: pages in use
 *   ring [ab..][cdef][gh..][    ][    ]      a short write joins the last page
 *         read here   written here           if it fits whole: PIPE_BUF is atomic
 *
 * Abridges Linux's fs/pipe.c; leaves out splice, per-user limits and the
 * exclusive wake-ups. pipe->mutex guards everything; it is never held asleep
 * except in a page fault.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <printk.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <asm/ioctls.h>
#include <linux/capability.h>
#include <linux/eventpoll.h>
#include <linux/magic.h>

#define PIPE_DEF_BUFFERS 16
#define PIPE_MAX_BUFFERS 256 /* 1 MiB: more asks for CAP_SYS_RESOURCE */

struct pipe_buffer {
	struct page *page;
	unsigned int offset, len;
	bool packet; /* O_DIRECT: one write is one read */
};

struct pipe_inode_info {
	struct mutex mutex;
	wait_queue_head_t rd_wait, wr_wait;
	unsigned int head, tail; /* run freely; slot: modulo ring_size */
	unsigned int ring_size;	 /* a power of two */
	unsigned int readers, writers;
	unsigned int files;		   /* open ends, and opens under way: at 0 the pipe goes */
	unsigned int r_counter, w_counter; /* how often an end was opened, for the other's open */
	struct page *tmp_page;		   /* one spare page, or NULL */
	struct pipe_buffer *bufs;
};

static struct pipe_inode_info *alloc_pipe_info(void)
{
	struct pipe_inode_info *pipe = kzalloc(sizeof(*pipe));

	if (!pipe)
		return NULL;
	pipe->bufs = kzalloc(PIPE_DEF_BUFFERS * sizeof(struct pipe_buffer));
	if (!pipe->bufs) {
		kfree(pipe);
		return NULL;
	}
	pipe->ring_size = PIPE_DEF_BUFFERS;
	mutex_init(&pipe->mutex, LOCK_PIPE);
	init_waitqueue_head(&pipe->rd_wait);
	init_waitqueue_head(&pipe->wr_wait);
	return pipe;
}

static void free_pipe_info(struct pipe_inode_info *pipe)
{
	for (unsigned int i = pipe->tail; i != pipe->head; i++)
		put_page(pipe->bufs[i & (pipe->ring_size - 1)].page);
	if (pipe->tmp_page)
		put_page(pipe->tmp_page);
	kfree(pipe->bufs);
	kfree(pipe);
}

static void put_pipe_info(struct inode *inode, struct pipe_inode_info *pipe)
{
	if (--pipe->files)
		return;
	inode->i_pipe = NULL;
	free_pipe_info(pipe);
}

static struct pipe_buffer *pipe_buf(struct pipe_inode_info *pipe, unsigned int slot)
{
	return &pipe->bufs[slot & (pipe->ring_size - 1)];
}

static bool pipe_empty(const struct pipe_inode_info *p) { return p->head == p->tail; }

static bool pipe_full(const struct pipe_inode_info *p) { return p->head - p->tail >= p->ring_size; }

static struct pipe_inode_info *file_pipe(struct file *f) { return f->f_inode->i_pipe; }

/* ---- reading -------------------------------------------------------------------------- */

static void pipe_buf_release(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	if (pipe->tmp_page)
		put_page(buf->page);
	else
		pipe->tmp_page = buf->page;
	buf->page = NULL;
	pipe->tail++;
}

/* Copies what is there, at most @n bytes. mutex held. Bytes, or -EFAULT if none. */
static ssize_t pipe_drain(struct pipe_inode_info *pipe, char __user *to, size_t n)
{
	size_t done = 0;

	while (!pipe_empty(pipe) && done < n) {
		struct pipe_buffer *buf = pipe_buf(pipe, pipe->tail);
		size_t chars = min_t(size_t, buf->len, n - done);
		bool packet = buf->packet;

		if (copy_to_user(to + done, (char *)page_address(buf->page) + buf->offset, chars))
			return done ? (ssize_t)done : -EFAULT;
		done += chars;
		buf->offset += chars;
		buf->len -= chars;
		if (!buf->len || packet)
			pipe_buf_release(pipe, buf);
		if (packet)
			break;
	}
	return done;
}

static ssize_t pipe_read(struct file *f, char __user *to, size_t n, loff_t *pos __maybe_unused)
{
	struct pipe_inode_info *pipe = file_pipe(f);
	bool was_full;
	ssize_t ret;

	if (!n)
		return 0;
	mutex_lock(&pipe->mutex);
	while (pipe_empty(pipe) && pipe->writers) {
		mutex_unlock(&pipe->mutex);
		if (f->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&pipe->rd_wait, !pipe_empty(pipe) || !pipe->writers))
			return -ERESTARTSYS;
		mutex_lock(&pipe->mutex);
	}
	was_full = pipe_full(pipe);
	ret = pipe_drain(pipe, to, n);
	was_full = was_full && !pipe_full(pipe);
	mutex_unlock(&pipe->mutex);
	if (was_full)
		wake_up_interruptible(&pipe->wr_wait);
	if (ret > 0)
		touch_atime(f);
	return ret;
}

/* ---- writing -------------------------------------------------------------------------- */

/* What is to be written: user or kernel memory. */
struct pipe_source {
	const char *from;
	size_t left;
	bool user;
};

/* 0 or -EFAULT. */
static int source_copy(struct pipe_source *src, void *to, size_t n)
{
	if (!src->user)
		memcpy(to, src->from, n);
	else if (copy_from_user(to, src->from, n))
		return -EFAULT;
	src->from += n;
	src->left -= n;
	return 0;
}

/*
 * Adds the odd bytes of a write to the page written last if they all fit. mutex held. 0 or
 * -EFAULT.
 */
static int pipe_merge(struct pipe_inode_info *pipe, struct pipe_source *src)
{
	size_t chars = offset_in_page(src->left);
	struct pipe_buffer *buf;
	int err;

	if (!chars || pipe_empty(pipe))
		return 0;
	buf = pipe_buf(pipe, pipe->head - 1);
	if (buf->packet || buf->offset + buf->len + chars > PAGE_SIZE)
		return 0;
	err = source_copy(src, (char *)page_address(buf->page) + buf->offset + buf->len, chars);
	if (!err)
		buf->len += chars;
	return err;
}

/* Fills one new page of the ring, which is not full. mutex held. 0, -ENOMEM, -EFAULT. */
static int pipe_append(struct pipe_inode_info *pipe, struct pipe_source *src, bool packet)
{
	struct page *page = pipe->tmp_page ? pipe->tmp_page : alloc_page(GFP_KERNEL);
	size_t chars = min(src->left, PAGE_SIZE);
	int err;

	if (!page)
		return -ENOMEM;
	pipe->tmp_page = page;
	err = source_copy(src, page_address(page), chars);
	if (err)
		return err;
	pipe->tmp_page = NULL;
	*pipe_buf(pipe, pipe->head) =
		(struct pipe_buffer){.page = page, .len = chars, .packet = packet};
	pipe->head++;
	return 0;
}

static bool pipe_writable(const struct pipe_inode_info *pipe)
{
	return !pipe_full(pipe) || !pipe->readers;
}

/*
 * The ring is full: lets readers run. mutex held, dropped while asleep. 0, -EAGAIN, -ERESTARTSYS.
 */
static int pipe_wait_writable(struct file *f, struct pipe_inode_info *pipe)
{
	int err = 0;

	if (f->f_flags & O_NONBLOCK)
		return -EAGAIN;
	mutex_unlock(&pipe->mutex);
	wake_up_interruptible(&pipe->rd_wait);
	if (wait_event_interruptible(&pipe->wr_wait, pipe_writable(pipe)))
		err = -ERESTARTSYS;
	mutex_lock(&pipe->mutex);
	return err;
}

/*
 * Writes until all is done or something stops it; -EPIPE comes with the signal. mutex held. 0 or
 * -errno.
 */
static int pipe_fill(struct file *f, struct pipe_inode_info *pipe, struct pipe_source *src)
{
	bool packet = f->f_flags & O_DIRECT;
	int err = 0;

	if (pipe->readers && !packet)
		err = pipe_merge(pipe, src);
	while (!err && (src->left || !pipe->readers)) {
		if (!pipe->readers) {
			send_sig(SIGPIPE, current, 0);
			return -EPIPE;
		}
		err = pipe_full(pipe) ? pipe_wait_writable(f, pipe)
				      : pipe_append(pipe, src, packet);
	}
	return err;
}

static ssize_t do_pipe_write(struct file *f, const void *from, size_t n, bool user)
{
	struct pipe_inode_info *pipe = file_pipe(f);
	struct pipe_source src = {.from = from, .left = n, .user = user};
	int err;

	if (!n)
		return 0;
	mutex_lock(&pipe->mutex);
	err = pipe_fill(f, pipe, &src);
	mutex_unlock(&pipe->mutex);
	if (src.left == n)
		return err;
	wake_up_interruptible(&pipe->rd_wait);
	file_update_time(f);
	return n - src.left;
}

static ssize_t pipe_write(struct file *f, const char __user *from, size_t n,
			  loff_t *pos __maybe_unused)
{
	return do_pipe_write(f, from, n, true);
}

ssize_t pipe_write_kernel(struct file *f, const void *from, size_t n)
{
	return do_pipe_write(f, from, n, false);
}

/* ---- asking ------------------------------------------------------------------------------ */

/* How often it was opened for writing, as fifo_open_read remembers it; never NULL. */
static void *w_count(const struct pipe_inode_info *pipe) { return (void *)(pipe->w_counter + 1UL); }

static unsigned int pipe_poll(struct file *f, struct poll_table_struct *pt)
{
	struct pipe_inode_info *pipe = file_pipe(f);
	unsigned int mask = 0;

	if (f->f_mode & FMODE_READ) {
		poll_wait(f, &pipe->rd_wait, pt);
		if (!pipe_empty(pipe))
			mask |= EPOLLIN | EPOLLRDNORM;
		/* A fifo opened O_NONBLOCK that never had a writer is not at its end yet. */
		if (!pipe->writers && f->private_data != w_count(pipe))
			mask |= EPOLLHUP;
	}
	if (f->f_mode & FMODE_WRITE) {
		poll_wait(f, &pipe->wr_wait, pt);
		if (!pipe_full(pipe))
			mask |= EPOLLOUT | EPOLLWRNORM;
		if (!pipe->readers)
			mask |= EPOLLERR;
	}
	return mask;
}

static long pipe_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pipe_inode_info *pipe = file_pipe(f);
	int count = 0;

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	mutex_lock(&pipe->mutex);
	for (unsigned int i = pipe->tail; i != pipe->head; i++)
		count += pipe_buf(pipe, i)->len;
	mutex_unlock(&pipe->mutex);
	return put_user(count, (int __user *)arg);
}

/* mutex held. The new size in bytes, -EBUSY or -ENOMEM. */
static long pipe_resize(struct pipe_inode_info *pipe, unsigned int slots)
{
	unsigned int used = pipe->head - pipe->tail;
	struct pipe_buffer *bufs;

	if (slots < used)
		return -EBUSY;
	bufs = kzalloc(slots * sizeof(*bufs));
	if (!bufs)
		return -ENOMEM;
	for (unsigned int i = 0; i < used; i++)
		bufs[i] = *pipe_buf(pipe, pipe->tail + i);
	kfree(pipe->bufs);
	pipe->bufs = bufs;
	pipe->ring_size = slots;
	pipe->tail = 0;
	pipe->head = used;
	return slots * PAGE_SIZE;
}

long pipe_fcntl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pipe_inode_info *pipe = file_pipe(f);
	unsigned int slots = 1;
	long ret;

	if (f->f_op != &pipefifo_fops || !pipe)
		return -EBADF;
	if (cmd == F_GETPIPE_SZ)
		return pipe->ring_size * PAGE_SIZE;
	if ((unsigned int)arg > 1U << 31)
		return -EINVAL;
	while (slots * PAGE_SIZE < (unsigned int)arg)
		slots *= 2;
	if (slots > PIPE_MAX_BUFFERS && slots > pipe->ring_size && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	mutex_lock(&pipe->mutex);
	ret = pipe_resize(pipe, slots);
	mutex_unlock(&pipe->mutex);
	wake_up_interruptible(&pipe->wr_wait);
	return ret;
}

/* ---- open and release ----------------------------------------------------------------------- */

/*
 * Waits until the other end has been opened since @seen. mutex held, dropped meanwhile. 0 or
 * -ERESTARTSYS.
 */
static int wait_for_partner(struct pipe_inode_info *pipe, wait_queue_head_t *q,
			    const unsigned int *counter)
{
	unsigned int seen = *counter;
	long err;

	mutex_unlock(&pipe->mutex);
	err = wait_event_interruptible(q, READ_ONCE(*counter) != seen);
	mutex_lock(&pipe->mutex);
	return err;
}

/* An end of a pipe(2) opened again through /proc/PID/fd: its partner is or was there, nobody waits. */
static bool is_anonymous(const struct file *f)
{
	return f->f_inode->i_sb->s_magic == PIPEFS_MAGIC;
}

static int fifo_open_read(struct file *f, struct pipe_inode_info *pipe)
{
	pipe->r_counter++;
	if (pipe->readers++ == 0)
		wake_up_interruptible(&pipe->wr_wait);
	if (pipe->writers || is_anonymous(f))
		return 0;
	if (f->f_flags & O_NONBLOCK) {
		f->private_data = w_count(pipe); /* no EPOLLHUP before the first writer */
		return 0;
	}
	if (!wait_for_partner(pipe, &pipe->rd_wait, &pipe->w_counter))
		return 0;
	if (--pipe->readers == 0)
		wake_up_interruptible(&pipe->wr_wait);
	return -ERESTARTSYS;
}

static int fifo_open_write(struct file *f, struct pipe_inode_info *pipe)
{
	if ((f->f_flags & O_NONBLOCK) && !pipe->readers && !is_anonymous(f))
		return -ENXIO;
	pipe->w_counter++;
	if (pipe->writers++ == 0)
		wake_up_interruptible(&pipe->rd_wait);
	if (pipe->readers || is_anonymous(f) || !wait_for_partner(pipe, &pipe->wr_wait, &pipe->r_counter))
		return 0;
	if (--pipe->writers == 0)
		wake_up_interruptible(&pipe->rd_wait);
	return -ERESTARTSYS;
}

/* Both ends in one: never waits, and lets waiters of both kinds go. */
static int fifo_open_both(struct pipe_inode_info *pipe)
{
	pipe->readers++;
	pipe->writers++;
	pipe->r_counter++;
	pipe->w_counter++;
	if (pipe->readers == 1 || pipe->writers == 1) {
		wake_up_interruptible(&pipe->rd_wait);
		wake_up_interruptible(&pipe->wr_wait);
	}
	return 0;
}

static int fifo_open(struct inode *inode, struct file *f)
{
	struct pipe_inode_info *pipe = inode->i_pipe;
	int err = -EINVAL;

	if (!pipe) {
		pipe = alloc_pipe_info();
		if (!pipe)
			return -ENOMEM;
		inode->i_pipe = pipe;
	}
	pipe->files++;
	mutex_lock(&pipe->mutex);
	switch (f->f_mode & (FMODE_READ | FMODE_WRITE)) {
	case FMODE_READ:
		err = fifo_open_read(f, pipe);
		break;
	case FMODE_WRITE:
		err = fifo_open_write(f, pipe);
		break;
	case FMODE_READ | FMODE_WRITE:
		err = fifo_open_both(pipe);
		break;
	}
	mutex_unlock(&pipe->mutex);
	if (err)
		put_pipe_info(inode, pipe);
	return err;
}

static int pipe_release(struct inode *inode, struct file *f)
{
	struct pipe_inode_info *pipe = inode->i_pipe;

	mutex_lock(&pipe->mutex);
	if (f->f_mode & FMODE_READ)
		pipe->readers--;
	if (f->f_mode & FMODE_WRITE)
		pipe->writers--;
	if (!pipe->readers != !pipe->writers) { /* just one kind of end is left */
		wake_up_all(&pipe->rd_wait);
		wake_up_all(&pipe->wr_wait);
	}
	mutex_unlock(&pipe->mutex);
	put_pipe_info(inode, pipe);
	return 0;
}

const struct file_operations pipefifo_fops = {
	.llseek = no_llseek,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.open = fifo_open,
	.release = pipe_release,
};

/* ---- pipefs and pipe(2) -------------------- */

static struct super_block *pipefs_new_sb(struct file_system_type *t)
{
	struct super_block *sb = alloc_super(t, PIPEFS_MAGIC);
	struct inode *root;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	root = new_inode(sb);
	if (!root)
		return ERR_PTR(-ENOMEM);
	root->i_mode = S_IFDIR | 0600;
	root->i_ino = get_next_ino();
	sb->s_root = d_alloc_root(root);
	return sb->s_root ? sb : ERR_PTR(-ENOMEM);
}

struct vfsmount *pipefs_mount(void)
{
	static struct file_system_type pipefs = {.name = "pipefs", .mount = pipefs_new_sb};
	static struct vfsmount *mnt;

	if (!mnt) {
		mnt = kern_mount(&pipefs);
		if (IS_ERR(mnt))
			mnt = NULL;
	}
	return mnt;
}

static char *pipefs_dname(struct dentry *d, char *buf, int len)
{
	if (snprintf(buf, len, "pipe:[%lu]", d->d_inode->i_ino) >= len)
		return ERR_PTR(-ENAMETOOLONG);
	return buf;
}

static struct inode *get_pipe_inode(void)
{
	struct vfsmount *mnt = pipefs_mount();
	struct inode *inode = mnt ? new_inode(mnt->mnt_sb) : NULL;
	struct pipe_inode_info *pipe;

	if (!inode)
		return NULL;
	pipe = alloc_pipe_info();
	if (!pipe) {
		iput(inode);
		return NULL;
	}
	pipe->files = 2;
	pipe->readers = pipe->writers = 1;
	inode->i_pipe = pipe;
	inode->i_ino = get_next_ino();
	inode->i_mode = S_IFIFO | 0600;
	inode->i_uid = current->cred->fsuid;
	inode->i_gid = current->cred->fsgid;
	inode->i_fop = &pipefifo_fops;
	return inode;
}

/* @files: [0] to read, [1] to write. 0 or -ENFILE, -ENOMEM. */
static int create_pipe_files(struct file **files, int flags)
{
	static const struct dentry_operations pipefs_dops = {.d_dname = pipefs_dname};
	struct inode *inode = get_pipe_inode();
	struct file *w, *r;

	if (!inode)
		return -ENFILE;
	w = alloc_file_pseudo(inode, "", O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)),
			      &pipefifo_fops, &pipefs_dops);
	if (IS_ERR(w)) {
		free_pipe_info(inode->i_pipe);
		iput(inode);
		return PTR_ERR(w);
	}
	r = alloc_file_clone(w, O_RDONLY | (flags & O_NONBLOCK), &pipefifo_fops);
	if (IS_ERR(r)) {
		inode->i_pipe->files--; /* the end that was never born */
		fput(w);
		return PTR_ERR(r);
	}
	files[0] = r;
	files[1] = w;
	return 0;
}

/* Reserves two numbers and writes them to the user. 0, or -errno with nothing reserved. */
static int reserve_fds(int *fd, int __user *ufd, int flags)
{
	int err = -EFAULT;

	fd[0] = get_unused_fd_flags(flags);
	if (fd[0] < 0)
		return fd[0];
	fd[1] = get_unused_fd_flags(flags);
	if (fd[1] < 0)
		err = fd[1];
	else if (!copy_to_user(ufd, fd, 2 * sizeof(int)))
		return 0;
	else
		put_unused_fd(fd[1]);
	put_unused_fd(fd[0]);
	return err;
}

long sys_pipe2(int __user *ufd, int flags)
{
	struct file *files[2] = {NULL, NULL};
	int fd[2], err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	err = create_pipe_files(files, flags);
	if (err)
		return err;
	err = reserve_fds(fd, ufd, flags);
	if (err) {
		fput(files[0]);
		fput(files[1]);
		return err;
	}
	fd_install(fd[0], files[0]);
	fd_install(fd[1], files[1]);
	return 0;
}

long sys_pipe(int __user *ufd) { return sys_pipe2(ufd, 0); }
