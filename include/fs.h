/* SPDX-License-Identifier: MIT */
/*
 * The virtual file system: names (dentry), files (inode), open files (file).
 *
 *   fd ──> file ──f_path──> (vfsmount, dentry) ──d_inode──> inode ──i_mapping──> pages
 *
 * A dentry of ramfs or devtmpfs stays in memory as long as its file exists (one extra
 * reference), so the dentry tree is the directory. procfs makes dentries on lookup and
 * frees them with the last reference. This header has the types; namei.h finds files,
 * file.h works with open ones, mount.h has the tree of mounts.
 */
#ifndef FS_H
#define FS_H

#include <atomic.h>
#include <errno.h>
#include <list.h>
#include <mount.h>
#include <radix_tree.h>
#include <spinlock.h>
#include <types.h>
#include <wait.h>
#include <asm/page.h>
#include <linux/stat.h>

struct address_space;
struct dentry;
struct file;
struct file_system_type;
struct flock;
struct iattr;
struct inode;
struct iov_iter;
struct kmem_cache;
struct kstat;
struct pipe_inode_info;
struct poll_table_struct;
struct seq_file;
struct statfs;
struct super_block;
struct vfsmount;
struct vm_area_struct;

/* ---- names: dcache.c --------------------------------------------------- */

/* A location in the tree of files. */
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

void path_put(const struct path *p); /* mount.c: drops the references to both */

struct qstr {
	const char *name;
	unsigned int len;
	u64 hash;
};

/* Up to EXACT_HASH bytes are in the hash as they are: it is equal only if the names are. */
#define EXACT_HASH 8
static inline u64 name_hash(u64 hash, char c) { return (hash << 8 | hash >> 56) ^ (u8)c; }

#define DNAME_ROOM 24 /* so many bytes of each name can be read: mm_trace.h */

/* dcache_lock guards all links. d_inode is NULL only while the file is being created. */
struct dentry {
	atomic_t d_count;
	unsigned int d_flags;	 /* DCACHE_* */
	struct inode *d_inode;	 /* owns a reference */
	struct dentry *d_parent; /* owns a reference; itself at a root */
	struct qstr d_name;	 /* kmalloc'ed, DNAME_ROOM bytes at least, NUL-ended */
	struct super_block *d_sb;
	const struct dentry_operations *d_op;
	struct list_head d_hash;	     /* in the hash of (parent, name) */
	struct list_head d_child, d_subdirs; /* newest child first, as Linux lists them */
	u64 d_seq;			     /* place in the parent's list: see readdir.c */
};

#define DCACHE_MOUNTED	1
#define DCACHE_UNHASHED 2 /* deleted: d_path adds " (deleted)" */

struct dentry_operations {
	int (*d_revalidate)(struct dentry *d); /* 0: the dentry is no longer valid */
	/* The text of a pseudo file: "pipe:[123]". Returns buf or ERR_PTR. */
	char *(*d_dname)(struct dentry *d, char *buf, int len);
};

/* Guards the hash, the links between dentries, and the tree of mounts. */
extern spinlock_t dcache_lock;

/* An unhashed negative dentry; @parent NULL: it is its own parent. NULL: no memory. */
struct dentry *d_alloc(struct dentry *parent, const char *name, unsigned int len);
/* The root of a tree; takes over @inode's reference, also on failure. NULL: no memory. */
struct dentry *d_alloc_root(struct inode *inode);
/* With a reference; NULL: not in the cache. */
struct dentry *d_lookup(struct dentry *parent, const struct qstr *name);
void d_add(struct dentry *d, struct inode *inode);	   /* d_instantiate, and hashes @d */
void d_instantiate(struct dentry *d, struct inode *inode); /* takes over @inode's reference */
void d_drop(struct dentry *d);
/* @d takes the parent and the name of @target, which is unhashed. */
void d_move(struct dentry *d, struct dentry *target);
void d_exchange(struct dentry *a, struct dentry *b); /* they swap parents and names */
void dput(struct dentry *d);

static inline struct dentry *dget(struct dentry *d)
{
	refcount_inc(&d->d_count);
	return d;
}

/* A reference to both. */
static inline void path_get(const struct path *p)
{
	mntget(p->mnt);
	dget(p->dentry);
}

