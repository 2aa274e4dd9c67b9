/* SPDX-License-Identifier: MIT */
/*
 * The virtual file system: names (dentry), things (inode), open things (file).
 *
 *   fd ──> file ──f_path──> (vfsmount, dentry) ──d_inode──> inode ──i_mapping──> pages
 *
 * A dentry of ramfs, devtmpfs stays in memory as long as its file exists (one
 * extra reference), so the dentry tree is the directory. procfs makes dentries
 * on lookup and forgets them with the last reference.
 */
#ifndef FS_H
#define FS_H

#include <list.h>
#include <atomic.h>
#include <errno.h>
#include <spinlock.h>
#include <wait.h>
#include <time.h>
#include <cred.h>
#include <radix_tree.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/limits.h>
#include <linux/uio.h>
#include <asm/statfs.h>
#include <asm/stat.h>
#include <asm/poll.h>

struct task_struct;
struct mm_struct;
struct vm_area_struct;
struct page;
struct inode;
struct dentry;
struct file;
struct vfsmount;
struct super_block;
struct poll_table_struct;
struct pipe_inode_info;
struct iattr;
struct kstat;
struct address_space;
struct file_system_type;
struct files_struct;

#define MKDEV(ma, mi)	((dev_t)((ma) << 20 | (mi)))
#define MAJOR(d)	((unsigned int)((d) >> 20))
#define MINOR(d)	((unsigned int)((d) & 0xfffff))
/* The form in struct stat and mknod(2). */
static inline u64 new_encode_dev(dev_t d)
{
	return (MINOR(d) & 0xff) | MAJOR(d) << 8 | (u64)(MINOR(d) & ~0xffu) << 12;
}

static inline dev_t new_decode_dev(u64 d)
{
	return MKDEV((d & 0xfff00) >> 8, (d & 0xff) | ((d >> 12) & 0xfff00));
}

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct qstr {
	const char *name;
	unsigned int len;
	u32 hash;
};

/* The dcache lock guards all links of the tree. d_inode is NULL while the file is being created. */
struct dentry {
	atomic_t d_count;
	unsigned int d_flags;			/* DCACHE_* */
	struct inode *d_inode;			/* owns a reference */
	struct dentry *d_parent;		/* owns a reference; itself at a root */
	struct qstr d_name;			/* kmalloc'ed, NUL-ended */
	struct super_block *d_sb;
	const struct dentry_operations *d_op;
	struct list_head d_hash;		/* in the hash of (parent, name) */
	struct list_head d_child, d_subdirs;	/* newest child first, as Linux lists them */
	u64 d_seq;				/* readdir.c: place in the parent's list, born 0, falls along the list */
};

#define DCACHE_MOUNTED		1
#define DCACHE_UNHASHED		2		/* deleted: d_path adds " (deleted)" */

struct dentry_operations {
	int (*d_revalidate)(struct dentry *d);	/* 0: forget this dentry */
	/* The text of a pseudo file: "pipe:[123]"; returns buf or an error pointer. */
	char *(*d_dname)(struct dentry *d, char *buf, int len);
};

/* The pages of one file. tree_lock: pages, nrpages. i_mmap_lock: i_mmap. */
struct address_space {
	struct inode *host;
	struct radix_tree_root pages;		/* by page number */
	spinlock_t tree_lock;
	unsigned long nrpages;
	struct mutex i_mmap_lock;
	struct list_head i_mmap;		/* vm_area_struct.shared_node */
	int wb_err;
};

/* i_rwsem guards the directory entries and the size; i_count the life of the struct. */
struct inode {
	atomic_t i_count;
	umode_t i_mode;
	uid_t i_uid;
	gid_t i_gid;
	unsigned int i_nlink;
	dev_t i_rdev;
	unsigned long i_ino;
	loff_t i_size;				/* bytes */
	u64 i_blocks;				/* 512-byte units */
	ktime_t i_atime, i_mtime, i_ctime;	/* ns since the epoch */
	struct super_block *i_sb;
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;
	struct address_space *i_mapping;	/* &i_data, or the device's */
	struct address_space i_data;
	struct rw_semaphore i_rwsem;
	atomic_t i_writecount;			/* > 0: open for writing so often; < 0: being executed */
	struct pipe_inode_info *i_pipe;
	char *i_link;				/* text of a symbolic link that is in memory, kmalloc'ed */
	void *i_private;
	struct list_head i_locks;		/* flock and fcntl locks */
};

