/* SPDX-License-Identifier: MIT */
/* What the files of fs/ share with each other alone. */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <file.h>
#include <fs.h>
#include <iov_iter.h>
#include <mount.h>
#include <namei.h>
#include <asm/page.h>
#include <linux/uio.h>

void dcache_init(void);
void inode_init(void);
extern struct kmem_cache *inode_cache; /* of file systems that add nothing to an inode */
/* ramfs.c: registers tmpfs, mounts it for shared memory. */
void ramfs_register(void);
extern struct file_system_type rootfs_fs_type;

/* mount.c */
/* A mount of @root that hangs nowhere yet, with one reference. NULL: no memory. */
struct vfsmount *alloc_vfsmnt(const char *devname, struct dentry *root, unsigned int flags);
/* Mounts a new super block of @t with @name as its device. ERR_PTR. */
struct vfsmount *vfs_kern_mount(struct file_system_type *t, unsigned int flags, const char *name);
void commit_mnt(struct vfsmount *m, const struct path *p);
void detach_mnt(struct vfsmount *m);
static inline bool mnt_has_parent(const struct vfsmount *m) { return m->mnt_parent != m; }
/* True if @m is in the tree of mount(2). The kernel's own mounts are not. */
static inline bool check_mnt(const struct vfsmount *m) { return !list_empty(&m->mnt_list); }

/* What mount(2) can say of one mount alone; statfs(2) has the same bits. */
#define MNT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME)

/* mount_tree.c. 0 or -errno. */
#define MS_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)
int graft_mnt(struct vfsmount *m, const struct path *p); /* takes over the reference to @m */
int do_loopback(const char *name, const struct path *p, bool recurse);
int do_change_mount(const char *name, const struct path *p, unsigned long flags);
int umount_tree(struct vfsmount *m);

/* namei.c: what kind of name ends a path. */
enum { LAST_NORM, LAST_ROOT, LAST_DOT, LAST_DOTDOT };
/* The directory of @name's last component, with references, and that component, a part of @name. */
int filename_parentat(int dfd, const char *name, struct path *parent, struct qstr *last, int *type);
/* The location of @name with references; @flags: LOOKUP_*. 0 or -errno. */
int filename_lookup(int dfd, const char *name, unsigned int flags, struct path *path);
struct dentry *lookup_one_qstr(const struct qstr *name, struct dentry *dir);
struct filename;

#define MAXSYMLINKS 40

/* A symbolic link on the way. The walk may still be in its text, so it is kept until the end. */
struct saved_link {
	struct path link;
	char *text; /* from ->readlink, kmalloced; or NULL */
};

/* A walk. */
struct nameidata {
	struct path path;   /* where the walk is; owns references */
	struct path root;   /* current's, once it is needed; owns references */
	struct qstr last;   /* the next component to walk */
	int last_type;	    /* LAST_* */
	unsigned int flags; /* LOOKUP_* */
	unsigned int nr_links;
	const struct vfsmount *mnt; /* LOOKUP_NO_XDEV: it stays here */
	struct saved_link links[MAXSYMLINKS];
};

/* scope.c: may the walk go to @to? 0 or -errno. */
enum nd_step { ND_START, ND_STEP, ND_NEW_ROOT, ND_ROOT, ND_MAGIC, ND_END };
bool path_is_under(const struct path *p, const struct path *root);
int nd_allows(struct nameidata *nd, const struct path *to, enum nd_step step);
static inline int nd_check(struct nameidata *nd, const struct path *to, enum nd_step step)
{
	return nd->flags & LOOKUP_RESTRICTED ? nd_allows(nd, to, step) : 0;
}

#define VALID_OPEN_FLAGS \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | \
	 FASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | __FMODE_EXEC)

/* tmpfile.c: what open does with O_TMPFILE. */
struct file *open_tmpfile(int dfd, struct filename *name, int flags, umode_t mode, int lookup);

/* inode.c: the mode of a new file in @dir after umask and the set-group-id rule. */
umode_t vfs_prepare_mode(const struct inode *dir, umode_t mode);
/* permission.c: true if current may set the set-group-id bit of a file of group @gid. */
bool in_group_or_capable(gid_t gid);

/* memfd.c: what a seal forbids; 0 or -EPERM. */
#define SEALABLE BIT(31) /* in i_seals: a file of this file system can be sealed */
long memfd_fcntl(struct file *f, unsigned int cmd, unsigned int arg);
int seal_check_write(const struct inode *inode, loff_t end); /* up to @end */
int seal_check_size(const struct inode *inode, loff_t size);
int seal_check_mmap(const struct inode *inode, struct vm_area_struct *vma);

/* read_write.c: one vector. @pos NULL: reads or writes at f_pos, and moves it. */
/* @pos and its end are not negative. access_ok has limited @n. */
static inline bool range_ok(const struct file *f, loff_t pos, size_t n)
{
	return (u64)pos <= INT64_MAX - n || pos == RW_AT_END || (f->f_mode & FMODE_UNSIGNED_OFFSET);
}

/* A position can be given with each call. */
static inline bool can_pread(const struct file *f)
{
	return f->f_op->llseek && f->f_op->llseek != noop_llseek;
}
long rw_file(struct file *f, const struct iovec *v, unsigned long n, loff_t *pos, bool write);

/* iov_iter.c: for files that take the whole vector. */
ssize_t vfs_rw_iter(struct file *f, const struct iovec *v, unsigned long n, loff_t *pos,
		    bool write);

/* fasync.c: what fcntl asks for. */
struct f_owner_ex;
long fcntl_getown_ex(const struct file *f, struct f_owner_ex __user *to);
long fcntl_setown_ex(struct file *f, const struct f_owner_ex __user *from);
long fcntl_setsig(struct file *f, unsigned long sig);
long set_fasync(struct file *f, int fd, bool on); /* O_ASYNC; -ENOTTY: it has no SIGIO */

/* pipe.c */
extern const struct file_operations pipefifo_fops;
long pipe_fcntl(struct file *f, unsigned int cmd,
		unsigned long arg); /* F_SETPIPE_SZ, F_GETPIPE_SZ */

/* fallocate.c: what tmpfs can do. */
int shmem_fallocate(struct file *f, int mode, loff_t offset, loff_t len);

#endif
