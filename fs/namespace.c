/* SPDX-License-Identifier: MIT */
/*
 * Mounts: which file system hangs where, and mount(2), umount2(2).
 *
 *   (parent, mountpoint) ──covered by──> (mnt, mnt_root)      follow_down
 *   (mnt, mnt_root) ──".."──> (mnt_parent, mnt_mountpoint)    follow_up
 *
 * A mount in the tree stands in mount_list, which owns one reference; each
 * child owns one more of its parent. All links are guarded by dcache_lock.
 * Abridges Linux's fs/namespace.c. Left out: namespaces, propagation, moving
 * mounts, binding with all that is below (MS_REC), lazy unmounting, options of
 * file systems, read-only super blocks (a mount is), and the newer calls
 * (open_tree, fsmount...).
 */
#include <fs.h>
#include <slab.h>
#include <sched.h>
#include <printk.h>
#include <string.h>
#include <syscalls.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include "internal.h"

#define MNT_FLAGS   (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME)
#define UNSUPPORTED (MS_REC | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)
/* umount2 flags: Linux keeps these in a header that is not UAPI. */
#define MNT_FORCE	1
#define UMOUNT_NOFOLLOW 8

LIST_HEAD(mount_list);
struct vfsmount *root_mnt;
static int last_mnt_id;

/* A mount of @root that hangs nowhere yet, with one reference. NULL: no memory. */
static struct vfsmount *alloc_vfsmnt(const char *devname, struct dentry *root, unsigned int flags)
{
	struct vfsmount *m = kzalloc(sizeof(*m));
	char *name = kstrdup(devname);

	if (!m || !name) {
		kfree(m);
		kfree(name);
		return NULL;
	}
	m->mnt_devname = name;
	atomic_set(&m->mnt_count, 1);
	m->mnt_parent = m;
	m->mnt_root = m->mnt_mountpoint = dget(root);
	m->mnt_sb = root->d_sb;
	atomic_inc(&m->mnt_sb->s_active);
	m->mnt_flags = flags;
	m->mnt_id = ++last_mnt_id;
	INIT_LIST_HEAD(&m->mnt_list);
	return m;
}

struct vfsmount *mntget(struct vfsmount *m)
{
	atomic_inc(&m->mnt_count);
	return m;
}

/* Drops a reference; the last mount of a super block takes it along. NULL is fine. */
void mntput(struct vfsmount *m)
{
	struct super_block *sb;

	if (!m || !atomic_dec_and_test(&m->mnt_count))
		return;
	sb = m->mnt_sb;
	dput(m->mnt_root);
	kfree(m->mnt_devname);
	kfree(m);
	if (atomic_dec_and_test(&sb->s_active) && sb->s_type->kill_sb)
		sb->s_type->kill_sb(sb);
}

/* Mounts a new super block of @t with @name as its device. ERR_PTR. */
static struct vfsmount *vfs_kern_mount(struct file_system_type *t, unsigned int flags,
				       const char *name)
{
	struct super_block *sb = t->mount(t);
	struct vfsmount *m;

	if (IS_ERR(sb))
		return ERR_CAST(sb);
	m = alloc_vfsmnt(name, sb->s_root, flags);
	if (m)
		return m;
	if (!atomic_read(&sb->s_active) && sb->s_type->kill_sb)
		sb->s_type->kill_sb(sb);
	return ERR_PTR(-ENOMEM);
}

/* A mount for the kernel's own use, in nobody's tree. ERR_PTR. */
struct vfsmount *kern_mount(struct file_system_type *t) { return vfs_kern_mount(t, 0, t->name); }

void mount_rootfs(struct file_system_type *t)
{
	root_mnt = kern_mount(t);
	if (IS_ERR(root_mnt))
		panic("cannot mount the root file system: error %ld", PTR_ERR(root_mnt));
	list_add_tail(&root_mnt->mnt_list, &mount_list);
}

int mnt_want_write(const struct vfsmount *m) { return m->mnt_flags & MS_RDONLY ? -EROFS : 0; }

/* ---- the tree of mounts ---- */

static bool mnt_has_parent(const struct vfsmount *m) { return m->mnt_parent != m; }

/* In the tree that mount(2) may change? The kernel's own mounts are not. */
static bool check_mnt(const struct vfsmount *m) { return !list_empty(&m->mnt_list); }

static struct vfsmount *lookup_mnt_locked(const struct vfsmount *parent, const struct dentry *at)
{
	struct vfsmount *m;

	list_for_each_entry(m, &mount_list, mnt_list)
		if (m->mnt_mountpoint == at && m->mnt_parent == parent && m != parent)
			return m;
	return NULL;
}

void follow_down(struct path *p)
{
	while (p->dentry->d_flags & DCACHE_MOUNTED) {
		struct path old = *p;
		struct vfsmount *m;

		spin_lock(&dcache_lock);
		m = lookup_mnt_locked(p->mnt, p->dentry);
		if (m)
			*p = (struct path){.mnt = mntget(m), .dentry = dget(m->mnt_root)};
		spin_unlock(&dcache_lock);
		if (!m)
			break;
		path_put(&old);
	}
}

