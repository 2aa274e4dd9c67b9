/* SPDX-License-Identifier: MIT */
/*
 * Mounts: which file system hangs where, and mount(2), umount2(2), pivot_root(2).
 *
 *   (parent, mountpoint) ──covered by──> (mnt, mnt_root)      follow_down
 *   (mnt, mnt_root) ──".."──> (mnt_parent, mnt_mountpoint)    follow_up
 *
 * A mount in the tree stands in mount_list, which owns one reference; each
 * child owns one more of its parent. All links are guarded by dcache_lock.
 * Abridges Linux's fs/namespace.c. Left out: namespaces, propagation (there is
 * one namespace, so shared and private mounts behave alike), MNT_EXPIRE, new
 * options on remount, and the newer calls (open_tree, fsmount...).
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <printk.h>
#include <string.h>
#include <syscalls.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <asm/uaccess.h>
#include "internal.h"

#define MNT_ATIME_MASK (MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define MNT_FLAGS                                                                                  \
	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW | MS_NOATIME | MS_NODIRATIME)
#define SB_FLAGS	  (MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | MS_DIRSYNC | MS_SILENT | MS_LAZYTIME)
#define PROPAGATION_FLAGS (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)
/* umount2 flags: Linux keeps these in a header that is not UAPI. */
#define MNT_FORCE	1
#define MNT_DETACH	2
#define UMOUNT_NOFOLLOW 8

LIST_HEAD(mount_list);
struct vfsmount *root_mnt;
static int last_mnt_id;

/* A mount of @root that hangs nowhere yet, with one reference. NULL: no memory. */
static struct vfsmount *alloc_vfsmnt(const char *devname, struct dentry *root, unsigned int flags)
{
	struct vfsmount *m = kzalloc(sizeof(*m));

	if (!m)
		return NULL;
	m->mnt_devname = kstrdup(devname);
	if (!m->mnt_devname) {
		kfree(m);
		return NULL;
	}
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

static void deactivate_super(struct super_block *sb)
{
	if (atomic_dec_and_test(&sb->s_active) && sb->s_type->kill_sb)
		sb->s_type->kill_sb(sb);
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
	deactivate_super(sb);
}

/* Mounts a new super block of @t with @name as its device. ERR_PTR. */
static struct vfsmount *vfs_kern_mount(struct file_system_type *t, unsigned int sb_flags,
				       unsigned int mnt_flags, const char *name, const char *data)
{
	struct super_block *sb = t->mount(t, sb_flags, data);
	struct vfsmount *m;

	if (IS_ERR(sb))
		return ERR_CAST(sb);
	sb->s_flags |= sb_flags & SB_FLAGS;
	atomic_inc(&sb->s_active);
	m = alloc_vfsmnt(name, sb->s_root, mnt_flags);
	deactivate_super(sb);
	return m ? m : ERR_PTR(-ENOMEM);
}

/* A mount for the kernel's own use, in nobody's tree. ERR_PTR. */
struct vfsmount *kern_mount(struct file_system_type *t)
{
	return vfs_kern_mount(t, MS_KERNMOUNT, 0, t->name, NULL);
}

void mount_rootfs(struct file_system_type *t)
{
	root_mnt = vfs_kern_mount(t, 0, 0, t->name, NULL);
	if (IS_ERR(root_mnt))
		panic("cannot mount the root file system: error %ld", PTR_ERR(root_mnt));
	list_add_tail(&root_mnt->mnt_list, &mount_list);
}

int mnt_want_write(const struct vfsmount *m)
{
	return (m->mnt_flags | m->mnt_sb->s_flags) & MS_RDONLY ? -EROFS : 0;
}

/* ---- the tree of mounts ---- */

static bool mnt_has_parent(const struct vfsmount *m) { return m->mnt_parent != m; }

/*
 * In the tree that mount(2) may change? The kernel's own mounts and lazily unmounted ones
 * are not.
 */
static bool check_mnt(const struct vfsmount *m) { return !list_empty(&m->mnt_list); }

static struct vfsmount *lookup_mnt_locked(const struct vfsmount *parent, const struct dentry *at)
{
	struct vfsmount *m;

