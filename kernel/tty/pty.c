/* SPDX-License-Identifier: MIT */
/*
 * Pseudo terminals: a terminal whose line is a program that has opened /dev/ptmx (the master).
 * Writes of the master are the input of the terminal (the slave, /dev/pts/N); the master reads its
 * output.
 *
 *   master write ──> n_tty_receive ──> read of the slave
 *   master read  <── ring <── ops->write <── n_tty_write, echo
 *
 * The master has no line discipline; its ioctls about settings and job control act on the slave.
 * The pair is freed when the master and all files of the slave are closed. A master that closes
 * hangs the slave up. Abridges Linux's drivers/tty/pty.c and fs/devpts/inode.c. Left out: EXTPROC,
 * BSD pseudo terminals; all mounts show one devpts, which has no options.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <cred.h>
#include <file.h>
#include <mount.h>
#include <namei.h>
#include <poll.h>
#include <printk.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include "internal.h"

#define DEV_PTMX      MKDEV(TTYAUX_MAJOR, 2)
#define PTY_MAX	      4096
#define PTY_BUF_SIZE  8192
#define PTS_FIRST_INO 3 /* 1 is the root, 2 ptmx */

/* lock guards the ring, pktstatus and packet. head and tail only grow. */
struct pty {
	struct tty_struct tty; /* the slave */
	int index;
	bool master_open, locked;
	bool slave_closed;     /* it was open, and no file of it is left */
	struct dentry *dentry; /* /dev/pts/N; NULL: deleted */
	spinlock_t lock;
	bool packet;
	u8 pktstatus; /* TIOCPKT_*, not read yet */
	size_t head, tail;
	wait_queue_head_t master_wait;
	char buf[PTY_BUF_SIZE];
};

static struct pty *ptys[PTY_MAX];
static struct super_block *devpts;

static struct pty *pty_of(struct tty_struct *tty) { return container_of(tty, struct pty, tty); }

/* ---- the slave's line ----------------------------------------------------------------------- */

static size_t pty_write_room(struct tty_struct *tty)
{
	struct pty *pty = pty_of(tty);

	return PTY_BUF_SIZE - (pty->head - pty->tail);
}

/* An echo that does not fit is lost. */
static void pty_write(struct tty_struct *tty, const char *s, size_t n)
{
	struct pty *pty = pty_of(tty);
	unsigned long flags;

	if (!n || !pty->master_open)
		return;
	spin_lock_irqsave(&pty->lock, flags);
	for (; n && pty_write_room(tty); n--)
		pty->buf[pty->head++ % PTY_BUF_SIZE] = *s++;
	spin_unlock_irqrestore(&pty->lock, flags);
	wake_up_interruptible_poll(&pty->master_wait, EPOLLIN | EPOLLRDNORM);
}

/* Some bits of packet mode replace others. */
static u8 merge_status(u8 old, unsigned int what)
{
	if (what & (TIOCPKT_STOP | TIOCPKT_START))
		old &= ~(TIOCPKT_STOP | TIOCPKT_START);
	if (what & (TIOCPKT_NOSTOP | TIOCPKT_DOSTOP))
		old &= ~(TIOCPKT_NOSTOP | TIOCPKT_DOSTOP);
	return old | what;
}

static void pty_notify(struct tty_struct *tty, unsigned int what)
{
	struct pty *pty = pty_of(tty);
	unsigned long flags;

	spin_lock_irqsave(&pty->lock, flags);
	if (pty->packet)
		pty->pktstatus = merge_status(pty->pktstatus, what);
	spin_unlock_irqrestore(&pty->lock, flags);
	wake_up_interruptible_poll(&pty->master_wait,
				   what ? EPOLLPRI | EPOLLIN : EPOLLOUT | EPOLLWRNORM);
}

static void pty_free(struct pty *pty)
{
	ptys[pty->index] = NULL;
	kfree(pty);
}

static void pty_last_close(struct tty_struct *tty)
{
	struct pty *pty = pty_of(tty);

	pty->slave_closed = true;
	pty->packet = false;
	if (pty->master_open)
		wake_up_all(&pty->master_wait);
	else
		pty_free(pty);
}