struct inode_operations {
	/*
	 * Finds @d's name in @dir: attaches an inode (d_add) and returns 0, or -ENOENT. dir->i_rwsem held.
	 * NULL: what is not in the dentry tree does not exist. With it nothing can be created in the directory.
	 */
	int (*lookup)(struct inode *dir, struct dentry *d);
	int (*link)(struct dentry *old, struct inode *dir, struct dentry *d);
	int (*unlink)(struct inode *dir, struct dentry *d);
	int (*symlink)(struct inode *dir, struct dentry *d, const char *target);
	int (*rmdir)(struct inode *dir, struct dentry *d);
	/* Everything but links: regular files and directories, too. */
	int (*mknod)(struct inode *dir, struct dentry *d, umode_t mode, dev_t dev);
	int (*rename)(struct inode *olddir, struct dentry *old, struct inode *newdir, struct dentry *new_d,
		      unsigned int flags);
	/* Text of a link into buf (NUL-ended, length returned), or... */
	int (*readlink)(struct dentry *d, char *buf, int len);
	/* ...a link that leads straight to a place (/proc/self/exe): *out gets references. */
	int (*get_path)(struct dentry *d, struct path *out);
	int (*permission)(struct inode *inode, int mask);
	int (*setattr)(struct dentry *d, struct iattr *attr);
	int (*getattr)(const struct path *p, struct kstat *st);
};

struct iattr {
	unsigned int ia_valid;			/* ATTR_* */
	umode_t ia_mode;
	uid_t ia_uid;
	gid_t ia_gid;
	loff_t ia_size;
	ktime_t ia_atime, ia_mtime;
};

#define ATTR_MODE	1
#define ATTR_UID	2
#define ATTR_GID	4
#define ATTR_SIZE	8
#define ATTR_ATIME	16
#define ATTR_MTIME	32
#define ATTR_ATIME_SET	128
#define ATTR_MTIME_SET	256
#define ATTR_FORCE	512

struct kstat {
	dev_t dev, rdev;
	u64 ino;
	umode_t mode;
	unsigned int nlink;
	uid_t uid;
	gid_t gid;
	loff_t size;
	u64 blocks;
	u32 blksize;
	ktime_t atime, mtime, ctime;
};

struct dir_context {
	/* Takes one entry; false: the buffer is full, stop before it. */
	bool (*actor)(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino, unsigned int d_type);
	loff_t pos;
};

struct file_operations {
	loff_t (*llseek)(struct file *f, loff_t off, int whence);	/* NULL: the file has no position */
	ssize_t (*read)(struct file *f, char __user *buf, size_t n, loff_t *pos);
	ssize_t (*write)(struct file *f, const char __user *buf, size_t n, loff_t *pos);
	int (*iterate)(struct file *f, struct dir_context *ctx);
	unsigned int (*poll)(struct file *f, struct poll_table_struct *pt);	/* EPOLL* bits; NULL: always ready */
	long (*ioctl)(struct file *f, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *f, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *f);
	int (*release)(struct inode *inode, struct file *f);
	/* Only for files whose place in memory is the driver's to choose; NULL: the mm decides. */
};

/* An open file: shared by dup and fork. f_pos_lock guards f_pos for files that seek. */
struct file {
	atomic_t f_count;
	unsigned int f_flags;			/* O_* */
	unsigned int f_mode;			/* FMODE_* */
	struct path f_path;			/* owns references */
	struct inode *f_inode;
	const struct file_operations *f_op;
	struct address_space *f_mapping;
	loff_t f_pos;
	struct mutex f_pos_lock;
	void *private_data;
	void (*f_release)(struct file *f);	/* __fput: set at birth, so that lower floors can drop files */
};

#define FMODE_READ		0x1
#define FMODE_WRITE		0x2
#define FMODE_PATH		0x4000
#define FMODE_WRITER		0x10000		/* holds i_writecount */
#define FMODE_OPENED		0x80000		/* ->open succeeded: ->release is due */

static inline struct file *get_file(struct file *f) { atomic_inc(&f->f_count); return f; }
static inline void fput(struct file *f)
{
	if (atomic_dec_and_test(&f->f_count))
		f->f_release(f);
}

static inline struct inode *file_inode(const struct file *f) { return f->f_inode; }

static inline bool special_file(umode_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) || S_ISSOCK(mode);
}

/* Text busy: a file is either written or executed (mm/ and exec use these). */
static inline int get_write_access(struct inode *i)
{
	if (atomic_read(&i->i_writecount) < 0)
		return -ETXTBSY;
	atomic_inc(&i->i_writecount);
	return 0;
}