	list_for_each_entry(m, &mount_list, mnt_list)
		if (m->mnt_mountpoint == at && m->mnt_parent == parent && mnt_has_parent(m))
			return m;
	return NULL;
}

bool follow_down(struct path *p)
{
	bool crossed = false;

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
		crossed = true;
	}
	return crossed;
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

/* Hangs @m at @p, which keeps its own references. dcache_lock held. */
static void attach_mnt_locked(struct vfsmount *m, const struct path *p)
{
	m->mnt_parent = mntget(p->mnt);
	m->mnt_mountpoint = dget(p->dentry);
	p->dentry->d_flags |= DCACHE_MOUNTED;
}

/*
 * Takes @m from its parent; the caller puts the path returned, after unlocking. dcache_lock
 * held.
 */
static struct path unhash_mnt_locked(struct vfsmount *m)
{
	struct path at = {.mnt = m->mnt_parent, .dentry = m->mnt_mountpoint};
	struct vfsmount *other;

	m->mnt_parent = m;
	m->mnt_mountpoint = m->mnt_root;
	at.dentry->d_flags &= ~DCACHE_MOUNTED;
	list_for_each_entry(other, &mount_list, mnt_list)
		if (other->mnt_mountpoint == at.dentry && mnt_has_parent(other))
			at.dentry->d_flags |= DCACHE_MOUNTED;
	return at;
}

/* Adds a new mount at @p; the list takes over the caller's reference. */
static void commit_mnt(struct vfsmount *m, const struct path *p)
{
	spin_lock(&dcache_lock);
	attach_mnt_locked(m, p);
	list_add_tail(&m->mnt_list, &mount_list);
	spin_unlock(&dcache_lock);
}

static struct vfsmount *first_child(const struct vfsmount *parent)
{
	struct vfsmount *m;