/* ---- files: inode.c, attr.c, permission.c ------------------------------ */

/* The pages of one file. tree_lock: pages, nrpages. i_mmap_lock: i_mmap. */
struct address_space {
	struct inode *host;
	struct radix_tree_root pages; /* by page number */
	spinlock_t tree_lock;
	unsigned long nrpages;
	struct mutex i_mmap_lock;
	struct list_head i_mmap; /* vm_area_struct.shared_node */
};

/* i_rwsem guards the names in a directory and the size; i_count the life of the struct. */
struct inode {
	atomic_t i_count;
	umode_t i_mode;
	uid_t i_uid;
	gid_t i_gid;
	unsigned int i_nlink;
	dev_t i_rdev;
	unsigned long i_ino;
	loff_t i_size;			   /* bytes */
	ktime_t i_atime, i_mtime, i_ctime; /* ns since the epoch */
	struct super_block *i_sb;
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;
	struct address_space *i_mapping; /* &i_data, or the device's */
	struct address_space i_data;
	struct rw_semaphore i_rwsem;
	atomic_t i_writecount; /* > 0: open for writing; < 0: mapped by execs */
	struct pipe_inode_info *i_pipe;
	unsigned int i_seals; /* F_SEAL_* and SEALABLE: memfd.c */
	u8 i_write_hint;      /* RWH_*: fcntl */
	bool i_linkable;      /* it has no name, but can get one: O_TMPFILE */
	char *i_link;	      /* text of a symbolic link in memory, kmalloc'ed */
	void *i_private;
	struct list_head i_locks; /* flock and fcntl locks */
};

/* Bytes of the longest link whose text is made when it is read: thread-self of /proc. */
#define LINK_TEXT_MAX 32

struct inode_operations {
	/*
	 * Finds @d's name in @dir: attaches an inode (d_add) and returns 0, or -ENOENT.
	 * dir->i_rwsem held. NULL: what is not in the dentry tree does not exist. A file
	 * system with this method cannot create files.
	 */
	int (*lookup)(struct inode *dir, struct dentry *d);
	int (*link)(struct dentry *old, struct inode *dir, struct dentry *d);
	int (*unlink)(struct inode *dir, struct dentry *d);
	int (*symlink)(struct inode *dir, struct dentry *d, const char *target);
	int (*rmdir)(struct inode *dir, struct dentry *d);
	/* Creates everything but links: regular files and directories, too. */
	int (*mknod)(struct inode *dir, struct dentry *d, umode_t mode, dev_t dev);
	/* A new file for O_TMPFILE, as in @dir. NULL: no room. No method: -EOPNOTSUPP. */
	struct inode *(*tmpfile)(struct super_block *sb, const struct inode *dir, umode_t mode,
				 dev_t dev);
	int (*rename)(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
		      struct dentry *new_d, unsigned int flags);
	/* A link's text into buf, NUL-ended; returns its length, less than LINK_TEXT_MAX. */
	int (*readlink)(struct dentry *d, char *buf, int len);
	/* A link that leads directly to a location (/proc/self/exe): *out gets references. */
	int (*get_path)(struct dentry *d, struct path *out);
	int (*permission)(struct inode *inode, int mask);
	int (*setattr)(struct dentry *d, struct iattr *attr);
	int (*getattr)(const struct path *p, struct kstat *st);
};

struct iattr {
	unsigned int ia_valid; /* ATTR_* */
	umode_t ia_mode;
	uid_t ia_uid;
	gid_t ia_gid;
	loff_t ia_size;
	ktime_t ia_atime, ia_mtime;
};

#define ATTR_MODE      1
#define ATTR_UID       2
#define ATTR_GID       4
#define ATTR_SIZE      8
#define ATTR_ATIME     16
#define ATTR_MTIME     32
#define ATTR_ATIME_SET 128
#define ATTR_MTIME_SET 256
#define ATTR_FORCE     512
#define ATTR_KILL_SUID 1024 /* set-user-ID and set-group-ID go: any call that changes the owner */

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

#define MAY_EXEC  1
#define MAY_WRITE 2
#define MAY_READ  4