static const struct tty_operations pty_ops = {
	.write = pty_write,
	.write_room = pty_write_room,
	.notify = pty_notify,
	.last_close = pty_last_close,
};

/* ---- the slave as a file -------------------------------------------------------------------- */

static int pts_open(struct inode *inode, struct file *f)
{
	struct pty *pty = ptys[MINOR(inode->i_rdev)];
	int err;

	/* A name that is left from an earlier pair must not open this one. */
	if (!pty || !pty->dentry || pty->dentry->d_inode != inode || pty->locked)
		return -EIO;
	err = tty_open_file(&pty->tty, f);
	if (err)
		return err;
	pty->slave_closed = false;
	f->f_op = &tty_fops;
	if (!(f->f_flags & O_NOCTTY))
		tty_open_proc_set_tty(&pty->tty, f);
	return 0;
}

static const struct file_operations pts_fops = {.open = pts_open};

/* ---- the master as a file ------------------------------------------------------------------- */

static struct pty *master_pty(struct file *f) { return f->private_data; }

static bool pty_readable(const struct pty *pty)
{
	return pty->head != pty->tail || (pty->packet && pty->pktstatus);
}

/* Takes what there is into @to, in packet mode @first a status, or a 0 and bytes. */
static size_t pty_take(struct pty *pty, char *to, size_t n, bool first)
{
	unsigned long flags;
	size_t got = 0;

	spin_lock_irqsave(&pty->lock, flags);
	if (first && pty->packet && pty_readable(pty)) {
		to[got++] = pty->pktstatus;
		if (pty->pktstatus)
			n = got;
		pty->pktstatus = 0;
	}
	while (got < n && pty->tail != pty->head)
		to[got++] = pty->buf[pty->tail++ % PTY_BUF_SIZE];
	spin_unlock_irqrestore(&pty->lock, flags);
	if (got)
		wake_up_interruptible_poll(&pty->tty.write_wait, EPOLLOUT | EPOLLWRNORM);
	return got;
}

static ssize_t ptm_read(struct file *f, struct iov_iter *to)
{
	struct pty *pty = master_pty(f);
	char chunk[TTY_READ_CHUNK];
	size_t done = 0, got, copied;
	int err;

	if (!to->count)
		return 0;
	err = wait_event_nonblock(&pty->master_wait, f->f_flags & O_NONBLOCK,
				  pty_readable(pty) || pty->slave_closed);
	if (err)
		return err;
	if (!pty_readable(pty))
		return -EIO;
	do {
		got = pty_take(pty, chunk, min(to->count, sizeof(chunk)), !done);
		copied = copy_to_iter(chunk, got, to);
		done += copied;
		if (copied != got)
			return done ?: -EFAULT;
	} while (got == sizeof(chunk) && to->count);
	return done;
}

/* One chunk of a write. */
static ssize_t receive_chunk(struct file *f, const char *s, size_t n)
{
	struct pty *pty = master_pty(f);
	struct tty_struct *tty = &pty->tty;
	size_t done = 0;
	int err = 0;

	while (done < n) {
		size_t len;

		err = wait_event_nonblock(&pty->master_wait, f->f_flags & O_NONBLOCK,
					  n_tty_receive_room(tty));
		if (err)
			break;
		len = min(n - done, n_tty_receive_room(tty));
		n_tty_receive(tty, (const u8 *)s + done, len);
		done += len;
	}
	return done ? (ssize_t)done : err;
}

static ssize_t ptm_write(struct file *f, struct iov_iter *from)
{
	return do_tty_write(f, from, receive_chunk);
}