	list_for_each_entry(m, &mount_list, mnt_list)
		if (m->mnt_parent == parent && mnt_has_parent(m))
			return m;
	return NULL;
}

/* Unmounts @m and all that hangs on it, leaves first. The caller holds a reference of its own. */
static void umount_tree(struct vfsmount *m)
{
	struct vfsmount *leaf, *child;

	do {
		struct path at;

		spin_lock(&dcache_lock);
		for (leaf = m; (child = first_child(leaf));)
			leaf = child;
		at = unhash_mnt_locked(leaf);
		list_del_init(&leaf->mnt_list);
		spin_unlock(&dcache_lock);
		path_put(&at);
		mntput(leaf);
	} while (leaf != m);
}

/* Is (m, d) at @root or below, going up over mounts? */
static bool is_path_reachable(const struct vfsmount *m, const struct dentry *d,
			      const struct path *root)
{
	while (m != root->mnt && mnt_has_parent(m)) {
		d = m->mnt_mountpoint;
		m = m->mnt_parent;
	}
	return m == root->mnt && is_subdir(d, root->dentry);
}

/* ---- mount(2) ---- */

/*
 * Steps onto the topmost mount at @p, where the next one would go. 0, -ENOENT for a removed
 * place.
 */
static int lock_mount(struct path *p)
{
	follow_down(p);
	return d_unlinked(p->dentry) ? -ENOENT : 0;
}

/* Hangs the new mount @m at @p and takes it over. 0, -ENOTDIR. */
static int graft_tree(struct vfsmount *m, const struct path *p)
{
	if (d_is_dir(p->dentry) != d_is_dir(m->mnt_root)) {
		mntput(m);
		return -ENOTDIR;
	}
	commit_mnt(m, p);
	return 0;
}

static int do_new_mount(struct path *p, const char *type, unsigned long flags,
			unsigned int mnt_flags, const char *name, const char *data)
{
	struct file_system_type *t;
	struct vfsmount *m;
	int err;

	if (!type)
		return -EINVAL;
	t = get_fs_type(type);
	if (!t)
		return -ENODEV;
	m = vfs_kern_mount(t, flags & SB_FLAGS, mnt_flags, name ? name : "none", data);
	if (IS_ERR(m))
		return PTR_ERR(m);
	err = lock_mount(p);
	if (!err && !check_mnt(p->mnt))
		err = -EINVAL;
	if (!err && p->mnt->mnt_sb == m->mnt_sb && p->mnt->mnt_root == p->dentry)
		err = -EBUSY;
	if (err) {
		mntput(m);
		return err;
	}
	return graft_tree(m, p);
}

static struct vfsmount *clone_mnt(const struct vfsmount *old, struct dentry *root)
{
	return alloc_vfsmnt(old->mnt_devname, root, old->mnt_flags);
}

/*
 * MS_REC: copies the mounts that hang on @from below @top to the same places
 * of @to. Only mounts older than @limit, so that the copy never copies itself.
 */
static int copy_children(const struct vfsmount *from, const struct dentry *top, struct vfsmount *to,
			 int limit)
{
	struct vfsmount *m, *copy;

	list_for_each_entry(m, &mount_list, mnt_list) {
		struct path at = {.mnt = to, .dentry = m->mnt_mountpoint};
		int err;

		if (m->mnt_parent != from || !mnt_has_parent(m) || m->mnt_id >= limit ||
		    !is_subdir(m->mnt_mountpoint, top))
			continue;
		copy = clone_mnt(m, m->mnt_root);
		if (!copy)
			return -ENOMEM;
		commit_mnt(copy, &at);
		err = copy_children(m, m->mnt_root, copy, limit);
		if (err)
			return err;
	}
	return 0;
}

static int do_loopback(struct path *p, const char *old_name, bool recurse)
{
	struct path old;
	struct vfsmount *m;
	int err;

	if (!old_name || !*old_name)
		return -EINVAL;
	err = kern_path(old_name, LOOKUP_FOLLOW, &old);
	if (err)
		return err;
	err = lock_mount(p);
	if (err)
		goto out;
	err = -EINVAL;
	if (!check_mnt(p->mnt) || !check_mnt(old.mnt))
		goto out;
	err = -ENOMEM;
	m = clone_mnt(old.mnt, old.dentry);
	if (!m)
		goto out;
	err = graft_tree(m, p);
	if (!err && recurse) {
		mntget(m);
		err = copy_children(old.mnt, old.dentry, m, m->mnt_id);
		if (err)
			umount_tree(m);
		mntput(m);
	}
out:
	path_put(&old);
	return err;
}

static int do_move_mount(struct path *p, const char *old_name)
{
	struct path old, at = {0};
	struct vfsmount *m;
	int err;

	if (!old_name || !*old_name)
		return -EINVAL;
	err = kern_path(old_name, LOOKUP_FOLLOW, &old);
	if (err)
		return err;
	err = lock_mount(p);
	if (err)
		goto out;
	err = -EINVAL;
	if (!check_mnt(p->mnt) || !check_mnt(old.mnt) || !mnt_has_parent(old.mnt) ||
	    old.dentry != old.mnt->mnt_root || d_is_dir(p->dentry) != d_is_dir(old.dentry))
		goto out;
	err = -ELOOP;
	for (m = p->mnt; mnt_has_parent(m); m = m->mnt_parent)
		if (m == old.mnt)
			goto out;
	spin_lock(&dcache_lock);
	at = unhash_mnt_locked(old.mnt);
	attach_mnt_locked(old.mnt, p);
	spin_unlock(&dcache_lock);
	path_put(&at);
	err = 0;
out:
	path_put(&old);
	return err;
}

static int do_remount(struct path *p, unsigned long flags, unsigned int mnt_flags)
{
	if (!check_mnt(p->mnt) || p->dentry != p->mnt->mnt_root)
		return -EINVAL;
	if (!(flags & MS_BIND))
		p->mnt->mnt_sb->s_flags =
			(p->mnt->mnt_sb->s_flags & ~SB_FLAGS) | (flags & SB_FLAGS);
	p->mnt->mnt_flags = mnt_flags;
	return 0;
}

/* Shared, private...: checked, and without effect in a single namespace. */
static int do_change_type(struct path *p, unsigned long flags)
{
	unsigned long type = flags & ~(MS_REC | MS_SILENT);

	if (p->dentry != p->mnt->mnt_root || !check_mnt(p->mnt))
		return -EINVAL;
	return (type & ~PROPAGATION_FLAGS) || (type & (type - 1)) ? -EINVAL : 0;
}

static int path_mount(const char *name, struct path *p, const char *type, unsigned long flags,
		      const char *data)
{
	unsigned int mnt_flags;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	if (flags & MS_NOUSER)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	mnt_flags = flags & MNT_FLAGS;
	if (!(flags & MS_NOATIME))
		mnt_flags |= MS_RELATIME;
	if (flags & MS_STRICTATIME)
		mnt_flags &= ~(MS_RELATIME | MS_NOATIME);
	if ((flags & MS_REMOUNT) && !(flags & (MNT_ATIME_MASK | MS_STRICTATIME)))
		mnt_flags = (mnt_flags & ~MNT_ATIME_MASK) | (p->mnt->mnt_flags & MNT_ATIME_MASK);
	if (flags & MS_REMOUNT)
		return do_remount(p, flags, mnt_flags);
	if (flags & MS_BIND)
		return do_loopback(p, name, flags & MS_REC);
	if (flags & PROPAGATION_FLAGS)
		return do_change_type(p, flags);
	if (flags & MS_MOVE)
		return do_move_mount(p, name);
	return do_new_mount(p, type, flags, mnt_flags, name, data);
}

/* A user's string, NULL for NULL. ERR_PTR(-EFAULT), -EINVAL if it is longer than a path. */
static char *copy_mount_string(const char __user *s)
{
	long n;
	char *copy;

	if (!s)
		return NULL;
	n = strnlen_user(s, PATH_MAX);
	if (!n)
		return ERR_PTR(-EFAULT);
	if (n > PATH_MAX)
		return ERR_PTR(-EINVAL);
	copy = kmalloc(n, GFP_KERNEL);
	if (!copy)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(copy, s, n)) {
		kfree(copy);
		return ERR_PTR(-EFAULT);
	}
	copy[n - 1] = '\0';
	return copy;
}