static inline void put_write_access(struct inode *i) { atomic_dec(&i->i_writecount); }

static inline int deny_write_access(struct file *f)
{
	if (atomic_read(&f->f_inode->i_writecount) > 0)
		return -ETXTBSY;
	atomic_dec(&f->f_inode->i_writecount);
	return 0;
}

static inline void allow_write_access(struct file *f)
{
	if (f)
		atomic_inc(&f->f_inode->i_writecount);
}

struct super_block {
	dev_t s_dev;
	struct dentry *s_root;
	const struct file_system_type *s_type;
	unsigned long s_magic;
	unsigned long s_next_ino;
	int (*statfs)(struct super_block *sb, struct statfs *st);
	void (*evict_inode)(struct inode *inode);	/* last reference gone */
	atomic_t s_active;			/* mounts that show it; kill_sb with the last */
};

struct file_system_type {
	const char *name;
	unsigned int fs_flags;			/* FS_REQUIRES_DEV... */
	/* A new (or, for single-instance ones, the) super block. ERR_PTR. */
	struct super_block *(*mount)(struct file_system_type *t);
	void (*kill_sb)(struct super_block *sb);
	struct list_head list;
};

#define FS_REQUIRES_DEV	1

/* One place in the tree where a file system hangs. Guarded by the dcache lock. */
struct vfsmount {
	atomic_t mnt_count;
	struct vfsmount *mnt_parent;		/* itself at the root */
	struct dentry *mnt_mountpoint;		/* in the parent */
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	unsigned int mnt_flags;			/* MNT_* = MS_* bits: MS_NOEXEC MS_NOSUID MS_NODEV MS_RDONLY */
	char *mnt_devname;
	int mnt_id;
	struct list_head mnt_list;		/* all, in order of mounting: /proc/mounts */
};

/* Per-process view of the tree; shared by CLONE_FS. */
struct fs_struct {
	atomic_t users;
	int umask;
	int in_exec;
	spinlock_t lock;
	struct path root, pwd;
};

/* A descriptor number: free, reserved (used, no file) or open. */
struct fd_slot {
	struct file *file;			/* owns a reference */
	bool used, cloexec;
};

/* Open descriptors; shared by CLONE_FILES. file_lock guards everything. */
struct files_struct {
	atomic_t count;
	spinlock_t file_lock;
	unsigned int max_fds;			/* size of fd[], in entries */
	struct fd_slot *fd;
};

/* namei.c: lookup flags */
#define LOOKUP_FOLLOW		0x1
#define LOOKUP_DIRECTORY	0x2
#define LOOKUP_EMPTY		0x4000
#define MAY_EXEC	1
#define MAY_WRITE	2
#define MAY_READ	4

/* A kernel copy of a user's path. */
struct filename {
	const char *name;			/* in the same allocation */
	char iname[];
};

struct filename *getname(const char __user *name);	/* ERR_PTR: EFAULT ENOENT (empty) ENAMETOOLONG ENOMEM */
struct filename *getname_flags(const char __user *name, int flags);	/* LOOKUP_EMPTY allows "" */
struct filename *getname_kernel(const char *name);
void putname(struct filename *f);
/* Walks @name from @dfd. 0 with references in *path, or -errno. */
int filename_lookup(int dfd, const char *name, unsigned int flags, struct path *path);
int kern_path(const char *name, unsigned int flags, struct path *path);
int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path);
/* The parent directory and the last component, for create, unlink, rename. */
void path_get(const struct path *p);
void path_put(const struct path *p);
int inode_permission(struct inode *inode, int mask);
int generic_permission(struct inode *inode, int mask);
/* True if the file may be executed from this mount. */
bool path_noexec(const struct path *p);
/* The absolute path of @p as current sees it, built at the end of buf; " (deleted)" added; ERR_PTR(-ENAMETOOLONG). */
char *d_path(const struct path *p, char *buf, int len);
static inline char *file_path(struct file *f, char *buf, int len) { return d_path(&f->f_path, buf, len); }

