/* SPDX-License-Identifier: MIT */
/*
 * procfs is made of tables: an entry says what a name is, and its file is
 * written anew each time that somebody reads it from the start.
 */
#ifndef FS_PROC_INTERNAL_H
#define FS_PROC_INTERNAL_H

#include <fs.h>
#include <sched.h>

struct proc_entry {
	const char *name;			/* NULL: end of the table */
	umode_t mode;
	/* Regular file: its text. m->private is the proc_inode; @t is NULL outside /proc/PID. 0 or -errno. */
	int (*show)(struct seq_file *m, struct task_struct *t);
	/* The same for a text about an address space: the one that the process had when the file was opened. */
	int (*show_mm)(struct seq_file *m, struct mm_struct *mm);
	/* Takes a written text (NUL-ended, @n bytes); returns bytes taken or -errno. NULL: -EIO, or -EINVAL in /proc/PID. */
	ssize_t (*store)(const struct proc_entry *e, struct task_struct *t, char *text, size_t n);
	/* Symbolic link: a place (get_path), or a text as snprintf gives it. */
	int (*get_path)(struct task_struct *t, unsigned int fd, struct path *out);	/* for those who may look into @t */
	int (*link_text)(char *buf, int len);
	/* Directory: a table. iop, fop: operations of its own; fop also for a regular file. */
	const struct proc_entry *children;
	const struct inode_operations *iop;
	const struct file_operations *fop;
	void *data;				/* sysctl variable, with its range */
	int min, max;
};

#define PROC_DIR(n, m, ...)	{ .name = (n), .mode = S_IFDIR | (m), __VA_ARGS__ }
#define PROC_REG(n, m, ...)	{ .name = (n), .mode = S_IFREG | (m), __VA_ARGS__ }
#define PROC_LNK(n, ...)	{ .name = (n), .mode = S_IFLNK | 0777, __VA_ARGS__ }

/* What inode->i_private of procfs is; owns its reference to pid. */
struct proc_inode {
	const struct proc_entry *entry;
	struct pid *pid;			/* NULL: not below /proc/PID */
	unsigned int fd;			/* in /proc/PID/fd and fdinfo */
};

static inline struct proc_inode *PROC_I(const struct inode *inode) { return inode->i_private; }

/* inode.c */
/* A new inode for @e; @pid (may be NULL) gets a reference of its own. NULL: no memory. */
struct inode *proc_new_inode(struct super_block *sb, const struct proc_entry *e, struct pid *pid, u64 ino);
void proc_evict_inode(struct inode *inode);
struct task_struct *get_proc_task(const struct inode *inode);	/* with a reference; NULL: gone, or no /proc/PID */
u64 proc_entry_ino(const struct proc_entry *e, struct pid *pid);
int proc_table_lookup(struct inode *dir, struct dentry *d);	/* ->lookup of a directory with children */
/* Emits "." and "..", then the table; ctx->pos 2 + i is entry i. True: the table is through. */
bool proc_table_emit(struct file *f, struct dir_context *ctx);
bool proc_emit_dots(struct file *f, struct dir_context *ctx);
int proc_setattr(struct dentry *d, struct iattr *attr);
int proc_getattr(const struct path *p, struct kstat *st);
/*
 * The address space of the inode's process with a mm_count reference, NULL if it has none;
 * ERR_PTR(-ESRCH), -EACCES if current may not look into it.
 */
struct mm_struct *proc_mem_open(const struct inode *inode);

/* base.c */
#define PROC_FD_INO		0x10000		/* + fd; numbers below are entries */
#define PROC_FDINFO_INO		0x800000	/* + fd */
#define PROC_PID_INO(nr, what)	((u64)(nr) << 24 | (what))
extern const struct dentry_operations proc_pid_dops;
void proc_pid_update_inode(struct inode *inode, struct task_struct *t);
bool ptrace_may_read(struct task_struct *t);	/* PTRACE_MODE_READ_FSCREDS */
int proc_pid_lookup(struct inode *dir, struct dentry *d);
int proc_pid_readdir(struct file *f, struct dir_context *ctx, loff_t first);
bool proc_name_to_int(const struct qstr *name, unsigned int *nr);
int proc_self_text(char *buf, int len);
int proc_thread_self_text(char *buf, int len);
/* Files that have such an address space as private_data: mem, pagemap. */
int proc_mem_file_open(struct inode *inode, struct file *f);
int proc_mem_release(struct inode *inode, struct file *f);
loff_t proc_mem_lseek(struct file *f, loff_t off, int whence);
/* fd.c */
extern const struct inode_operations proc_fd_iops, proc_fdinfo_iops;
extern const struct file_operations proc_fd_fops;
extern const struct proc_entry proc_fd_links[], proc_fdinfo_files[];

/* array.c, task_mmu.c, mounts.c */
int proc_tgid_stat(struct seq_file *m, struct task_struct *t);
int proc_tid_stat(struct seq_file *m, struct task_struct *t);
int proc_pid_statm(struct seq_file *m, struct task_struct *t);
int proc_pid_status(struct seq_file *m, struct task_struct *t);
int proc_pid_limits(struct seq_file *m, struct task_struct *t);
int proc_pid_maps(struct seq_file *m, struct mm_struct *mm);
int proc_pid_smaps(struct seq_file *m, struct mm_struct *mm);
int proc_pid_smaps_rollup(struct seq_file *m, struct mm_struct *mm);
extern const struct file_operations proc_pagemap_fops;
int proc_pid_mounts(struct seq_file *m, struct task_struct *t);
int proc_pid_mountinfo(struct seq_file *m, struct task_struct *t);

/* generic.c, cpuinfo.c, sysctl.c */
extern const struct proc_entry proc_root_entries[];
extern const struct proc_entry proc_sys_entries[];
int proc_cpuinfo(struct seq_file *m, struct task_struct *t);

#endif
