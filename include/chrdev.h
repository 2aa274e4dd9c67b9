/* SPDX-License-Identifier: MIT */
/* Device numbers, and the character devices behind them: fs/char_dev.c. */
#ifndef CHRDEV_H
#define CHRDEV_H

#include <list.h>
#include <types.h>

struct file_operations;

#define MKDEV(ma, mi) ((dev_t)((ma) << 20 | (mi)))
#define MAJOR(d)      ((unsigned int)((d) >> 20))
#define MINOR(d)      ((unsigned int)(0xfffff & (d)))

/* The form in struct stat and mknod(2). */
static inline u64 new_encode_dev(dev_t d)
{
	return (MINOR(d) & 0xff) | MAJOR(d) << 8 | (u64)(MINOR(d) & ~0xffu) << 12;
}

static inline dev_t new_decode_dev(u64 d)
{
	return MKDEV((d & 0xfff00) >> 8, (d & 0xff) | ((d >> 12) & 0xfff00));
}

/* A device and its node in devtmpfs. Drivers register theirs before devtmpfs is mounted. */
struct chrdev {
	const char *name;
	umode_t mode; /* permissions of the node */
	dev_t dev;
	const struct file_operations *fops;
	struct list_head list; /* in chrdevs */
};

extern struct list_head chrdevs;
void register_chrdev(const char *name, umode_t mode, dev_t dev, const struct file_operations *fops);
/* i_fop of every character device: ->open puts the driver's operations in place. */
extern const struct file_operations def_chr_fops;

#endif