/* Up to a page of options; what lies behind the end of the user's memory is taken as zeros. */
static char *copy_mount_options(const void __user *data)
{
	unsigned long left;
	char *copy;

	if (!data)
		return NULL;
	copy = kzalloc(PAGE_SIZE);
	if (!copy)
		return ERR_PTR(-ENOMEM);
	left = copy_from_user(copy, data, PAGE_SIZE);
	if (left == PAGE_SIZE) {
		kfree(copy);
		return ERR_PTR(-EFAULT);
	}
	copy[PAGE_SIZE - 1] = '\0';
	return copy;
}

long sys_mount(char __user *dev, char __user *dir, char __user *type, unsigned long flags,
	       void __user *data)
{
	char *ktype = copy_mount_string(type), *kdev = NULL, *opts = NULL;
	struct path p;
	long err = PTR_ERR(ktype);

	if (IS_ERR(ktype))
		return err;
	kdev = copy_mount_string(dev);
	err = PTR_ERR(kdev);
	if (IS_ERR(kdev))
		goto out_type;
	opts = copy_mount_options(data);
	err = PTR_ERR(opts);
	if (IS_ERR(opts))
		goto out_dev;
	err = user_path_at(AT_FDCWD, dir, LOOKUP_FOLLOW, &p);
	if (!err) {
		err = path_mount(kdev, &p, ktype, flags, opts);
		path_put(&p);
	}
	kfree(opts);
out_dev:
	kfree(kdev);
out_type:
	kfree(ktype);
	return err;
}

/* ---- umount2(2), pivot_root(2) ---- */

