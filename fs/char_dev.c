/* SPDX-License-Identifier: MIT */
/*
 * Character devices: from the number in an inode to the driver's operations,
 * and the list of nodes that devtmpfs shows.
 * Abridges Linux's fs/char_dev.c and drivers/base/devtmpfs.c; leaves out
 * modules, dynamic majors and removal.
 */
#include <fs.h>
#include <mm.h>

struct chrdev {
	struct list_head list;
	unsigned int major, minor, count;
	const char *name;
	const struct file_operations *fops;
};

static LIST_HEAD(chrdevs);
LIST_HEAD(devtmpfs_nodes);

/* Claims minors [minor, minor + count). 0, -EBUSY, -ENOMEM. At boot. */
int register_chrdev(unsigned int major, unsigned int minor, unsigned int count, const char *name,
		    const struct file_operations *fops)
{
	struct chrdev *c;

	list_for_each_entry (c, &chrdevs, list) {
		if (c->major == major && minor < c->minor + c->count && c->minor < minor + count)
			return -EBUSY;
	}
	c = kmalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	*c = (struct chrdev){
		.major = major, .minor = minor, .count = count, .name = name, .fops = fops};
	list_add_tail(&c->list, &chrdevs);
	return 0;
}

/* Puts the driver's operations in place and lets it open. -ENXIO: no driver. */
static int chrdev_open(struct inode *inode, struct file *f)
{
	unsigned int major = MAJOR(inode->i_rdev), minor = MINOR(inode->i_rdev);
	struct chrdev *c;

	list_for_each_entry (c, &chrdevs, list) {
		if (c->major != major || minor - c->minor >= c->count)
			continue;
		f->f_op = c->fops;
		return f->f_op->open ? f->f_op->open(inode, f) : 0;
	}
	return -ENXIO;
}

const struct file_operations def_chr_fops = {
	.open = chrdev_open,
	.llseek = no_llseek,
};

/*
 * @name must live for ever; it may hold no slash. 0 or -ENOMEM. At boot, before devtmpfs is
 * mounted.
 */
int devtmpfs_add(const char *name, umode_t mode, dev_t dev)
{
	struct devtmpfs_node *n = kmalloc(sizeof(*n), GFP_KERNEL);

	if (!n)
		return -ENOMEM;
	n->name = name;
	n->mode = S_IFCHR | (mode & 07777);
	n->dev = dev;
	list_add_tail(&n->list, &devtmpfs_nodes);
	return 0;
}