static unsigned int ptm_poll(struct file *f, struct poll_table_struct *pt)
{
	struct pty *pty = master_pty(f);
	unsigned int mask = 0;

	poll_wait(f, &pty->master_wait, pt);
	if (pty_readable(pty))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (pty->packet && pty->pktstatus)
		mask |= EPOLLPRI;
	if (pty->slave_closed)
		mask |= EPOLLHUP;
	if (n_tty_receive_room(&pty->tty))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

static void devpts_remove(struct pty *pty)
{
	struct dentry *d = pty->dentry;

	pty->dentry = NULL;
	d->d_inode->i_nlink = 0;
	d_drop(d);
	dput(d);
}

static int ptm_release(struct inode *inode __maybe_unused, struct file *f)
{
	struct pty *pty = master_pty(f);

	devpts_remove(pty);
	pty->tty.master_closed = true;
	tty_hangup_session(&pty->tty);
	pty->master_open = false;
	if (!pty->tty.count)
		pty_free(pty);
	return 0;
}

/* ---- ioctls of the master ------------------------------------------------------------------- */

/* The location of the slave's name, in the devpts at /dev/pts if there is one. 0 or -ENOMEM. */
static int pts_path(struct pty *pty, struct path *p)
{
	static struct pseudo_fs fs; /* for its mount alone */
	struct path dir;
	int err = kern_path("/dev/pts", LOOKUP_FOLLOW, &dir);

	if (!err && dir.dentry == devpts->s_root) {
		p->mnt = mntget(dir.mnt);
	} else {
		if (!fs.mnt)
			fs.mnt = kern_mount(get_fs_type("devpts"));
		if (IS_ERR(fs.mnt))
			return -ENOMEM;
		p->mnt = mntget(fs.mnt);
	}
	if (!err)
		path_put(&dir);
	p->dentry = dget(pty->dentry);
	return 0;
}

/* TIOCGPTPEER: opens the slave whatever is mounted where. Returns the descriptor or -errno. */
static long pty_open_peer(struct pty *pty, unsigned long flags)
{
	struct path p;
	struct file *f;
	int err = pts_path(pty, &p);

	if (err)
		return err;
	f = dentry_open(&p, flags & ~O_CLOEXEC);
	path_put(&p);
	return IS_ERR(f) ? PTR_ERR(f) : fd_install_new(f, flags);
}

/* TIOCPKT and TIOCSPTLCK. */
static long pty_set_flag(struct pty *pty, bool *flag, const int __user *arg)
{
	int on;

	if (get_user(on, arg))
		return -EFAULT;
	if (flag == &pty->packet && on && !*flag)
		pty->pktstatus = 0;
	*flag = on;
	return 0;
}

/* TIOCSIG: as a key that sends a signal. */
static long pty_signal(struct pty *pty, unsigned long sig)
{
	if (sig != SIGINT && sig != SIGQUIT && sig != SIGTSTP)
		return -EINVAL;
	if (pty->tty.pgrp)
		kill_pgrp(pty->tty.pgrp, sig, 1);
	return 0;
}

/* The job control ioctls of the master. */
static long ptm_jobctrl(struct pty *pty, struct file *f, unsigned int cmd, unsigned long arg)
{
	struct tty_struct *tty = &pty->tty;

	switch (cmd) {
	case TIOCGPGRP:
		return put_user(pid_nr(tty->pgrp), (pid_t __user *)arg);
	case TIOCGSID:
		return tty->session ? put_user(pid_nr(tty->session), (pid_t __user *)arg) : -ENOTTY;
	case TIOCNOTTY:
		return -ENOTTY;
	default:
		return tty_jobctrl_ioctl(tty, f, cmd, arg);
	}
}

static long ptm_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pty *pty = master_pty(f);
	int __user *p = (int __user *)arg;
	long ret;

	switch (cmd) {
	case TIOCGPTN:
		return put_user(pty->index, p);
	case TIOCSPTLCK:
		return pty_set_flag(pty, &pty->locked, p);
	case TIOCGPTLCK:
		return put_user((int)pty->locked, p);
	case TIOCGPTPEER:
		return pty_open_peer(pty, arg);
	case TIOCPKT:
		return pty_set_flag(pty, &pty->packet, p);
	case TIOCGPKT:
		return put_user((int)pty->packet, p);
	case TIOCSIG:
		return pty_signal(pty, arg);
	case TIOCINQ:
		return put_user((int)(pty->head - pty->tail), p);
	case TCFLSH:
		if (arg > TCIOFLUSH)
			return -EINVAL;
		/* What was written is the slave's already: only unread output can be dropped. */
		if (arg != TCOFLUSH)
			pty->tail = pty->head;
		return 0;
	}
	ret = ptm_jobctrl(pty, f, cmd, arg);
	return ret == -ENOIOCTLCMD ? tty_line_ioctl(&pty->tty, cmd, arg) : ret;
}