static int do_umount(struct path *p, int flags)
{
	struct vfsmount *m = p->mnt, *child;
	bool busy;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (p->dentry != m->mnt_root || !check_mnt(m))
		return -EINVAL;
	if (m == current->fs->root.mnt && !(flags & MNT_DETACH)) {
		m->mnt_sb->s_flags |= MS_RDONLY;
		return 0;
	}
	if (!mnt_has_parent(m))
		return -EINVAL;
	spin_lock(&dcache_lock);
	child = first_child(m);
	busy = child || atomic_read(&m->mnt_count) > 2; /* the list's and ours */
	spin_unlock(&dcache_lock);
	if (busy && !(flags & MNT_DETACH))
		return -EBUSY;
	umount_tree(m);
	return 0;
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
	err = do_umount(&p, flags);
	path_put(&p);
	return err;
}

static bool path_is(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}

/* Some task whose root or working directory is @old; NULL. */
static struct fs_struct *find_fs_at(const struct path *old)
{
	struct fs_struct *found = NULL;
	struct task_struct *p, *t;
	unsigned long irq;

	spin_lock_irqsave(&tasklist_lock, irq);
	for_each_process(p)
		for_each_thread(p, t)
			if (t->fs && (path_is(&t->fs->root, old) || path_is(&t->fs->pwd, old)))
				found = t->fs;
	if (found)
		atomic_inc(&found->users);
	spin_unlock_irqrestore(&tasklist_lock, irq);
	return found;
}

static void put_fs(struct fs_struct *fs)
{
	if (!atomic_dec_and_test(&fs->users))
		return;
	path_put(&fs->root);
	path_put(&fs->pwd);
	kfree(fs);
}

/* All tasks that stood at the old root come to the new one. */
static void chroot_fs_refs(const struct path *old, const struct path *new_root)
{
	struct fs_struct *fs;

	while ((fs = find_fs_at(old))) {
		if (path_is(&fs->root, old))
			set_fs_root(fs, new_root);
		if (path_is(&fs->pwd, old))
			set_fs_pwd(fs, new_root);
		put_fs(fs);
	}
}

/*
 * The new root must be a mountpoint below the old one, and @put_old a place below the new
 * root. 0 or -errno.
 */
static int may_pivot(const struct path *root, const struct path *new_root,
		     const struct path *put_old)
{
	if (!check_mnt(root->mnt) || !check_mnt(new_root->mnt))
		return -EINVAL;
	if (d_unlinked(new_root->dentry))
		return -ENOENT;
	if (new_root->mnt == root->mnt || put_old->mnt == root->mnt)
		return -EBUSY;
	if (root->mnt->mnt_root != root->dentry || !mnt_has_parent(root->mnt) ||
	    new_root->mnt->mnt_root != new_root->dentry || !mnt_has_parent(new_root->mnt))
		return -EINVAL;
	if (!is_path_reachable(put_old->mnt, put_old->dentry, new_root) ||
	    !is_path_reachable(new_root->mnt, new_root->dentry, root))
		return -EINVAL;
	return 0;
}

static int do_pivot_root(struct path *new_root, struct path *put_old)
{
	struct path root, new_at, root_at;
	int err;

	get_fs_root(current->fs, &root);
	err = lock_mount(put_old);
	if (!err)
		err = may_pivot(&root, new_root, put_old);
	if (!err) {
		spin_lock(&dcache_lock);
		new_at = unhash_mnt_locked(new_root->mnt);
		root_at = unhash_mnt_locked(root.mnt);
		attach_mnt_locked(root.mnt, put_old);
		attach_mnt_locked(new_root->mnt, &root_at);
		spin_unlock(&dcache_lock);
		path_put(&new_at);
		path_put(&root_at);
		chroot_fs_refs(&root, new_root);
	}
	path_put(&root);
	return err;
}

long sys_pivot_root(const char __user *new_root, const char __user *put_old)
{
	struct path new_path, old;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = user_path_at(AT_FDCWD, new_root, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &new_path);
	if (err)
		return err;
	err = user_path_at(AT_FDCWD, put_old, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &old);
	if (!err) {
		err = do_pivot_root(&new_path, &old);
		path_put(&old);
	}
	path_put(&new_path);
	return err;
}
