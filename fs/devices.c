/* SPDX-License-Identifier: MIT */
/*
 * The devices that are only software: null, zero, full, random, urandom, kmsg.
 * Abridges Linux's drivers/char/mem.c and random.c; leaves out /dev/mem, the
 * random ioctls, and reading records from /dev/kmsg (syslog(2) has the log).
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <printk.h>
#include <asm/uaccess.h>

#define MEM_MAJOR    1
#define LOG_LINE_MAX 1024

/* read and write at any place, which is always 0 */
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

static ssize_t read_zero(struct file *f __maybe_unused, char __user *buf, size_t n,
			 loff_t *pos __maybe_unused)
{
	size_t done = 0, left;

	while (done < n) {
		size_t chunk = min(n - done, PAGE_SIZE);

		left = clear_user(buf + done, chunk);
		done += chunk - left;
		if (left)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending(current))
			break;
	}
	return done;
}

static ssize_t write_full(struct file *f __maybe_unused, const char __user *buf __maybe_unused,
			  size_t n __maybe_unused, loff_t *pos __maybe_unused)
{
	return -ENOSPC;
}

/* Private: anonymous memory that still bears the name. Shared: a file in memory of its own. */
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

static ssize_t read_random(struct file *f __maybe_unused, char __user *buf, size_t n,
			   loff_t *pos __maybe_unused)
{
	u8 block[256];
	size_t done = 0;

	while (done < n) {
		size_t chunk = min(n - done, sizeof(block));

		get_random_bytes(block, chunk);
		if (copy_to_user(buf + done, block, chunk))
			return done ? (ssize_t)done : -EFAULT;
		done += chunk;
		if (signal_pending(current))
			break;
	}
	return done;
}

static ssize_t write_random(struct file *f __maybe_unused, const char __user *buf, size_t n,
			    loff_t *pos __maybe_unused)
{
	u64 x = 0;

	for (size_t done = 0; done < n; done += sizeof(x)) {
		if (copy_from_user(&x, buf + done, min(n - done, sizeof(x))))
			return done ? (ssize_t)done : -EFAULT;
		add_entropy(x);
	}
	return n;
}

/* One write is one line of the kernel log; a "<level>" in front is not shown. */
static ssize_t write_kmsg(struct file *f __maybe_unused, const char __user *buf, size_t n,
			  loff_t *pos __maybe_unused)
{
	char line[LOG_LINE_MAX], *text = line;
	size_t len = n;

	if (n >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, n))
		return -EFAULT;
	line[n] = '\0';
	if (*text == '<') {
		char *p = text + 1;

		while (*p >= '0' && *p <= '9')
			p++;
		if (p > text + 1 && *p == '>')
			text = p + 1;
	}
	len -= text - line;
	printk("%s%s", text, len && text[len - 1] == '\n' ? "" : "\n");
	return n;
}

static const struct file_operations null_fops = {
	.llseek = null_lseek,
	.read = read_null,
	.write = write_null,
};
static const struct file_operations zero_fops = {
	.llseek = null_lseek,
	.read = read_zero,
	.write = write_null,
	.mmap = mmap_zero,
};
static const struct file_operations full_fops = {
	.llseek = null_lseek,
	.read = read_zero,
	.write = write_full,
};
static const struct file_operations random_fops = {
	.llseek = null_lseek,
	.read = read_random,
	.write = write_random,
};
static const struct file_operations kmsg_fops = {
	.llseek = null_lseek,
	.write = write_kmsg,
};

static const struct {
	unsigned int minor;
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} devices[] = {
	{3, "null", 0666, &null_fops},	    {5, "zero", 0666, &zero_fops},
	{7, "full", 0666, &full_fops},	    {8, "random", 0666, &random_fops},
	{9, "urandom", 0666, &random_fops}, {11, "kmsg", 0644, &kmsg_fops},
};

/* Called once at boot, before devtmpfs is mounted. */
void devices_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(devices); i++) {
		int err = register_chrdev(MEM_MAJOR, devices[i].minor, 1, devices[i].name,
					  devices[i].fops);

		if (!err)
			err = devtmpfs_add(devices[i].name, devices[i].mode,
					   MKDEV(MEM_MAJOR, devices[i].minor));
		BUG_ON(err);
	}
}
