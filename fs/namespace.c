/* SPDX-License-Identifier: MIT */
/*
 * mount(2) and umount2(2), and mounting the first root.
 * Abridges the second half of Linux's fs/namespace.c. Left out: options of file systems, read-only
 * super blocks (only a mount is read-only), and the newer calls (open_tree, fsmount ...).
 * Not on the road of an exec.
 */
#include <cred.h>
#include <file.h>
#include <frames.h>
#include <fs.h>
#include <fs_struct.h>
#include <mount.h>
#include <namei.h>
#include <printk.h>
#include <syscalls.h>
#include <task.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include "internal.h"

/* umount2 flags: Linux keeps these in a header that is not UAPI. */
#define MNT_FORCE	1
#define MNT_DETACH	2
#define UMOUNT_NOFOLLOW 8

/* ---- mount(2), umount2(2) ---- */

/* The flags of a new mount, or of one that has @old: what is not said of access times stays. */
static unsigned int mnt_flags_of(unsigned long flags, unsigned int old)
{
	const unsigned int atime = MS_NOATIME | MS_NODIRATIME | MS_RELATIME;
	unsigned int new = (MNT_FLAGS & flags) | (flags & MS_NOATIME ? 0 : MS_RELATIME);

	if (flags & MS_STRICTATIME)
		new &= ~(MS_RELATIME | MS_NOATIME);
	if ((flags & MS_REMOUNT) && !(flags & (atime | MS_STRICTATIME)))
		new = (new & ~atime) | (old & atime);
	return new | (old & MS_UNBINDABLE);
}

static int path_mount(const char *name, const struct path *p, const char *type, unsigned long flags)
{
	struct file_system_type *t;
	struct vfsmount *m;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!check_mnt(p->mnt))
		return -EINVAL;
	if (flags & MS_REMOUNT) {
		if (p->dentry != p->mnt->mnt_root)
			return -EINVAL;
		p->mnt->mnt_flags = mnt_flags_of(flags, p->mnt->mnt_flags);
		return 0;
	}
	if (flags & MS_BIND)
		return do_loopback(name, p, flags & MS_REC);
	if (flags & (MS_PROPAGATION | MS_MOVE))
		return do_change_mount(name, p, flags);
	t = get_fs_type(type);
	m = t ? vfs_kern_mount(t, mnt_flags_of(flags, 0), *name ? name : "none") : ERR_PTR(-ENODEV);
	if (IS_ERR(m))
		return PTR_ERR(m);
	if (p->mnt->mnt_sb != m->mnt_sb || p->mnt->mnt_root != p->dentry)
		return graft_mnt(m, p);
	mntput(m);
	return -EBUSY;
}

/* Copies a user's string; "" for NULL. Returns it or ERR_PTR. */
static struct filename *copy_mount_string(const char __user *s)
{
	struct filename *name = s ? getname_flags(s, LOOKUP_EMPTY) : getname_kernel("");

	return name == ERR_PTR(-ENAMETOOLONG) ? ERR_PTR(-EINVAL) : name;
}

/* Options (@data) are copied and not looked at. */
long sys_mount(char __user *dev, char __user *dir, char __user *type, unsigned long flags,
	       const char __user *data)
{
	struct filename *kdev = copy_mount_string(dev), *ktype = copy_mount_string(type);
	struct path p;
	char first;
	long err = IS_ERR(ktype) ? PTR_ERR(ktype) : IS_ERR(kdev) ? PTR_ERR(kdev) : 0;

	if (!err && data && copy_from_user(&first, data, 1))
		err = -EFAULT;
	if (!err)
		err = user_path_at(AT_FDCWD, dir, LOOKUP_FOLLOW, &p);
	if (!err) {
		follow_down(&p);
		if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
			flags &= ~MS_MGC_MSK;
		err = path_mount(kdev->name, &p, ktype->name, flags);
		path_put(&p);
	}
	putname(ktype);
	putname(kdev);
	return err;
}

long sys_umount2(char __user *name, int flags)
{
	struct path p;
	int err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &p);
	if (err)
		return err;
	follow_down(&p);
	if (!capable(CAP_SYS_ADMIN))
		err = -EPERM;
	else if (p.dentry != p.mnt->mnt_root || !check_mnt(p.mnt) || !mnt_has_parent(p.mnt))
		err = -EINVAL;
	else if (flags & MNT_DETACH)
		err = umount_tree(p.mnt);
	else if (atomic_read(&p.mnt->mnt_count) > 2) /* mount_list has one reference, p one */
		err = -EBUSY;
	else
		detach_mnt(p.mnt);
	path_put(&p);
	return err;
}

/* ---- the first root ---- */

/* Mounts a new super block of @t as the root of the tree. */
static void mount_rootfs(struct file_system_type *t)
{
	root_mnt = kern_mount(t);
	if (IS_ERR(root_mnt))
		panic("cannot mount the root file system: error %ld", PTR_ERR(root_mnt));
	list_add_tail(&root_mnt->mnt_list, &mount_list);
}

/*
 * Makes the caches and mounts rootfs as the root and working directory of
 * current (init_task). The device numbers are Linux's: 0:1 is shared memory, 0:2
 * the root. Panics without memory.
 */
void vfs_init(void)
{
	struct path root;

	max_files = max(totalram_pages() * (PAGE_SIZE / 1024) / 10, 8192UL);
	dcache_init();
	inode_init();
	ramfs_register();
	mount_rootfs(&rootfs_fs_type);
	root = (struct path){.mnt = root_mnt, .dentry = root_mnt->mnt_root};
	set_fs_root(current->fs, &root);
	set_fs_pwd(current->fs, &root);
}
