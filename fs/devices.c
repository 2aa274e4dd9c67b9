/* SPDX-License-Identifier: MIT */
/*
 * The devices that are only software: null, zero, full, random, urandom, kmsg;
 * and ttyS1, the second serial port, which is write-only and not a terminal.
 * Abridges Linux's drivers/char/mem.c and random.c; leaves out /dev/mem,
 * entropy from writers. /dev/kmsg ignores what is written to it.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <cred.h>
#include <file.h>
#include <fs.h>
#include <iov_iter.h>
#include <mm_types.h>
#include <pagecache.h>
#include <random.h>
#include <task.h>
#include <asm/irq.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/eventpoll.h>
#include <linux/major.h>
#include <linux/random.h>

#define POOL_BITS 256

/* Every position is 0. */
static loff_t null_lseek(struct file *f, loff_t off __maybe_unused, int whence __maybe_unused)
{
	return f->f_pos = 0;
}

static ssize_t read_null(struct file *f __maybe_unused, char __user *buf __maybe_unused,
			 size_t n __maybe_unused, loff_t *pos __maybe_unused)
{
	return 0;
}

static ssize_t write_null(struct file *f __maybe_unused, const char __user *buf __maybe_unused,
			  size_t n, loff_t *pos __maybe_unused)
{
	return n;
}

static ssize_t pipe_to_null(void *to __maybe_unused, const void *bytes __maybe_unused, size_t n,
			    loff_t *pos __maybe_unused)
{
	return n;
}

static ssize_t splice_write_null(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
				 size_t len, unsigned int flags)
{
	return splice_from_pipe(pipe, out, pos, len, flags, pipe_to_null);
}

/* Bytes up to the first that faults. Returns how many, or -EFAULT if none could be stored. */
static ssize_t read_zero(struct file *f __maybe_unused, char __user *buf, size_t n,
			 loff_t *pos __maybe_unused)
{
	size_t done = 0;

	while (done < n) {
		size_t chunk = min(n - done, PAGE_SIZE);
		size_t cleared = chunk - clear_user(buf + done, chunk);

		if (!cleared)
			return done ? (ssize_t)done : -EFAULT;
		done += cleared;
		if (signal_pending(current))
			break;
	}
	return done;
}

/* The same with random bytes. */
static ssize_t read_random(struct file *f __maybe_unused, struct iov_iter *to)
{
	size_t n = to->count, done = 0, copied = 1;
	u8 block[512];

	while (to->count && copied) {
		get_random_bytes(block, min(to->count, sizeof(block)));
		copied = copy_to_iter(block, sizeof(block), to);
		done += copied;
		if (signal_pending(current))
			break;
	}
	return n && !done ? -EFAULT : (ssize_t)done;
}

/* What is written is read, and changes nothing. */
static ssize_t write_random(struct file *f __maybe_unused, struct iov_iter *from)
{
	size_t n = from->count, done = 0, copied = 1;
	u8 block[64];

	while (from->count && copied) {
		copied = copy_from_iter(block, sizeof(block), from);
		done += copied;
		if (signal_pending(current))
			break;
	}
	return n && !done ? -EFAULT : (ssize_t)done;
}

/* RNDADDENTROPY: the bits of entropy of the bytes, their number, the bytes. */
static long add_entropy(struct file *f, int __user *p)
{
	int n;
	struct iovec v = {p + 2, 0};

	if (get_user(n, p + 1))
		return -EFAULT;
	v.iov_len = n;
	return write_random(f, &(struct iov_iter){.v = &v, .count = n}) == n ? 0 : -EFAULT;
}