bool follow_up(struct path *p, const struct path *root)
{
	struct path up = *p, old = *p;
	bool found = false;

	spin_lock(&dcache_lock);
	while (!found && mnt_has_parent(up.mnt)) {
		up = (struct path){.mnt = up.mnt->mnt_parent, .dentry = up.mnt->mnt_mountpoint};
		if (up.mnt == root->mnt && up.dentry == root->dentry)
			break;
		found = up.dentry != up.mnt->mnt_root;
	}
	if (found)
		path_get(&up);
	spin_unlock(&dcache_lock);
	if (found) {
		*p = up;
		path_put(&old);
	}
	return found;
}

/* ---- mount(2), umount2(2) ---- */

/* Adds @m at @p; the list takes over the caller's reference. */
static void commit_mnt(struct vfsmount *m, const struct path *p)
{
	spin_lock(&dcache_lock);
	m->mnt_parent = mntget(p->mnt);
	m->mnt_mountpoint = dget(p->dentry);
	p->dentry->d_flags |= DCACHE_MOUNTED;
	list_add_tail(&m->mnt_list, &mount_list);
	spin_unlock(&dcache_lock);
}

/* Takes @m out of the tree, and drops its references. */
static void detach_mnt(struct vfsmount *m)
{
	struct path at = {.mnt = m->mnt_parent, .dentry = m->mnt_mountpoint};
	struct vfsmount *other;

	spin_lock(&dcache_lock);
	m->mnt_parent = m;
	m->mnt_mountpoint = m->mnt_root;
	list_del_init(&m->mnt_list);
	at.dentry->d_flags &= ~DCACHE_MOUNTED;
	list_for_each_entry(other, &mount_list, mnt_list)
		if (other->mnt_mountpoint == at.dentry && mnt_has_parent(other))
			at.dentry->d_flags |= DCACHE_MOUNTED;
	spin_unlock(&dcache_lock);
	path_put(&at);
	mntput(m);
}

/* What stands at @name, to be seen at a further place. ERR_PTR. */
static struct vfsmount *clone_mnt(const char *name)
{
	struct vfsmount *m = ERR_PTR(-EINVAL);
	struct path old;
	int err = *name ? kern_path(name, LOOKUP_FOLLOW, &old) : -EINVAL;

	if (err)
		return ERR_PTR(err);
	if (check_mnt(old.mnt))
		m = alloc_vfsmnt(old.mnt->mnt_devname, old.dentry, old.mnt->mnt_flags);
	path_put(&old);
	return m ? m : ERR_PTR(-ENOMEM);
}

static int path_mount(const char *name, const struct path *p, const char *type, unsigned long flags)
{
	unsigned int mnt_flags = flags & MNT_FLAGS;
	struct file_system_type *t;
	struct vfsmount *m;
	int err = 0;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((flags & UNSUPPORTED) || !check_mnt(p->mnt))
		return -EINVAL;
	if (flags & MS_REMOUNT) {
		if (p->dentry != p->mnt->mnt_root)
			return -EINVAL;
		p->mnt->mnt_flags = mnt_flags | (p->mnt->mnt_flags & MS_RELATIME);
		return 0;
	}
	if (!(flags & MS_NOATIME))
		mnt_flags |= MS_RELATIME;
	t = get_fs_type(type);
	if (flags & MS_BIND)
		m = clone_mnt(name);
	else
		m = t ? vfs_kern_mount(t, mnt_flags, *name ? name : "none") : ERR_PTR(-ENODEV);
	if (IS_ERR(m))
		return PTR_ERR(m);
	if (d_unlinked(p->dentry))
		err = -ENOENT;
	else if (!(flags & MS_BIND) && p->mnt->mnt_sb == m->mnt_sb && p->mnt->mnt_root == p->dentry)
		err = -EBUSY;
	else if (d_is_dir(p->dentry) != d_is_dir(m->mnt_root))
		err = -ENOTDIR;
	if (err)
		mntput(m);
	else
		commit_mnt(m, p);
	return err;
}

/* A user's string; "" for NULL. ERR_PTR. */
static struct filename *copy_mount_string(const char __user *s)
{
	return s ? getname_flags(s, LOOKUP_EMPTY) : getname_kernel("");
}

long sys_mount(char __user *dev, char __user *dir, char __user *type, unsigned long flags)
{
	struct filename *kdev = copy_mount_string(dev), *ktype = copy_mount_string(type);
	struct path p;
	long err = IS_ERR(ktype) ? PTR_ERR(ktype) : 0;

	if (!err && IS_ERR(kdev))
		err = PTR_ERR(kdev);
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

	if (flags & ~(MNT_FORCE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &p);
	if (err)
		return err;
	follow_down(&p);
	if (!capable(CAP_SYS_ADMIN))
		err = -EPERM;
	else if (p.dentry != p.mnt->mnt_root || !check_mnt(p.mnt) || !mnt_has_parent(p.mnt))
		err = -EINVAL;
	else if (atomic_read(&p.mnt->mnt_count) > 2) /* the list's and ours; a child has one too */
		err = -EBUSY;
	else
		detach_mnt(p.mnt);
	path_put(&p);
	return err;
}