int generic_permission(struct inode *inode, int mask);	/* by mode, owner and capabilities */
int inode_permission(struct inode *inode, int mask);	/* the file system may decide otherwise */
bool path_noexec(const struct path *p);			/* nothing may be executed from here */
bool inode_owner_or_capable(const struct inode *inode); /* current owns it or has CAP_FOWNER */

/* i_count 1, times now, no number yet. NULL: no memory. */
struct inode *new_inode(struct super_block *sb);
struct inode *igrab(struct inode *i);
void iput(struct inode *i);
unsigned long get_next_ino(void);
void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode);
ktime_t current_time(void);
void touch_atime(struct file *f);
void touch_path_atime(const struct path *p); /* for a symbolic link that was read */
int file_update_time(struct file *f);
int file_remove_privs(struct file *f); /* a write clears set-user-id bits */
/* May the file grow to @size? 0, or -EFBIG after SIGXFSZ (RLIMIT_FSIZE). */
int inode_newsize_ok(const struct inode *inode, loff_t size);
int notify_change(struct dentry *d, struct iattr *attr);
/* Sets the size; @time_attrs ATTR_MTIME for ftruncate and O_TRUNC. No permission check. */
int do_truncate(struct dentry *d, loff_t len, unsigned int time_attrs);
int generic_getattr(const struct path *p, struct kstat *st);

/* ---- open files: file_table.c ------------------------------------------ */

struct dir_context {
	/* Takes one name. False: the buffer is full, stop before it. */
	bool (*actor)(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino,
		      unsigned int d_type);
	loff_t pos;
};

typedef int (*seq_print_t)(struct seq_file *m, const char *fmt, ...);

struct file_operations {
	loff_t (*llseek)(struct file *f, loff_t off, int whence); /* NULL, noop: no position */
	ssize_t (*read)(struct file *f, char __user *buf, size_t n, loff_t *pos);
	ssize_t (*write)(struct file *f, const char __user *buf, size_t n, loff_t *pos);
	/* Instead of these, for a whole vector at once. */
	ssize_t (*read_iter)(struct file *f, struct iov_iter *to);
	ssize_t (*write_iter)(struct file *f, struct iov_iter *from);
	/* splice and sendfile, to a pipe whose mutex is held, and from a pipe. NULL: -EINVAL. */
	ssize_t (*splice_read)(struct file *in, loff_t *pos, struct pipe_inode_info *pipe,
			       size_t len, unsigned int flags);
	ssize_t (*splice_write)(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
				size_t len, unsigned int flags);
	int (*iterate)(struct file *f, struct dir_context *ctx);
	int (*fsync)(struct file *f); /* NULL: -EINVAL */
	/* EPOLL* bits. NULL: always ready. */
	unsigned int (*poll)(struct file *f, struct poll_table_struct *pt);
	long (*ioctl)(struct file *f, unsigned int cmd, unsigned long arg);
	/* The object's list of files with O_ASYNC. NULL: it sends no SIGIO. */
	struct list_head *(*fasync)(struct file *f);
	int (*mmap)(struct file *f, struct vm_area_struct *vma);
	/* @mode: FALLOC_FL_*; the range is checked. */
	int (*fallocate)(struct file *f, int mode, loff_t offset, loff_t len);
	int (*open)(struct inode *inode, struct file *f);
	int (*release)(struct inode *inode, struct file *f);
	/* What /proc/PID/fdinfo adds for it. @print is seq_printf, which lies above most files. */
	void (*show_fdinfo)(struct file *f, struct seq_file *m, seq_print_t print);
	/* preadv2: RWF_NOWAIT is allowed; FMODE_READ, FMODE_WRITE: no flag is. */
	bool nowait;
	unsigned char no_rwf;
};

/* Who gets a signal when the file can be read or written to: fasync.c. */
struct fown_struct {
	int pid, type;	 /* 0: nobody; F_OWNER_* */
	int signum;	 /* the signal that it asked for; 0: SIGIO */
	uid_t uid, euid; /* of who set it */
};