static const struct file_operations ptm_fops = {
	.read_iter = ptm_read,
	.write_iter = ptm_write,
	.splice_read = generic_file_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = ptm_poll,
	.ioctl = ptm_ioctl,
	.release = ptm_release,
};

/* ---- new pairs, and devpts ------------------------------------------------------------------ */

static struct inode *devpts_inode(umode_t mode, dev_t dev, unsigned long ino)
{
	struct inode *inode = new_inode(devpts);

	if (!inode)
		return NULL;
	inode->i_ino = ino;
	inode->i_mode = mode;
	inode->i_rdev = dev;
	inode->i_uid = current->cred->fsuid;
	inode->i_gid = current->cred->fsgid;
	return inode;
}

/* Adds a name to devpts; the directory owns the reference. NULL: no memory. */
static struct dentry *devpts_add(const char *name, struct inode *inode)
{
	struct dentry *d = inode ? d_alloc(devpts->s_root, name, strlen(name)) : NULL;

	if (d)
		d_add(d, inode);
	else if (inode)
		iput(inode);
	return d;
}

static struct pty *pty_alloc(int index)
{
	struct pty *pty = kzalloc(sizeof(*pty));
	struct inode *inode;
	char name[12];

	if (!pty)
		return NULL;
	pty->tty.ops = &pty_ops;
	pty->tty.dev = MKDEV(UNIX98_PTY_SLAVE_MAJOR, index);
	pty->tty.termios = tty_std_termios;
	pty->tty.termios.c_cflag &= ~HUPCL;
	n_tty_init(&pty->tty);
	pty->index = index;
	pty->locked = pty->master_open = true;
	spin_lock_init(&pty->lock, LOCK_NONE);
	init_waitqueue_head(&pty->master_wait);
	snprintf(name, sizeof(name), "%d", index);
	inode = devpts_inode(S_IFCHR | 0600, pty->tty.dev, PTS_FIRST_INO + index);
	if (inode)
		inode->i_fop = &pts_fops;
	pty->dentry = devpts_add(name, inode);
	if (pty->dentry)
		return pty;
	kfree(pty);
	return NULL;
}

static int ptmx_open(struct inode *inode __maybe_unused, struct file *f)
{
	int index = 0;

	while (index < PTY_MAX && ptys[index])
		index++;
	if (index == PTY_MAX)
		return -ENOSPC;
	ptys[index] = pty_alloc(index);
	if (!ptys[index])
		return -ENOMEM;
	f->private_data = ptys[index];
	f->f_op = &ptm_fops;
	return 0;
}

static const struct file_operations ptmx_fops = {.open = ptmx_open};

static struct super_block *devpts_mount(struct file_system_type *t __maybe_unused)
{
	return devpts;
}

static struct file_system_type devpts_type = {.name = "devpts", .mount = devpts_mount};

void pty_init(void)
{
	struct inode *root, *ptmx;

	register_chrdev("ptmx", 0666, DEV_PTMX, &ptmx_fops);
	devpts = alloc_super(&devpts_type, DEVPTS_SUPER_MAGIC);
	root = devpts ? devpts_inode(S_IFDIR | 0755, 0, 1) : NULL;
	if (root) {
		root->i_nlink = 2;
		root->i_fop = &simple_dir_operations;
		devpts->s_root = d_alloc_root(root);
		ptmx = devpts_inode(S_IFCHR, DEV_PTMX, 2);
		if (ptmx)
			ptmx->i_fop = &def_chr_fops;
	}
	if (!root || !devpts->s_root || !devpts_add("ptmx", ptmx))
		panic("no memory for devpts");
	register_filesystem(&devpts_type);
}