/* open.c */
/* Opens by name; flags O_*, and __FMODE_EXEC through do_open_execat's own flags. ERR_PTR. */
/* dirops.c: unlink(2), or with AT_REMOVEDIR rmdir(2), of @name, which it takes over with ERR_PTRs. 0 or -errno. */
int do_unlinkat(int dfd, struct filename *name, int flag);
struct file *do_filp_open(int dfd, struct filename *name, int flags, umode_t mode);
struct file *filp_open(const char *name, int flags, umode_t mode);
/* What execve opens: regular, executable, not noexec, writers locked out. ERR_PTR. exec/exec.c calls it. */
#define __FMODE_EXEC	0x20	/* in flags: open for exec: asks MAY_EXEC, and no read right is needed */
void filp_close(struct file *f, struct files_struct *files);	/* drops a descriptor's reference, and the process's locks */
struct file *dentry_open(const struct path *p, int flags);
/* Sets the size of @d's file; ATTR_MTIME in @time_attrs as for ftruncate and O_TRUNC. No permission check. */
int do_truncate(struct dentry *d, loff_t len, unsigned int time_attrs);
/*
 * The place that @dfd, @name and the AT_* @flags of a system call mean; -EINVAL for flags that few calls know. @name NULL:
 * the open file @dfd itself, with AT_EMPTY_PATH an O_PATH one too. 0 with references in *p, or -errno.
 */
int user_path_flags(int dfd, const char __user *name, int flags, struct path *p);

/* locks.c */
long flock_lock(struct file *f, int type, bool wait);
long fcntl_lock(struct file *f, unsigned int cmd, struct flock __user *arg);
void locks_remove(struct file *f, const void *owner);	/* close: of a process (files_struct); last close: of the file itself */

/* file.c, fs_struct.c */
void files_init(void);				/* boot: gives init_task a descriptor table */
struct file *fget(unsigned int fd);		/* with a reference; NULL. O_PATH files refused */
struct file *fget_raw(unsigned int fd);		/* O_PATH too */
struct file *fget_task(struct task_struct *t, unsigned int fd);
int get_unused_fd_flags(unsigned int flags);	/* reserves the lowest; -EMFILE */
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *f);	/* takes over the caller's reference */
struct files_struct *dup_fd(struct files_struct *old);	/* NULL: no memory */
void put_files_struct(struct files_struct *f);
void exit_files(struct task_struct *t);
int unshare_files(void);			/* exec: current gets its own table */
void do_close_on_exec(struct files_struct *f);
struct fs_struct *copy_fs_struct(struct fs_struct *old);
void exit_fs(struct task_struct *t);
int f_dupfd(unsigned int from, struct file *f, unsigned int flags);	/* fcntl: lowest number >= from; -EINVAL -EMFILE */
bool get_close_on_exec(const struct files_struct *files, unsigned int fd);
/* Path of a task's root, pwd or exe with references. */
void get_fs_root(struct fs_struct *fs, struct path *p);
void get_fs_pwd(struct fs_struct *fs, struct path *p);
void set_fs_pwd(struct fs_struct *fs, const struct path *p);
void set_fs_root(struct fs_struct *fs, const struct path *p);

/* dcache.c, inode.c, super.c */
void vfs_init(void);				/* caches, root mount (rootfs), pipe and anon super blocks */
struct dentry *d_alloc(struct dentry *parent, const char *name, unsigned int len);
struct dentry *d_alloc_root(struct inode *inode);
struct dentry *d_lookup(struct dentry *parent, const char *name, unsigned int len);	/* with a reference; NULL */
void d_add(struct dentry *d, struct inode *inode);		/* takes over the inode's reference, hashes */
void d_instantiate(struct dentry *d, struct inode *inode);
void d_drop(struct dentry *d);
void d_move(struct dentry *d, struct dentry *target);		/* @d takes @target's place and name; @target is unhashed */
void d_exchange(struct dentry *a, struct dentry *b);		/* they swap places and names */
/* Guards the hash, the links between dentries, and the mount tree. */
extern spinlock_t dcache_lock;
static inline bool d_is_dir(const struct dentry *d) { return d->d_inode && S_ISDIR(d->d_inode->i_mode); }
static inline bool d_unlinked(const struct dentry *d)
{
	return (d->d_flags & DCACHE_UNHASHED) && d != d->d_parent;
}