/* The pool is always full, so that there is nothing to count, clear or renew. */
static long random_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	int __user *p = (int __user *)arg;
	int bits = 0;

	switch (cmd) {
	case RNDGETENTCNT:
		return put_user(POOL_BITS, p);
	case RNDADDTOENTCNT:
	case RNDADDENTROPY:
	case RNDZAPENTCNT:
	case RNDCLEARPOOL:
	case RNDRESEEDCRNG:
		break;
	default:
		return -EINVAL;
	}
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((cmd == RNDADDTOENTCNT || cmd == RNDADDENTROPY) && get_user(bits, p))
		return -EFAULT;
	if (bits < 0)
		return -EINVAL;
	return cmd == RNDADDENTROPY ? add_entropy(f, p) : 0;
}

static unsigned int random_poll(struct file *f __maybe_unused,
				struct poll_table_struct *pt __maybe_unused)
{
	return EPOLLIN | EPOLLRDNORM;
}

static ssize_t write_full(struct file *f __maybe_unused, const char __user *buf __maybe_unused,
			  size_t n __maybe_unused, loff_t *pos __maybe_unused)
{
	return -ENOSPC;
}

static ssize_t write_serial2(struct file *f __maybe_unused, const char __user *buf, size_t n,
			     loff_t *pos __maybe_unused)
{
	char block[256];
	size_t done = 0;

	while (done < n) {
		size_t chunk = min(n - done, sizeof(block));

		if (copy_from_user(block, buf + done, chunk))
			return done ? (ssize_t)done : -EFAULT;
		serial2_write(block, chunk);
		done += chunk;
	}
	return done;
}

/* Private: anonymous memory that keeps the name of the device. Shared: a new file in memory. */
static int mmap_zero(struct file *f __maybe_unused, struct vm_area_struct *vma)
{
	struct file *shm;

	if (!(vma->vm_flags & VM_SHARED)) {
		vma->vm_ops = NULL;
		return 0;
	}
	shm = shmem_file_setup("dev/zero", vma->vm_end - vma->vm_start);
	if (IS_ERR(shm))
		return PTR_ERR(shm);
	fput(vma->vm_file);
	vma->vm_file = shm;
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}

static const struct file_operations null_fops = {
	.llseek = null_lseek,
	.read = read_null,
	.write = write_null,
	.splice_write = splice_write_null,
	.nowait = true,
};
static const struct file_operations zero_fops = {
	.llseek = null_lseek,
	.read = read_zero,
	.write = write_null,
	.mmap = mmap_zero,
	.nowait = true,
};
static const struct file_operations full_fops = {
	.llseek = null_lseek,
	.read = read_zero,
	.write = write_full,
	.no_rwf = FMODE_WRITE,
};
static const struct file_operations random_fops = {
	.llseek = null_lseek,
	.read_iter = read_random,
	.write_iter = write_random,
	.splice_read = generic_file_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = random_poll,
	.ioctl = random_ioctl,
	.nowait = true,
};
static const struct file_operations urandom_fops = {
	.llseek = null_lseek,
	.read_iter = read_random,
	.write_iter = write_random,
	.splice_read = generic_file_splice_read,
	.splice_write = iter_file_splice_write,
	.ioctl = random_ioctl,
	.nowait = true,
};
static const struct file_operations serial2_fops = {
	.read = read_null,
	.write = write_serial2,
};

/* Called once at boot, before devtmpfs is mounted. */
void devices_init(void)
{
	register_chrdev("null", 0666, MKDEV(MEM_MAJOR, 3), &null_fops);
	register_chrdev("zero", 0666, MKDEV(MEM_MAJOR, 5), &zero_fops);
	register_chrdev("full", 0666, MKDEV(MEM_MAJOR, 7), &full_fops);
	register_chrdev("random", 0666, MKDEV(MEM_MAJOR, 8), &random_fops);
	register_chrdev("urandom", 0666, MKDEV(MEM_MAJOR, 9), &urandom_fops);
	register_chrdev("kmsg", 0644, MKDEV(MEM_MAJOR, 11), &null_fops);
	if (serial2_present())
		register_chrdev("ttyS1", 0660, MKDEV(TTY_MAJOR, 65), &serial2_fops);
}