/* An open file: shared by dup and fork. f_pos_lock guards f_pos of files that seek. */
struct file {
	atomic_t f_count;
	unsigned int f_flags; /* O_* */
	unsigned int f_mode;  /* FMODE_* */
	struct path f_path;   /* owns references */
	struct inode *f_inode;
	const struct file_operations *f_op;
	struct address_space *f_mapping;
	loff_t f_pos;
	struct mutex f_pos_lock;
	struct fown_struct f_owner;
	void *private_data;
	void (*f_release)(struct file *f); /* __fput, by pointer: mm/ drops files, too */
	/* eventpoll.c: who watches the file, and the function that takes it off their lists */
	struct list_head f_ep;
	void (*f_ep_release)(struct file *f); /* NULL: nobody has ever watched it */
};

#define RW_AT_END    (-1L)			       /* a position: RWF_APPEND */
#define MAX_RW_COUNT ((size_t)(INT32_MAX & PAGE_MASK)) /* bytes that one call moves */

#define FMODE_READ	      0x1
#define FMODE_WRITE	      0x2
#define FMODE_UNSIGNED_OFFSET 0x2000 /* every position is valid: an address space */
#define FMODE_PATH	      0x4000
#define FMODE_NO_PWRITE	      0x8000  /* it can seek, but pwrite fails */
#define FMODE_WRITER	      0x10000 /* counted in i_writecount */
#define FMODE_ATOMIC_POS      0x40000 /* one read or write at a time moves f_pos */
#define FMODE_OPENED	      0x80000 /* ->open succeeded: ->release must be called */

static inline struct file *get_file(struct file *f)
{
	refcount_inc(&f->f_count);
	return f;
}

static inline void fput(struct file *f)
{
	if (refcount_dec_and_test(&f->f_count))
		f->f_release(f);
}

static inline struct inode *file_inode(const struct file *f) { return f->f_inode; }

/* Text busy: a file is either written or executed. */
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

static inline bool special_file(umode_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) || S_ISSOCK(mode);
}

static inline bool d_is_dir(const struct dentry *d)
{
	return d->d_inode && S_ISDIR(d->d_inode->i_mode);
}

static inline bool d_unlinked(const struct dentry *d)
{
	return (d->d_flags & DCACHE_UNHASHED) && d != d->d_parent;
}

/* ---- file systems: super.c --------------------------------------------- */

struct super_block {
	dev_t s_dev;
	struct dentry *s_root;
	const struct file_system_type *s_type;
	unsigned long s_magic;
	unsigned long s_next_ino;
	bool s_noexec; /* whatever the mount says: /proc and /sys */
	unsigned long s_max_inodes,
		s_inodes;		  /* tmpfs: names and open nameless files; 0: no limit */
	struct kmem_cache *s_inode_cache; /* of structs that begin with an inode */
	int (*statfs)(struct super_block *sb, struct statfs *st);
	void (*evict_inode)(struct inode *inode); /* the last reference is gone */
	atomic_t s_active;			  /* mounts that show it; kill_sb with the last */
};

struct file_system_type {
	const char *name;
	/* A new super block, or the only one. ERR_PTR. */
	struct super_block *(*mount)(struct file_system_type *t);
	void (*kill_sb)(struct super_block *sb);
	struct list_head list;
};

extern struct list_head file_systems;
void register_filesystem(struct file_system_type *t);
struct file_system_type *get_fs_type(const char *name); /* NULL: unknown */
/* A super block with a device number and nothing more, for ->mount. NULL: no memory. */
struct super_block *alloc_super(const struct file_system_type *t, unsigned long magic);

/* ---- what boot/main.c starts, in this order ---------------------------- */

void vfs_init(void);   /* namespace.c: the caches, and rootfs as current's root */
void files_init(void); /* file.c: a descriptor table for init_task */
void ramfs_init(void);
void devices_init(void); /* devices.c: /dev/null and others */
void proc_init(void);
void sysfs_init(void);
/* Unpacks a newc archive into the root. 0, or -errno with a message of what is wrong and where. */
int unpack_initramfs(phys_addr_t start, size_t size);

/* /proc/sys/fs/pipe-max-size: pipe.c */
extern unsigned int pipe_max_size;
extern unsigned long pipe_user_pages_hard, pipe_user_pages_soft;
unsigned int round_pipe_size(unsigned long size); /* 0: it is too large */

#endif