/* What getcwd(2) shows: as d_path, but -ENOENT if deleted and "(unreachable)" in front if outside current's root. */
char *d_cwd_path(const struct path *p, char *buf, int len);
/* A dentry_operations.d_dname: "/name (deleted)". */
char *simple_dname(struct dentry *d, char *buf, int len);
struct dentry *dget(struct dentry *d);
void dput(struct dentry *d);
struct inode *new_inode(struct super_block *sb);		/* i_count 1, times now, no number yet; NULL */
struct inode *igrab(struct inode *i);
void iput(struct inode *i);
unsigned long get_next_ino(void);
struct vfsmount *mntget(struct vfsmount *m);
void mntput(struct vfsmount *m);
void register_filesystem(struct file_system_type *t);
struct file_system_type *get_fs_type(const char *name);
extern struct list_head file_systems;
extern struct list_head mount_list;
extern struct vfsmount *root_mnt;
struct vfsmount *kern_mount(struct file_system_type *t);
/* A super block with a device number and nothing else; for file_system_type.mount. NULL: no memory. */
struct super_block *alloc_super(const struct file_system_type *t, unsigned long magic);
int mnt_want_write(const struct vfsmount *m);			/* -EROFS if it is read-only */
void follow_down(struct path *p);				/* enters what is mounted on @p, all layers; refs move along */
bool follow_up(struct path *p, const struct path *root);	/* leaves a mount's root for its mountpoint; false at @root */
bool inode_owner_or_capable(const struct inode *inode);		/* current owns it or has CAP_FOWNER */
void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode);
int generic_getattr(const struct path *p, struct kstat *st);
int vfs_getattr(const struct path *p, struct kstat *st);
int notify_change(struct dentry *d, struct iattr *attr);
ktime_t current_time(void);
void touch_atime(struct file *f);
void touch_path_atime(const struct path *p);			/* the same for a symbolic link that was read */
int file_update_time(struct file *f);
int file_remove_privs(struct file *f);		/* a write clears set-user-id bits */

/* read_write.c */
#define MAX_RW_COUNT	((size_t)(INT32_MAX & PAGE_MASK))	/* more bytes no call moves */
loff_t generic_file_llseek(struct file *f, loff_t off, int whence);
ssize_t generic_file_read(struct file *f, char __user *buf, size_t n, loff_t *pos);
ssize_t generic_file_write(struct file *f, const char __user *buf, size_t n, loff_t *pos);
/* A file's bytes to a kernel buffer (exec, interpreter names). Bytes read, 0 at the end, -errno. */
ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t *pos);
ssize_t kernel_write(struct file *f, const void *buf, size_t n, loff_t *pos);
/* For drivers and procfs: the part of a kernel text that a read at *pos wants. */
ssize_t simple_read_from_buffer(char __user *to, size_t n, loff_t *pos, const void *from, size_t available);
extern const struct file_operations simple_dir_operations;
/* char_dev.c: a device and its node in devtmpfs; drivers announce theirs at boot, before devtmpfs is mounted. */
struct chrdev {
	const char *name;
	umode_t mode;				/* the node's rights */
	dev_t dev;
	const struct file_operations *fops;
	struct list_head list;			/* in chrdevs */
};

extern struct list_head chrdevs;
void register_chrdev(const char *name, umode_t mode, dev_t dev, const struct file_operations *fops);
extern const struct file_operations def_chr_fops;

/* pipe.c, select.c */
extern const struct file_operations pipefifo_fops;
ssize_t pipe_write_kernel(struct file *f, const void *buf, size_t n);	/* pipe_write from kernel memory */
#define PIPE_SIZE 65536				/* what a pipe holds, in bytes */
typedef void (*poll_queue_proc)(struct file *f, wait_queue_head_t *q, struct poll_table_struct *pt);
struct poll_table_struct { poll_queue_proc qproc; };
/* A driver's ->poll calls this for each queue that may wake the poller. */
static inline void poll_wait(struct file *f, wait_queue_head_t *q, struct poll_table_struct *pt)
{
	if (pt && pt->qproc)
		pt->qproc(f, q, pt);
}

/* ramfs.c, initramfs.c, proc */
void ramfs_init(void);
/* Unpacks a newc archive into the root. 0, or -errno with a message that says what is wrong and where. */
int unpack_initramfs(const void *data, size_t size);
void proc_init(void);
void devices_init(void);			/* /dev/null and family, devtmpfs */

/* seq_file.c: a text that /proc makes. */
struct seq_file {
	char *buf;
	size_t size, count;			/* count > size: did not fit, try again larger */
	void *private;
};

int seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
void seq_write(struct seq_file *m, const void *p, size_t n);
void seq_pad(struct seq_file *m, size_t column_start, size_t column);	/* spaces up to @column from @column_start */
/* d_path with Linux's octal escapes for the characters in @esc. */
void seq_mangle(struct seq_file *m, const char *s, const char *esc);
int seq_path(struct seq_file *m, const struct path *p, const char *esc);

#endif
