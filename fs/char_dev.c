/* SPDX-License-Identifier: MIT */
/*
 * Character devices: finds the driver's operations by the number in an inode. devtmpfs shows the
 * list of devices.
 * Abridges Linux's fs/char_dev.c and drivers/base/devtmpfs.c; leaves out modules, ranges of numbers
 * and removal.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <fs.h>
#include <printk.h>
#include <slab.h>

LIST_HEAD(chrdevs);

void register_chrdev(const char *name, umode_t mode, dev_t dev, const struct file_operations *fops)
{
	struct chrdev *c = kmalloc(sizeof(*c), GFP_KERNEL);

	BUG_ON(!c);
	*c = (struct chrdev){.name = name, .mode = mode, .dev = dev, .fops = fops};
	list_add_tail(&c->list, &chrdevs);
}

/* Installs the driver's operations and calls its ->open. Returns -ENXIO if there is no driver. */
static int chrdev_open(struct inode *inode, struct file *f)
{
	struct chrdev *c;

	list_for_each_entry(c, &chrdevs, list) {
		if (c->dev == inode->i_rdev) {
			f->f_op = c->fops;
			return f->f_op->open ? f->f_op->open(inode, f) : 0;
		}
	}
	return -ENXIO;
}

const struct file_operations def_chr_fops = {
	.open = chrdev_open,
};
